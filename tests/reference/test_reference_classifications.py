"""`classifications.yaml` against what really happens, told by the catalog alone and not by the auditor."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from reference_system import REVISIONS, ROOT, Listed, ReferenceDatabase

CLASSES = ("core", "legacy", "infra")

EXPECTED = {
    "0001": {"infra"},
    "0002": {"infra"},
    "0003": {"legacy"},
    "0004": {"core"},
    "0005": {"core"},
    "0006": {"legacy"},
    "0007": {"core"},
    "0008": {"core"},
    "0009": {"core", "legacy"},  # overridden
    "0010": {"core"},
    "0011": set(),  # rows only; overridden
    "0012": {"core"},
    "0013": {"core"},
    "0014": {"legacy"},
    "0015": {"core"},
    "0016": {"core"},
    "0017": {"core"},
    "0018": {"legacy"},
    "0019": {"core"},
    "0020": {"infra"},
}
"""The classes of the objects that each revision changes."""


@pytest.fixture(scope="module")
def declared() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "classifications.yaml").read_text())


def owner(declared: dict[str, Any], item: tuple[str, str], parent: tuple[str, str] | None) -> tuple[str, str]:
    """Class and entry: what names the object itself beats what names its parent, then the longer text wins."""
    found = []
    for name in CLASSES:
        for entry in declared["classes"][name]:
            for nearness, target in ((1, item), (0, parent)):
                if target is not None and matches(entry, *target):
                    found.append((nearness, len(entry.replace("*", "")), name, entry))
    assert found, f"nobody owns {item}"
    return max(found)[2:]


def matches(entry: str, kind: str, identity: str) -> bool:
    pattern = entry.removeprefix(f"{kind} ")
    if kind == "function":
        identity = identity.partition("(")[0]
    return pattern != entry and re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), identity) is not None


def test_every_object_has_the_class_that_its_revision_has(
    unmigrated_database: ReferenceDatabase, declared: dict[str, Any]
) -> None:
    before: dict[tuple[str, str], Listed] = {}
    found: dict[str, set[str]] = {}
    used: set[str] = {"role *"}  # roles belong to the cluster; the listing is of the database
    assert set(unmigrated_database.catalog()) == {("schema", "public"), ("extension", "plpgsql")}
    unmigrated_database.connect().execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    before = unmigrated_database.catalog()
    for item, listed in before.items():
        used.add(owner(declared, item, listed.parent)[1])
    for revision in REVISIONS:
        unmigrated_database.upgrade(revision)
        after = unmigrated_database.catalog()
        found[revision] = set()
        for item in before.keys() | after.keys():
            if before.get(item) != after.get(item):
                name, entry = owner(declared, item, (after.get(item) or before[item]).parent)
                found[revision].add(name)
                used.add(entry)
        before = after
    assert found == EXPECTED
    assert {entry for name in CLASSES for entry in declared["classes"][name]} == used


def test_mixed_and_empty_revisions_are_overridden(declared: dict[str, Any]) -> None:
    overridden = {entry["migration"] for entry in declared["overrides"]}
    assert overridden == {revision for revision, classes in EXPECTED.items() if len(classes) != 1}


def test_the_contract_names_what_is_there(reference_database: ReferenceDatabase, declared: dict[str, Any]) -> None:
    catalog = reference_database.catalog()
    contract = declared["contract"]
    # PostgreSQL writes f(integer,pg_catalog.text) where a person writes f(integer, text).
    functions = {
        identity.replace("pg_catalog.", "").replace(",", ", "): listed
        for (kind, identity), listed in catalog.items()
        if kind == "function"
    }
    named = {entry["name"] for entry in contract["functions"]}
    assert named == functions.keys() - {
        "public.project_user_document()"
    }  # all but the projection are in the contract
    triggers = {identity for kind, identity in catalog if kind == "trigger"}
    assert {entry["name"] for entry in contract["triggers"]} == triggers
    for entry in contract["functions"]:
        listed = functions[entry["name"]]
        assert ("SECURITY DEFINER" in listed.definition) == (entry["security"] == "definer")
        if "execute" in entry:
            assert listed.privileges == sorted(f"{role} EXECUTE f" for role in [*entry["execute"], "postgres"])


def test_the_whitelist_and_the_claims_agree(
    reference_database: ReferenceDatabase, declared: dict[str, Any]
) -> None:
    connection = reference_database.connect()
    (queue,) = declared["contract"]["queues"]
    allowed = queue["job_types"]["allowed"]
    (check,) = connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'executor_jobs_type_check'"
    ).fetchone()
    assert re.findall(r"'(\w+)'", check) == allowed
    claimed = [job_type for claim in queue["claims"] for job_type in claim["job_types"]]
    assert claimed == allowed == list(declared["pipeline"]["requires"].values())


def test_guards_point_at_real_sources(declared: dict[str, Any]) -> None:
    for guard in declared["guards"]:
        assert any(path.suffix == ".py" for path in ROOT.glob(guard["in"].replace("**", "**/*"))), guard
