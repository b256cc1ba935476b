"""A new migration drops a unique key of a core table, or builds it anew in a way that stops the table.

What it means
    A unique index or constraint of a core table is dropped and no unique key on the same columns is there in
    the end (keys of `contract.dedupe_keys` are judged by CON003); or it is dropped and built again without
    CONCURRENTLY. Asked of new migrations only (see MIG002).

Why it matters
    Between the two statements duplicates come in, and then the index cannot be built; or, within one transaction,
    every write waits until the whole table was read.

What to do
    CREATE UNIQUE INDEX CONCURRENTLY under another name first, then DROP INDEX CONCURRENTLY the old one.

How to allow it
    By object, with a reason and an end: `{code: MIG006, object: "index public.jobs_key", reason: ...}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from auditor.model import Effect, Finding, ObjectId, Severity
from auditor.model.change import AddConstraint, CreateIndex, CreateTable
from auditor.model.rule import Rule
from auditor.sql.names import own_name

if TYPE_CHECKING:
    from auditor.history.course import Course
    from auditor.history.lives import Life

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
    "migrations/0002_key.sql": "CREATE UNIQUE INDEX jobs_status ON public.jobs (status);\n",
    "migrations/0003_drop.sql": "DROP INDEX public.jobs_status;\n",
}
GOOD = BAD | {
    "migrations/0003_drop.sql": """\
CREATE UNIQUE INDEX CONCURRENTLY jobs_status_key ON public.jobs (status);
""",
}

RULE = Rule(
    code="MIG006",
    name="unique-key-dropped",
    severity=Severity.ERROR,
    help="build the new key CONCURRENTLY first, then drop the old one",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)


Columns = frozenset[str]


def check(course: Course, declared: Collection[tuple[str, Columns]] = ()) -> Iterator[Finding]:
    """One finding for each key.

    Args:
        course: the history.
        declared: (table, columns) of keys that the contract judges when they are gone.
    """
    kept = {(life.parent, _columns(course, life)) for life in course.history.lives.values() if life.exists}
    for life in course.core_lives("index", "table constraint"):
        last = life.last_effect
        dropped = [effect for effect in course.happened(life) if effect.action == "drop" and course.is_new(effect)]
        if not dropped or last is None or life.parent is None or not course.exists(life.parent):
            continue
        columns = _columns(course, life)
        if columns is None or _made_in(course, life.parent, dropped[0].migration):
            continue
        if (life.parent, columns) not in kept:
            if (life.parent.identity, columns) not in declared and not dropped[0].implied:
                yield _finding(life, dropped[0], "drops", "and no unique key on the same columns is left")
        elif (built := _built_in(course, life.parent, columns, dropped[0].migration)) is not None:
            yield _finding(life, built, "builds", "again without CONCURRENTLY", Severity.WARNING)


# Private


def _columns(course: Course, life: Life) -> Columns | None:
    """The columns of a unique key as its newest definition writes them; None for what is no plain unique key."""
    for effect in reversed(course.happened(life)):
        if effect.action in ("create", "replace"):
            return _unique_columns(course, effect, life.object)
    return None


def _unique_columns(course: Course, effect: Effect, item: ObjectId) -> Columns | None:
    name = own_name(item.identity)
    found: list[Columns] = []
    for change in course.changes_at(effect):
        match change:
            case CreateIndex() if change.unique and change.name in (name, None):
                columns = [element.column for element in change.elements]
                if None not in columns:
                    found.append(frozenset(column for column in columns if column is not None))
            case AddConstraint() if change.constraint.type in ("u", "p") and change.constraint.name in (
                name,
                None,
            ):
                found.append(frozenset(change.constraint.columns))
            case CreateTable():
                every = [*change.constraints, *(one for column in change.columns for one in column.constraints)]
                found += [frozenset(one.columns) for one in every if one.type in ("u", "p") and one.name == name]
    return found[0] if len(found) == 1 and found[0] else None


def _made_in(course: Course, table: ObjectId, migration: str) -> bool:
    life = course.history.lives.get(table)
    return life is not None and any(
        effect.action == "create" and effect.migration == migration for effect in course.happened(life)
    )


def _built_in(course: Course, table: ObjectId, columns: Columns, migration: str) -> Effect | None:
    """The statement that builds the same key in that migration, keeping writers out."""
    for life in course.history.lives.values():
        if life.parent != table or life.object.kind not in ("index", "table constraint") or not life.exists:
            continue
        for effect in course.happened(life):
            if effect.action == "create" and effect.migration == migration and not effect.implied:
                concurrently = any(
                    isinstance(change, CreateIndex) and change.concurrently for change in course.changes_at(effect)
                )
                adopts = any(
                    isinstance(change, AddConstraint) and change.constraint.using_index
                    for change in course.changes_at(effect)
                )
                if not concurrently and not adopts and _unique_columns(course, effect, life.object) == columns:
                    return effect
    return None


def _finding(life: Life, effect: Effect, verb: str, what: str, severity: Severity | None = None) -> Finding:
    return RULE.finding(
        f"{effect.migration} {verb} the unique key {life.object} {what}",
        severity=severity,
        object=life.object,
        field="dropped" if severity is None else "rebuilt",
        location=effect.location,
    )
