"""In what setting the commands of each page are run, and which are run elsewhere."""

PAGES = {
    "README.md": "reference",
    "docs/exit-codes.md": "small",
    "docs/explanation/classes.md": "reference",
    "docs/explanation/gates.md": "reference",
    "docs/explanation/provenance.md": "reference",
    "docs/explanation/reading.md": "reference",
    "docs/how-to/add-to-a-project.md": "empty",
    "docs/how-to/after-an-incident.md": "reference",
    "docs/how-to/allow-an-exception.md": "empty",
    "docs/how-to/before-a-deploy.md": "reference",
    "docs/how-to/check-on-a-schedule.md": "reference",
    "docs/how-to/fix-drift.md": "reference",
    "docs/how-to/from-compat-to-strict.md": "empty",
    "docs/how-to/rights-of-the-role.md": "reference",
    "docs/reference-system.md": "reference",
    "docs/report.md": "reference",
    "docs/tutorial.md": "empty",
}
"""Page -> its setting: `empty` (a directory and an empty database), `small` (with one migration and its owner), or
`reference` (a copy of this repository's own system in a git repository, and a database that its
migrations made, which the environment names).
"""

SMALL = {
    "classifications.yaml": "version: 1\nclasses: {core: [table public.jobs]}\n",
    "migrations/0001_jobs.sql": "CREATE TABLE public.jobs (id bigint PRIMARY KEY);\n",
}

BY_CI = {"README.md": ".ci/run"}
"""Pages whose ```sh blocks are run, word for word, by that script: they install the program."""

ELSEWHERE = {"docs/runbooks/*.md": "tests/reference/test_reference_drill.py"}
"""Pages whose blocks another test runs; it names their folder."""

NOT_OURS = {
    "docs/how-to/check-on-a-schedule.md",
    "docs/how-to/review-a-change.md",
}
"""Pages whose YAML configures a platform: CI, Kubernetes. Commands in it are parsed."""
