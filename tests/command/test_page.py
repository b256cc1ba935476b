"""`auditor report`, and its page in a real browser where there is one."""

import json
import re
import shutil
import subprocess
from html import unescape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

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
    document = json.loads(page.with_suffix(".json").read_text())
    picture = document["map"]
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
        (
            "public.claim_orchestrator_jobs(integer,pg_catalog.text) is called (line 42) by "
            "source services/orchestrator/worker.py"
        ),
    }
    assert not any("tests/" in one for one in told), "`except` of a guard names the tests"


def test_without_a_database_it_says_what_was_not_checked_and_which_command_would(page: Path) -> None:
    document = json.loads(page.with_suffix(".json").read_text())
    states = {one["area"]: (one["state"], one["command"]) for one in document["coverage"]}
    assert states["Replay"] == ("checked", "auditor replay")
    for area in ("Live catalog", "Provenance", "Live flow"):
        assert states[area] == ("not-checked", "auditor report --db URL")
    html = page.read_text("utf-8")
    for section in ("drift", "pipeline", "objects"):
        text = html.partition(f'<section id="{section}">')[2].partition("</section>")[0]
        assert "no database was given" in text
        assert "auditor report --db URL" in text
    assert "Nothing that was looked at is broken. Not checked: " in html
    assert [one["state"] for one in document["guards"]] == ["kept"] * 5


def test_what_postgresql_makes_along_is_told_with_its_table(page: Path) -> None:
    document = json.loads(page.with_suffix(".json").read_text())
    objects = {f"{one['kind']} {one['identity']}": one for one in document["objects"]}
    jobs = objects["table public.executor_jobs"]
    assert "public.executor_jobs_pkey" in [part["identity"] for part in jobs["parts"]]
    assert "index public.executor_jobs_pkey" not in objects
    assert {"migration": "0007", "what": "create columns correlation_id, trace_id"}.items() <= next(
        one for one in jobs["events"] if one["migration"] == "0007" and "columns" in one["what"]
    ).items()
    assert all(one["live"] is None for one in objects.values())


GUARDED = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.claim_*]}
contract:
  queues:
    - table: public.jobs
      claims: [{function: "public.claim_jobs(integer)", job_types: [ship]}]
guards:
  - {forbid: write, table: public.jobs, in: "services/**", reason: only the listener makes jobs}
  - {allow-only: call, function: claim_jobs, in: "services/ship/**"}
  - {forbid: read, table: public.jobs, in: "nowhere/**"}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, type text);
CREATE FUNCTION public.claim_jobs(n integer) RETURNS SETOF public.jobs LANGUAGE sql
    AS 'SELECT * FROM public.jobs LIMIT n FOR UPDATE SKIP LOCKED';
""",
    "services/ship/worker.py": """\
def claim(connection):
    return connection.execute("SELECT * FROM claim_jobs(%s)", [10])
""",
    "services/other.ts": """\
export async function enqueue(supabase) {
  // auditor: allow GRD001 the importer of last year
  await supabase.from('jobs').insert({type: '</script><b>'});
  await supabase.from('jobs').delete().eq('id', 1);
  return supabase.rpc('claim_jobs', {n: 1});
}
""",
}


def test_each_guard_has_its_verdict_and_its_lines(tmp_path: Path) -> None:
    for name, text in GUARDED.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    page, document = tmp_path / "page.html", tmp_path / "page.json"
    arguments = ["report", "--config", str(tmp_path / "classifications.yaml"), "--output", str(page)]
    result = CliRunner().invoke(main, [*arguments, "--output", f"json={document}"])
    assert result.exit_code == 1, result.output
    found = json.loads(document.read_text())
    writes, calls, nowhere = found["guards"]
    assert [(one["state"], one["files"], one["allowed"]) for one in found["guards"]] == [
        ("broken", 2, 1),
        ("broken", 1, 0),
        ("no-files", 0, 0),
    ]
    assert [(one["line"], one["severity"]) for one in writes["places"]] == [(3, None), (4, "error")]
    assert [(one["file"], one["line"]) for one in calls["places"]] == [("services/other.ts", 5)]
    assert nowhere["places"] == []
    guards = page.read_text("utf-8").partition('<section id="guards">')[2].partition("</section>")[0]
    for line in (
        "<i>3</i>  await supabase.from(&#39;jobs&#39;).insert({type: &#39;&lt;/script&gt;&lt;b&gt;&#39;});",
        "<i>4</i>  await supabase.from(&#39;jobs&#39;).delete()",
        "<i>5</i>  return supabase.rpc(",
    ):
        assert f'<span class="meant">{line}' in guards
    assert guards.count("let pass") == 2
    workers = {edge["to"]: edge["off"] for edge in found["map"]["edges"] if edge["to"].startswith("source ")}
    assert workers == {"source services/ship/worker.py": False, "source services/other.ts": True}


PROBE = """
(async () => {
  const told = {width: document.documentElement.scrollWidth - innerWidth};
  const later = () => new Promise(done => setTimeout(done, 100));
  const box = document.querySelector('[role=search] input');
  const shown = () => document.querySelectorAll('#history [data-row]:not([hidden])').length;
  if (box.form.hidden) {
    for (const one of document.querySelectorAll('details')) one.open = true;
    told.width = document.documentElement.scrollWidth - innerWidth;
    document.body.dataset.told = JSON.stringify(told);
    return;
  }
  box.value = '0010_listener';
  box.dispatchEvent(new Event('input', {bubbles: true}));
  await later();
  told.found = shown();
  told.count = document.querySelector('#history [data-count]').textContent;
  box.value = '';
  document.querySelector('[name=wrong]').click();
  await later();
  told.wrong = shown();
  const object = document.querySelector('.object');
  location.hash = object.id;
  await later();
  told.revealed = object.open && !object.hidden;
  document.getElementById('theme').click();
  document.getElementById('theme').click();
  told.paper = getComputedStyle(document.body).backgroundColor;
  document.body.dataset.told = JSON.stringify(told);
})();
"""


def browse(page: Path, profile: Path, width: int, *further: str) -> str:
    """The document as a browser has it after a while."""
    done = subprocess.run(
        [
            str(BROWSER),
            *QUIET,
            f"--user-data-dir={profile}",
            f"--window-size={width},900",
            *further,
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def probed(page: Path, profile: Path, width: int, *, script: bool = True) -> dict[str, Any]:
    """What a script finds in the page, with or without the page's own."""
    html = page.read_text("utf-8")
    # The page's policy forbids any other script, so the copy that is measured goes without it.
    measured = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert measured != html
    if not script:
        measured = re.sub(r"<script>.*?</script>", "", measured, flags=re.DOTALL)
    probe = profile.with_suffix(".html")
    probe.write_text(measured.replace("</body>", f"<script>{PROBE}</script></body>"))
    found = re.search(r'<body data-told="([^"]*)"', browse(probe, profile, width))
    assert found is not None
    told: dict[str, Any] = json.loads(unescape(found[1]))
    return told


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
@pytest.mark.parametrize("width", [1300, 360])
def test_a_browser_runs_its_script_and_nothing_overflows(page: Path, tmp_path: Path, width: int) -> None:
    told = probed(page, tmp_path / "with", width)
    assert told["width"] <= 0, "scrolls sideways"
    assert (told["found"], told["count"], told["wrong"]) == (1, "1 of 20", 0)
    assert told["revealed"], "what a link leads to is not opened"
    assert told["paper"] == "rgb(17, 20, 25)", "the button does not change the theme"


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_without_script_nothing_overflows_and_no_control_is_shown(page: Path, tmp_path: Path) -> None:
    assert probed(page, tmp_path / "without", 360, script=False)["width"] <= 0
    assert '<form role="search" hidden>' in page.read_text("utf-8")


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
def test_its_policy_stops_what_would_slip_in(page: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.html"
    slipped = (
        "<script>document.body.dataset.ran = 1</script>"
        '<img src="missing.png" onerror="document.body.dataset.ran = 1">'
    )
    hostile.write_text(page.read_text("utf-8").replace("</main>", f"{slipped}</main>"))
    document = browse(hostile, tmp_path / "profile", 1300)
    assert "onerror" in document
    assert "data-ran" not in document


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here")
@pytest.mark.parametrize("width", [360, 1300])
def test_names_without_end_do_not_make_it_scroll_sideways(tmp_path: Path, width: int) -> None:
    spec = spec_from_file_location("hostile", TOP / "tests" / "pure" / "test_reports_html.py")
    assert spec is not None
    assert spec.loader is not None
    hostile = module_from_spec(spec)
    spec.loader.exec_module(hostile)
    path = tmp_path / "hostile.html"
    path.write_text(hostile.page(hostile.report(hostile.HOSTILE + "x" * 3000 + " " + "long_name_" * 90)))
    assert probed(path, tmp_path / "profile", width, script=False)["width"] <= 0
