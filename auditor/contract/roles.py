"""`contract.roles`: a role is there, with exactly the declared attributes, memberships and settings.

Roles belong to the cluster: a replay, in a cluster of its own, holds only those that a migration makes. Passwords
are not read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from auditor.catalog.kinds.role import Role
from auditor.contract.breach import Cause, Checked, listed
from auditor.contract.facts import Facts
from auditor.declaration.entries import RoleEntry
from auditor.model import ObjectId
from auditor.repair.create_rare import ROLE_WORDS

ATTRIBUTES = {word.lower(): field for field, word in ROLE_WORDS.items()}
"""Attribute as CREATE ROLE calls it -> the role's field."""


def check_roles(facts: Facts, checked: Checked) -> None:
    """Check every role that the contract names."""
    in_replay = facts.live is facts.expected
    for entry in facts.configuration.contract.roles:
        item = ObjectId("role", str(entry.name))
        life = facts.life(item)
        if in_replay and not (life is not None and life.exists):
            # Where a migration only grants to a role, the replay supplies one to grant to.
            checked.not_checked.append(f"{item}: no migration makes it, so only a live database can tell")
            continue
        initial = facts.data.initial_roles if facts.data is not None else ()
        if item.identity in initial or item.identity.startswith("pg_"):
            checked.not_checked.append(f"{item}: the cluster was made with it, and such roles are not read")
            continue
        checked.count("role")
        live = facts.live.objects.get(item)
        if isinstance(live, Role):
            _check(facts, checked, entry, live)
        else:
            _missing(facts, checked, entry, item)


# Private

_MASK = "***"


def _missing(facts: Facts, checked: Checked, entry: RoleEntry, item: ObjectId) -> None:
    expected = facts.expected_object(item)
    bare = Role(
        identity=item.identity,
        superuser=False,
        create_role=False,
        create_database=False,
        login=False,
        replication=False,
        bypass_rls=False,
        inherit=True,
        connection_limit=-1,
        valid_until=None,
        member_of=[],
        settings=[],
        database_settings=[],
        comment=None,
    )
    # The replay's role may be one that it supplied.
    made = expected if isinstance(expected, Role) and facts.life(item) is not None else bare
    checked.breaches.append(
        facts.breach(
            "role-contract",
            f"{item} {facts.missing(item)}",
            entry=entry,
            item=item,
            expected="there",
            actual="missing",
            repair=facts.repair(item, (), _declared(entry, made)),
            causes=[Cause(item)],
        )
    )


def _declared(entry: RoleEntry, base: Role) -> Role:
    """A role with what the entry declares, and the rest of another."""
    wanted = base
    if entry.attributes is not None:
        on: dict[str, bool] = {field: name in entry.attributes for name, field in ATTRIBUTES.items()}
        wanted = dataclasses.replace(wanted, **on)  # type: ignore[arg-type]  # all of these fields are flags
    if entry.member_of is not None:
        there = {_group(one): one for one in base.member_of}
        members = [
            there[one] if one in there and _kept(one, there[one]) else str(one)
            for one in map(str, entry.member_of)
        ]
        wanted = dataclasses.replace(wanted, member_of=sorted(members))
    if entry.settings is not None:
        settings, in_database = _settings(entry.settings, base)
        wanted = dataclasses.replace(wanted, settings=settings, database_settings=in_database)
    return wanted


def _group(membership: str) -> str:
    return membership.partition(" WITH ")[0]


def _kept(declared: str, there: str) -> bool:
    """Whether a membership is what was declared: without options, any but one with ADMIN OPTION."""
    options = there.partition(" WITH ")[2].split(", ")
    return there == declared or (" WITH " not in declared and "ADMIN" not in options)


def _settings(declared: dict[str, str], role: Role) -> tuple[list[str], list[str]]:
    """Both lists of settings of a role, changed only where a session would not begin as declared."""
    wanted = {name.lower(): value for name, value in declared.items()}
    everywhere, here = _by_name(role.settings), _by_name(role.database_settings)
    for name in {**everywhere, **here, **wanted}:
        should, value = wanted.get(name), here.get(name, everywhere.get(name))
        if should is None:
            everywhere.pop(name, None)
            here.pop(name, None)
        elif value is None or (value != _MASK and _plain(value) != _plain(should)):
            everywhere[name] = should if _plain(everywhere.get(name, "")) != _plain(should) else everywhere[name]
            here.pop(name, None)
    spelled = {name.lower(): name for name in declared}
    spelled |= {one.partition("=")[0].lower(): one.partition("=")[0] for one in role.settings}
    return (
        sorted(f"{spelled.get(name, name)}={value}" for name, value in everywhere.items()),
        sorted(one for one in role.database_settings if one.partition("=")[0].lower() in here),
    )


def _by_name(settings: list[str]) -> dict[str, str]:
    return {name.lower(): value for name, _, value in (one.partition("=") for one in settings)}


def _plain(value: str) -> str:
    """A value with its list spelled one way, as ALTER ROLE may or may not have put blanks into it."""
    value = ", ".join(part.strip() for part in value.split(","))
    return "" if value == '""' else value


def _check(facts: Facts, checked: Checked, entry: RoleEntry, live: Role) -> None:
    wanted = _declared(entry, live)
    masked = sorted(
        name
        for name, value in {**_by_name(live.settings), **_by_name(live.database_settings)}.items()
        if value == _MASK and name in {one.lower() for one in entry.settings or ()}
    )
    if masked:
        checked.not_checked.append(f"{live.id}: the value of {listed(masked)}, which may be a secret, is not read")
    named = [*(ATTRIBUTES.values() if entry.attributes is not None else ())]
    named += ["member_of"] if entry.member_of is not None else []
    named += ["settings", "database_settings"] if entry.settings is not None else []
    fields = [field for field in named if getattr(live, field) != getattr(wanted, field)]
    # What the contract says of the role goes before what a migration does.
    checked.kept |= {Cause(live.id, field) for field in named if field not in fields}
    if not fields:
        return
    said = list(_said(live, wanted, fields))
    checked.breaches.append(
        facts.breach(
            "role-contract",
            f"{live.id} {listed(said)}",
            entry=entry,
            item=live.id,
            field=", ".join(fields),
            expected="; ".join(_shown(wanted, field) for field in fields),
            actual="; ".join(_shown(live, field) for field in fields),
            repair=facts.repair(live.id, fields, wanted),
            causes=[Cause(live.id, field) for field in fields],
        )
    )


def _said(live: Role, wanted: Role, fields: list[str]) -> Iterator[str]:
    for field in fields:
        if field == "member_of":
            extra = [one for one in live.member_of if one not in wanted.member_of]
            lacking = [one for one in wanted.member_of if one not in live.member_of]
            if extra:
                yield f"is a member of {listed(extra)}, which is not declared"
            if lacking:
                yield f"is no member of {listed(lacking, 'or')}"
        elif field in ROLE_WORDS:
            word = ROLE_WORDS[field]
            yield f"is {word}, should be NO{word}" if getattr(live, field) else f"is NO{word}, should be {word}"
        else:
            where = "in this database " if field == "database_settings" else ""
            is_, should = getattr(live, field), getattr(wanted, field)
            yield f"has {where}the settings {listed(is_)}, should have {listed(should)}"


def _shown(role: Role, field: str) -> str:
    value = getattr(role, field)
    if field in ROLE_WORDS:
        return ROLE_WORDS[field] if value else f"NO{ROLE_WORDS[field]}"
    return f"{field.replace('_', ' ')}: {', '.join(value) or 'none'}"
