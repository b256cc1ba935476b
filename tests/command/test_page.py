"""`auditor report`, and its page in a real browser where there is one."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import main

TOP = Path(__file__).parent.parent.parent
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--virtual-time-budget=2000",
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the reference system."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    arguments = ["report", "--config", str(TOP / "classifications.yaml"), "--output", str(path)]
    result = CliRunner().invoke(main, [*arguments, "--output", f"json={path.with_suffix('.json')}"])
    assert result.exit_code == 0, result.output
    return path


def test_the_page_of_the_reference_system(page: Path) -> None:
    html = page.read_text("utf-8")
    assert len(html.encode()) < 400_000
    for text in ("Kept", "0010", "process_document_entity_events", "Not checked", "0012 to 0015"):
        assert text in html
    picture = json.loads(page.with_suffix(".json").read_text())["map"]
    told = {f"{edge['from']} {edge['what']} {edge['to']}" for edge in picture["edges"]}
    trigger = "on_document_entity_events_change on public.document_entities"
    assert told >= {
        f"public.document_entities fires {trigger}",
        f"{trigger} calls public.process_document_entity_events()",
        "public.process_document_entity_events() writes public.executor_jobs",
        (
            "public.executor_jobs gives protect_document_v2 to "
            "public.claim_initial_decision_jobs(integer,pg_catalog.text)"
        ),
        "public.claim_initial_decision_jobs(integer,pg_catalog.text) may be called by role decision_worker",
    }


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_a_browser_runs_its_script_and_nothing_overflows(page: Path, tmp_path: Path) -> None:
    probe = tmp_path / "probe.html"
    html = page.read_text("utf-8")
    # The page's policy forbids any other script, so the copy that is measured goes without it.
    measured = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html).replace(
        "</body>",
        "<script>document.body.dataset.width = document.documentElement.scrollWidth - innerWidth;"
        "const box = document.querySelector('[data-filter=list-migrations] input');"
        "box.value = '0010'; box.dispatchEvent(new Event('input', {bubbles: true}));"
        "const shown = document.querySelectorAll('#list-migrations [data-row]:not([hidden])');"
        "document.body.dataset.shown = shown.length;"
        "</script></body>",
    )
    probe.write_text(measured)
    for width in (1300, 380):
        done = subprocess.run(
            [
                str(BROWSER),
                *QUIET,
                f"--user-data-dir={tmp_path / str(width)}",
                f"--window-size={width},900",
                "--dump-dom",
                probe.as_uri(),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        body = re.search(r"<body[^>]*>", done.stdout)
        assert body is not None
        assert int(re.findall(r'data-width="(-?\d+)"', body.group())[0]) <= 0, f"scrolls sideways at {width}"
        assert 'data-shown="1"' in body.group()
