"""What the page says was checked and what was not, part by part, each with the command that would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from auditor.audits.check import Looked
from auditor.audits.parts.plpgsql import NOT_THERE
from auditor.audits.parts.squawk import NOT_INSTALLED
from auditor.audits.showing.live import LiveStates
from auditor.declaration.load import Configuration
from auditor.model import Report

State = Literal["checked", "partly", "not-checked", "could-not-check"]

_LIVE_COMMAND = "auditor report --db URL"


def coverage(
    whole: Report, looked: Looked, configuration: Configuration, live: LiveStates | None
) -> list[dict[str, Any]]:
    """Part, state, what is to be said, and a command; in the order in which a check goes.

    Args:
        whole: the report.
        looked: what was looked at.
        configuration: what is declared.
        live: the live side, or None: no database was read.
    """
    return [
        {"area": area, "state": state, "told": told, "command": command}
        for area, state, told, command in _rows(whole, looked, configuration, live)
    ]


# Private

_STAND_IN = ": a stand-in was used in the replay"

_Row = tuple[str, State, str, str]


def _rows(whole: Report, looked: Looked, configuration: Configuration, live: LiveStates | None) -> Iterator[_Row]:
    yield _files(whole, looked)
    yield _replay(whole, looked)
    yield _contract(looked, configuration)
    yield _tool(whole, "plpgsql_check", NOT_THERE, "plpgsql_check:", "auditor replay --shadow URL")
    yield _tool(whole, "squawk", NOT_INSTALLED, "squawk:", "auditor check")
    yield _guards(whole, looked, configuration)
    yield from _live(whole, looked, live)
    flow = whole.data["pipeline"]
    undone = flow.get("undone", [])
    told = flow.get("told") or f"figures of the last {flow['window']}"
    yield "Live flow", "partly" if undone else flow["state"], "; ".join((told, *undone)), flow["command"]


def _files(whole: Report, looked: Looked) -> _Row:
    told = f"{whole.checked['migration']} migrations, {whole.checked['statement']} statements"
    guarded = looked.guarded.outcome.not_understood if looked.guarded is not None else 0
    if looked.inputs.missing_places:
        return "Migrations", "could-not-check", "; ".join(looked.inputs.missing_places), "auditor classify"
    if unknown := whole.not_understood - guarded:
        told += f"; {unknown} of what they do could not be understood"
    return "Migrations", "partly" if unknown else "checked", told, "auditor effects"


def _replay(whole: Report, looked: Looked) -> _Row:
    command = "auditor replay"
    if looked.replayed is None:
        prefix = "replay and contract: "
        why = next((one for one in whole.could_not_check if one.startswith(prefix)), "")
        return "Replay", "could-not-check", why.removeprefix(prefix), command
    if looked.made is None:
        return "Replay", "could-not-check", "the history does not run to its end", command
    name = looked.replayed.where.name
    told = f"{whole.checked['replayed migration']} migrations run in {name}"
    undone = looked.replayed.not_checked
    return "Replay", "partly" if undone else "checked", "; ".join((told, *_gathered(undone))), command


def _gathered(reasons: tuple[str, ...]) -> Iterator[str]:
    """Stand-ins of extensions in one go, then the other reasons."""
    names = [one[len("extension ") : -len(_STAND_IN)] for one in reasons if _is_stand_in(one)]
    if names:
        yield f"stand-ins for the extensions {', '.join(names)}"
    yield from (one for one in reasons if not _is_stand_in(one))


def _is_stand_in(reason: str) -> bool:
    return reason.startswith("extension ") and reason.endswith(_STAND_IN)


def _contract(looked: Looked, configuration: Configuration) -> _Row:
    contract = configuration.contract
    entries = sum(
        len(one)
        for one in (
            contract.triggers,
            contract.functions,
            contract.dedupe_keys,
            contract.queues,
            contract.projection_entries,
            contract.rows,
            contract.roles,
            contract.deployed,
        )
    )
    if not entries:
        return "Contract", "not-checked", "classifications.yaml has no entries under `contract:`", "auditor init"
    if looked.made is None and looked.live is None:
        return (
            "Contract",
            "could-not-check",
            "without a replay there is no catalog to hold it against",
            "auditor check",
        )
    sides = ["what the migrations make"] if looked.made is not None else []
    sides += ["the live database"] if looked.live is not None else []
    return "Contract", "checked", f"{entries} entries, against {' and '.join(sides)}", "auditor contract show"


def _tool(whole: Report, area: str, absent: str, prefix: str, command: str) -> _Row:
    """A program of others."""
    if absent in whole.not_checked:
        return area, "not-checked", absent.partition(": ")[2], command
    reasons = [one.removeprefix(prefix).strip() for one in whole.not_checked if one.startswith(prefix)]
    name = prefix.rstrip(":")
    counted = [f"{count} {kind}" for kind, count in whole.checked.items() if kind.endswith(f"by {name}")]
    if counted:
        return area, "partly" if reasons else "checked", "; ".join([*counted, *reasons]), command
    return area, "not-checked", "; ".join(reasons) or "nothing to look at", command


def _guards(whole: Report, looked: Looked, configuration: Configuration) -> _Row:
    command = "auditor guard"
    if not configuration.guards:
        return "Guards", "not-checked", "classifications.yaml declares no `guards:`", "auditor explain GRD001"
    if looked.guarded is None:
        why = next((one for one in whole.could_not_check if one.startswith("guards: ")), "guards: ")
        return "Guards", "could-not-check", why.removeprefix("guards: "), command
    checked = looked.guarded.outcome.checked
    told = f"{checked['guard']} guards, {checked['source file']} source files, {checked['access']} accesses"
    if unknown := looked.guarded.outcome.not_understood:
        return "Guards", "partly", f"{told}; {unknown} could not be understood", command
    return "Guards", "checked", told, command


def _live(whole: Report, looked: Looked, live: LiveStates | None) -> Iterator[_Row]:
    areas = ("Live catalog", "auditor drift --db URL"), ("Provenance", "auditor forensics provenance --db URL")
    if live is None or looked.live is None:
        why = next((one for one in whole.could_not_check if one.startswith("live database: ")), None)
        for area, command in areas:
            if why is None:
                yield area, "not-checked", "no database was given", _LIVE_COMMAND
            else:
                yield area, "could-not-check", why.removeprefix("live database: "), command
        return
    (catalog, drift), (provenance, blame) = areas
    if looked.made is None:
        yield catalog, "partly", f"{looked.live.note}; held against the contract alone: no replay", drift
    else:
        yield catalog, "checked", looked.live.note, drift
    undone = [*dict.fromkeys(one for one in (*live.not_read, live.doubt) if one)]
    told = "by which migration's transaction each core object was last written"
    yield provenance, "partly" if undone else "checked", "; ".join((told, *undone)), blame
