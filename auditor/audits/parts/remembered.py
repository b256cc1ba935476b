"""The contract against a live database, from an earlier run if nothing has changed since.

What is found follows from the configuration, the migrations and what was read of the database. Where all of it is
what an earlier run had, what that run found is found again: of a database that is looked at each minute, neither
the migrations are read then nor anything judged. The database itself is read each time.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec

from auditor.audits.parts.inputs import Inputs, Outcome, Sources, classed, read_sources
from auditor.audits.parts.live import Live
from auditor.declaration.load import Configuration
from auditor.migrations.cache import Cache, fingerprint_of_source, key_of, plain, versions_of
from auditor.model import Finding


class ContractCheck:
    """Does a live database keep the contract?

    Args:
        sources: the migrations.
        configuration: with the contract.
    """

    def __init__(self, sources: Sources, configuration: Configuration) -> None:
        self._sources = sources
        self._configuration = configuration
        self._cache = Cache.of_history("contract", sources.migrations.identity, _stamp())
        self._key = _key_of_expected(sources, configuration)

    @cached_property
    def names(self) -> dict[str, frozenset[str]]:
        """What to read of the live catalog: kind -> identities."""
        key = key_of(self._key, "names")
        known = self._cache.get(key, _NAMES)
        if known is None:
            from auditor.contract.resolve import names_of_contract

            known = names_of_contract(self._configuration, self._inputs.history)
            self._cache.put(key, known)
            self._cache.save()
        return known

    def outcome(self, live: Live) -> Outcome:
        """What is wrong, with the class of each object."""
        key = key_of(self._key, _ENCODER.encode(_seen(live)))
        known = self._cache.get(key, _JUDGED)
        if known is None:
            known = self._judged(live)
            if self._key == _key_of_expected(self._sources, self._configuration):  # no file was edited meanwhile
                self._cache.put(key, known)
        self._cache.save()
        return Outcome(
            findings=known.findings,
            evaluated=known.evaluated,
            checked=known.checked,
            not_checked=known.not_checked,
            could_not_check=known.could_not_check,
            notes=known.notes,
            data=known.data,
        )

    # Private

    @cached_property
    def _inputs(self) -> Inputs:
        return self._sources if isinstance(self._sources, Inputs) else read_sources(self._sources)

    def _judged(self, live: Live) -> _Judged:
        from auditor.audits.parts.judging import drifted
        from auditor.contract.facts import Facts

        history = self._inputs.history
        facts = Facts(self._configuration, history, live.snapshot, None, live.ledger, whole=False, data=live.data)
        found = drifted(facts, "contract")
        return _Judged(
            classed(found.findings, self._configuration, history),
            found.evaluated,
            found.checked,
            found.not_checked,
            found.could_not_check,
            found.notes,
            found.data,
        )


# Private


class _Judged(msgspec.Struct, frozen=True):
    findings: tuple[Finding, ...]
    evaluated: frozenset[str]
    checked: dict[str, int]
    not_checked: tuple[str, ...]
    could_not_check: tuple[str, ...]
    notes: tuple[str, ...]
    data: dict[str, Any]


_ENCODER = msgspec.msgpack.Encoder(order="deterministic", enc_hook=plain)
_NAMES = msgspec.msgpack.Decoder(dict[str, frozenset[str]])
_JUDGED = msgspec.msgpack.Decoder(_Judged)


def _stamp() -> str:
    """All of this program, since all of it has a part in what is found."""
    return versions_of("postgast", "pgparse") + fingerprint_of_source("")


def _key_of_expected(sources: Sources, configuration: Configuration) -> bytes:
    """All that what is found depends on, the database left out."""
    definitions = [entry.definition_file for entry in configuration.contract.functions]
    return key_of(
        configuration.file,
        configuration.sha256,
        *(
            part
            for file in definitions
            if file is not None
            for part in (file, (configuration.root / file).read_bytes())
        ),
        str(sources.settings.pg_major),
        _ENCODER.encode(sources.migrations.migrations),
    )


def _seen(live: Live) -> list[Any]:
    """What was read of the database."""
    snapshot = live.snapshot
    return [
        snapshot.server_version_num,
        snapshot.migration_role,
        snapshot.unread,
        snapshot.lacking,
        [(item.KIND, item) for item in snapshot.objects.values()],
        live.ledger,
        live.data,
    ]
