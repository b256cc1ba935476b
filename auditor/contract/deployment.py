"""What the ledger of a live database and the files of the history say about one another.

Asked of every live database, whatever the contract demands: a file that was edited after it was applied, a row
that no file explains, a migration that was left out or failed half-way. Those still to come are a note.
"""

from __future__ import annotations

from auditor.contract.breach import Breach, Checked
from auditor.contract.facts import DAGS, Facts
from auditor.model import Location, OwnerClass, Severity

_MOST = 20
"""So many rows of one kind are told one by one."""


def check_ledger(facts: Facts, checked: Checked) -> None:
    """Compare the ledger with the files."""
    ledger = facts.ledger
    if ledger is None:
        return
    wanted = facts.configuration.contract.deployed or facts.configuration.ledger is not None
    for one in ledger.unread:
        # That there is no ledger at all matters only to who asks for it.
        if wanted or "there is no table" not in one:
            checked.not_checked.append(one)
    if ledger.applied is None:
        return
    checked.count("ledger row", len(ledger.applied))
    files = {migration.id: migration.file for migration in facts.history.migrations}
    for one in ledger.edited[:_MOST]:
        _say(
            facts,
            checked,
            "applied-file-edited",
            f"{files.get(one, one)} was edited after it was applied: it is not what the ledger noted then",
            one,
            Location(files[one], 1) if one in files else None,
        )
    for one in ledger.failed[:_MOST]:
        _say(facts, checked, "ledger-disagrees", f"the ledger says that {one} failed half-way", one, None)
    for one in ledger.unknown[:_MOST]:
        said = f"the ledger names {one}, of which there is no file"
        _say(facts, checked, "ledger-disagrees", said, one, None)
    for one in _left_out(facts)[:_MOST]:
        said = f"{files[one]} is not applied, although later ones are: it was left out, or came too late"
        _say(facts, checked, "ledger-disagrees", said, one, Location(files[one], 1))


# Private


def _left_out(facts: Facts) -> list[str]:
    """Migrations that the ledger does not name before one that it does."""
    applied = facts.applied or frozenset()
    layouts = facts.ledger.layouts if facts.ledger is not None else ()
    demanded = {str(entry.migration) for entry in facts.configuration.contract.deployed}
    found: list[str] = []
    for layout in layouts:
        if layout in DAGS:
            continue
        ids = [one.id for one in facts.history.migrations if one.layout == layout]
        # What stands before the first that the ledger names was there before the ledger: a baseline.
        marks = [at for at, one in enumerate(ids) if one in applied]
        if marks:
            found += [one for one in ids[marks[0] : marks[-1]] if one not in applied and one not in demanded]
    return found


def _say(
    facts: Facts, checked: Checked, name: str, message: str, migration: str, location: Location | None
) -> None:
    error = name == "applied-file-edited" or "half-way" in message
    checked.breaches.append(
        Breach(
            name,
            message,
            Severity.ERROR if error else Severity.WARNING,
            field=f"ledger row {migration}",
            location=location or Location(facts.configuration.file, 1),
            owner_class=OwnerClass.UNCLASSIFIED,
        )
    )
