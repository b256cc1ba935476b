# How to use it, and what was tested of it: docs/how-to/run-in-a-container.md
FROM python:3.12.12-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY auditor auditor
RUN python -m venv /opt/auditor \
    && /opt/auditor/bin/python -m pip install --no-cache-dir --disable-pip-version-check '.[embedded,squawk]' \
    && /opt/auditor/bin/python -m compileall -q /opt/auditor/lib

FROM python:3.12.12-slim-bookworm
# Debian's current git: `auditor review` asks it what a change adds.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /work \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin auditor
COPY --from=build /opt/auditor /opt/auditor
ENV PATH=/opt/auditor/bin:$PATH AUDITOR_CACHE_DIR=/tmp/auditor PYTHONDONTWRITEBYTECODE=1
WORKDIR /work
USER 10001
ENTRYPOINT ["auditor"]
CMD ["check"]
