"""The generated pages of docs/ say what the program says."""

import importlib.util
import re
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "generate_docs.py"


def test_the_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("generate_docs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.out_of_date() == [], "run scripts/docs"


def test_every_link_leads_somewhere() -> None:
    top = SCRIPT.parents[1]
    pages = [*top.glob("*.md"), *(top / "docs").rglob("*.md")]
    dead = []
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, _ = target.partition("#")
            if path and "://" not in path and not (page.parent / path).exists():
                dead.append(f"{page.relative_to(top)}: {target}")
    assert dead == []
