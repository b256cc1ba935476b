"""What the help of each command shows of its use; a test reads every line as the command line does."""

from __future__ import annotations

EXIT_CODES_IN_SHORT = (
    "0 kept, 1 findings, 2 usage or configuration, 3 could not check, 70 a defect; see `auditor --help`. What the "
    "code of a finding means: `auditor explain CODE`. All else: docs/ of the project."
)

EXAMPLES: dict[str, tuple[str, ...]] = {
    "init": ("init", "init --core table:public.jobs", "init --dry-run"),
    "check": (
        "check",
        "check --format sarif --output auditor.sarif",
        "check --output junit=junit.xml --output markdown=comment.md",
        "check --db postgresql://reader@db/app",
    ),
    "classify": ("classify", "classify --format json"),
    "effects": ("effects", "effects --format jsonl"),
    "history": ("history public.jobs", "history 'function public.claim_*'"),
    "review": ("review --base origin/main", "review --base origin/main --format github"),
    "replay": ("replay", "replay --keep-going -v", "replay --shadow postgresql://postgres@localhost/postgres"),
    "drift": (
        "drift --db postgresql://reader@db/app",
        "drift --scope contract",
        "drift --against applied",
        "drift --against snapshot.json --scope all",
    ),
    "guard": ("guard", "guard services/worker.py", "guard --update-baseline"),
    "snapshot": ("snapshot --db postgresql://reader@db/app --output snapshot.json",),
    "contract show": ("contract show", "contract show --format json"),
    "contract pin": ("contract pin", "contract pin 'public.claim_*'", "contract pin --check"),
    "contract schema": ("contract schema --output .auditor/classifications.schema.json",),
    "forensics blame": ("forensics blame public.claim_jobs", "forensics blame --all core"),
    "forensics history": ("forensics history public.jobs", "forensics history --all core"),
    "forensics provenance": ("forensics provenance", "forensics provenance --out-of-band"),
    "forensics trace": ("forensics trace 5f0c1f4e-0000-4000-8000-000000000001",),
    "forensics kpi": ("forensics kpi", "forensics kpi --since 7d --max-backlog 500"),
    "forensics alert": ("forensics alert --quiet", "forensics alert --webhook --state /var/lib/auditor.state"),
    "forensics recorder": ("forensics recorder install --reader auditor", "forensics recorder show --since 24h"),
    "report": ("report --output report.html", "report --db postgresql://reader@db/app --output report.html"),
    "gate": ("gate stabilise", "gate stabilise --no-evidence"),
    "weekly": ("weekly", "weekly --day monday"),
    "explain": ("explain DRF003", "explain squawk/require-concurrent-index-creation", "explain --list"),
}
"""Command -> what may be typed behind `auditor`."""
