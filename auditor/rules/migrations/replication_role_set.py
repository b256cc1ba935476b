"""A migration switches triggers off for a whole session.

What it means
    `session_replication_role` is set to `replica` (or `local`), by SET, set_config() or ALTER ROLE and ALTER
    DATABASE, and a core table may be touched before it is set back: the same migration writes one, or does not set
    it back at all, so that it holds for what follows. Asked of new migrations only (see MIG002).

Why it matters
    No trigger fires in that session and no foreign key is checked: events without jobs, rows without parents.

What to do
    Disable the one trigger that is in the way, in the same transaction, and enable it again.

How to allow it
    By file, with a reason and an end: `{code: MIG010, file: migrations/0007_import.sql, reason: ..., until: ...}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.model import Finding, Location, Migration, OwnerClass, Severity
from auditor.model.rule import Rule
from auditor.sql import UnreadableSql, grammar
from auditor.sql.tree import Node, kind_and_body, literal, name_of_nodes

if TYPE_CHECKING:
    from auditor.history.course import Course

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {core: [table public.jobs, function public.*], infra: [role *]}
""",
    "migrations/0001_jobs.sql": """\
CREATE TABLE public.jobs (id bigint PRIMARY KEY, status text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON public.jobs FOR EACH ROW EXECUTE FUNCTION public.note();
""",
    "migrations/0002_import.sql": """\
SET session_replication_role = replica;
UPDATE public.jobs SET status = 'new';
RESET session_replication_role;
""",
}
GOOD = BAD | {
    "migrations/0002_import.sql": """\
UPDATE public.jobs SET status = 'new';
""",
}

RULE = Rule(
    code="MIG010",
    name="replication-role-set",
    severity=Severity.ERROR,
    help="disable the one trigger that is in the way, and enable it again",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


def check(course: Course) -> Iterator[Finding]:
    """One finding for each new migration."""
    for migration in course.history.migrations:
        if migration.id not in course.asked:
            continue
        settings = list(_settings(migration))
        if not any(value not in _NORMAL for _, value, _ in settings):
            continue
        first = next(number for number, value, _ in settings if value not in _NORMAL)
        last_number, last_value, last_scope = settings[-1]
        back = last_value in _NORMAL
        end = last_number if back else len(migration.statements) + 1
        core = sorted(
            {
                str(effect.object)
                for effect in course.history.effects
                if effect.migration == migration.id
                and effect.object is not None
                and first <= effect.statement < end
                and effect.action not in ("read", "unknown")
                and course.class_of(effect.object) is OwnerClass.CORE
            }
        )
        if core or (not back and last_scope != "local"):
            statement = migration.statements[first - 1]
            what = f"while it touches {', '.join(core[:_NAMED])}" if core else "and does not set it back"
            yield RULE.finding(
                f"{migration.id} sets {_NAME} {what}: no trigger fires, no foreign key is checked",
                field="session_replication_role",
                owner_class=OwnerClass.CORE,
                location=Location(statement.file, statement.line, statement.column),
            )


# Private

_NORMAL = frozenset({"origin", "default", ""})
_NAMED = 3
_NAME = "session_replication_role"


def _settings(migration: Migration) -> Iterator[tuple[int, str, str]]:
    """(statement, value, scope) of each time it is set: `local`, `session`, `always` (ALTER ROLE and DATABASE)."""
    for number, statement in enumerate(migration.statements, start=1):
        if _NAME not in statement.text.lower():
            continue
        try:
            trees = [one["stmt"] for one in grammar.parse(statement.text)]
        except UnreadableSql:
            continue
        for tree in trees:
            yield from ((number, value, scope) for value, scope in _values(tree))


def _values(tree: Node) -> Iterator[tuple[str, str]]:
    kind, body = kind_and_body(tree)
    if kind in ("AlterRoleSetStmt", "AlterDatabaseSetStmt"):
        yield from ((value, "always") for value, _ in _values({"VariableSetStmt": body.get("setstmt", {})}))
    elif kind == "VariableSetStmt" and body.get("name", "").lower() == _NAME:
        values = [literal(argument) or "" for argument in body.get("args", ())]
        yield (values[0].lower() if values else ""), ("local" if body.get("is_local") else "session")
    elif kind == "SelectStmt":
        for target in body.get("targetList", ()):
            call = target["ResTarget"].get("val", {}).get("FuncCall", {})
            arguments = [literal(one) or "" for one in call.get("args", ())]
            if call and name_of_nodes(call["funcname"]).name == "set_config" and arguments[:1] == [_NAME]:
                yield arguments[1].lower(), ("local" if arguments[2:] in (["true"], ["t"]) else "session")
    elif kind == "DoStmt":
        for option in body.get("args", ()):
            element = option["DefElem"]
            if element["defname"] == "as":
                yield from _in_block(str(element["arg"]["String"].get("sval", "")))


def _in_block(text: str) -> Iterator[tuple[str, str]]:
    """What a DO block sets: its statements, and what stands in literals given to EXECUTE."""
    from auditor.migrations.effects.plpgsql_tree import expressions_in

    try:
        functions = grammar.parse_plpgsql(f"DO $auditor${text}$auditor$")
    except UnreadableSql:
        return
    for expression in expressions_in(functions):
        query = expression["PLpgSQL_expr"].get("query", "")
        if _NAME not in query.lower():
            continue
        try:
            inner = grammar.parse(query)
        except UnreadableSql:
            continue
        for one in inner:
            yield from _values(one["stmt"])
