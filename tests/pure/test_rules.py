"""Every rule has its place in the registry, a page, and two examples."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import yaml

import auditor.rules
from auditor.audits.explain import SECTIONS
from auditor.model import Finding, Location, ObjectId, Severity
from auditor.model.rule import Rule
from auditor.rules import BY_CODE, BY_NAME, RETIRED, RULES

FOLDER = Path(auditor.rules.__file__).parent


def _modules() -> list[str]:
    """Modules of rules: those in a subject's folder."""
    names = []
    for subject in pkgutil.iter_modules([str(FOLDER)]):
        if subject.ispkg:
            found = pkgutil.iter_modules([str(FOLDER / subject.name)])
            names += [f"auditor.rules.{subject.name}.{module.name}" for module in found]
    return names


def test_every_file_is_registered() -> None:
    rules = [importlib.import_module(name).RULE for name in _modules()]
    assert sorted(rule.code for rule in rules) == sorted(rule.code for rule in RULES)
    assert len(rules) > 20


@pytest.mark.parametrize("name", _modules())
def test_a_file_is_named_as_its_rule(name: str) -> None:
    rule = importlib.import_module(name).RULE
    assert rule.name.replace("-", "_") == name.rpartition(".")[2]


def test_codes_and_names_are_unique_and_never_used_again() -> None:
    assert len(BY_CODE) == len(BY_NAME) == len(RULES)
    assert not RETIRED & BY_CODE.keys()
    assert [rule.code for rule in RULES if not re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_its_page(rule: Rule) -> None:
    lines = (rule.page or "").strip().splitlines()
    assert lines[0].endswith("."), "the first line is the summary"
    assert [line for line in lines if line in SECTIONS] == list(SECTIONS)
    for heading in SECTIONS:
        assert lines[lines.index(heading) + 1].startswith("    "), f"{heading} is empty"
    assert rule.help
    assert "\n" not in rule.help


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_bad_and_a_good_example(rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    assert rule.bad != rule.good
    for example in (rule.bad, rule.good):
        if "classifications.yaml" in example:
            assert yaml.safe_load(example["classifications.yaml"])["version"] == 1


def test_a_finding_is_pre_filled() -> None:
    rule = BY_CODE["DRF005"]
    item = ObjectId("trigger", "t on public.jobs")
    found = rule.finding("it is off", object=item, location=Location("a.sql", 3))
    assert found == Finding(
        "DRF005",
        "trigger-state-changed",
        Severity.ERROR,
        "it is off",
        rule.help,
        object=item,
        location=Location("a.sql", 3),
    )
    assert rule.finding("x", severity=Severity.NOTE, help="y").severity is Severity.NOTE
    with pytest.raises(TypeError):
        rule.finding("x", unheard_of=1)
