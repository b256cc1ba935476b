"""Tables behind classes and objects: SQLAlchemy, Django, Active Record, Eloquent, diesel, Drizzle, JPA, Prisma.

`Job.objects.filter(...)`, `insert(Job)`, `session.add(job)`, `db.update(jobs)`: what a name stands for is said by
another file as a rule. So everything here is weak: it counts if some file defines the name as a table or a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.model import Action, Reference, SourceAccess
from auditor.source.reading import Chain, Reading, Step
from auditor.source.recognisers.base import Target, access, objects
from auditor.source.words import words

MODEL_WRITES = words(
    """create createmany insert insertall insertmany upsert upsertall update updateall updateorcreate
    getorcreate findorcreate findorcreateby firstorcreate bulkcreate bulkupdate save delete deleteall destroy
    destroyall truncate touchall incrementcounter aupdate acreate adelete asave forcedelete updatecolumns
    updatecolumn updateattribute deleteby destroyby"""
)
MODEL_READS = words(
    """where find findby all first last count exists filter filterby get getor404 pluck select order orderby
    limit joins includes values valueslist exclude annotate aggregate one oneornone scalar paginate take
    findorfail findeach findinbatches ids sum maximum minimum latest inbulk load getresult getresults query
    objects rawsql iterator with"""
)
FUNCTION_WRITES: dict[str, str] = {
    "insert": "insert",
    "insertinto": "insert",
    "replaceinto": "insert",
    "insertorignoreinto": "insert",
    "update": "update",
    "delete": "delete",
    "bulkinsertmappings": "insert",
    "bulkupdatemappings": "update",
    "bulksaveobjects": "insert",
}
FUNCTION_READS = frozenset({"select", "query", "exists", "$count", "from"})
SESSION_WRITES: dict[str, str] = {
    "add": "insert",
    "addall": "insert",
    "addrange": "insert",
    "merge": "upsert",
    "persist": "insert",
    "save": "upsert",
    "saveorupdate": "upsert",
    "remove": "delete",
    "delete": "delete",
    "create": "insert",
    "attach": "update",
}
SESSION_READS = frozenset({"get", "find", "refresh", "scalars"})
_SESSION = re.compile(r"session|entitymanager|^em$|^db$|^tx$|^orm$|context$|^ctx$|^gorm$", re.IGNORECASE)

REPOSITORY = re.compile(
    r"^(?:(save|persist|insert|update|delete|remove|merge|truncate)"
    r"|(find|get|count|exists|read|query|stream|search|fetch|select))"
)

PRISMA_SURE = words(
    """findmany findunique findfirst findfirstorthrow finduniqueorthrow createmany createmanyandreturn
    updatemany updatemanyandreturn deletemany upsert groupby aggregate"""
)
PRISMA_MAYBE = frozenset({"create", "update", "delete", "count"})
_PRISMA_CLIENT = re.compile(r"prisma|^db$|^tx$|^trx$|^models$|^client$|^ctx$", re.IGNORECASE)

OBJECT_TRIGGERS = FUNCTION_WRITES.keys() | FUNCTION_READS | PRISMA_SURE | PRISMA_MAYBE
TRIGGERS = OBJECT_TRIGGERS | MODEL_WRITES | MODEL_READS | SESSION_WRITES.keys() | SESSION_READS
"""Tables are objects in every language; classes that are models are not looked for in JavaScript."""


def recognise(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """The accesses of one chain, all of them weak."""
    yield from _given(chain, reading)
    if chain.root is not None and chain.steps:
        yield from _of_root(chain, reading)
        yield from _prisma(chain, reading)
        if reading.language.name in ("Java", "Kotlin"):
            yield from _repository(chain, reading)


# Private


def _given(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`insert(Job)`, `db.insert(jobs)`, `session.add(job)`: the table is an argument."""
    for at, step in enumerate(chain.steps):
        if step.followed or not step.arguments:
            continue
        key = step.key or (chain.root or "").replace("_", "").lower()
        before = chain.steps[at - 1].name if at else (chain.root or "")
        action: Action = "read"
        if key in FUNCTION_WRITES and not (key == "insert" and len(step.arguments) > 1 and at):
            action, verb = "write", FUNCTION_WRITES[key]
        elif key in SESSION_WRITES and step.name and _SESSION.search(before):
            action, verb = "write", SESSION_WRITES[key]
        elif key in FUNCTION_READS or (key in SESSION_READS and _SESSION.search(before)):
            verb = "select"
        else:
            continue
        argument = step.arguments[0].node
        # session.query(Job).delete() writes
        later = next(
            (
                one
                for one in chain.steps[at + 1 :]
                if one.key in ("delete", "update") and one.arguments is not None
            ),
            None,
        )
        place = step.place
        if key == "query" and later is not None:
            action, verb, place = "write", later.key, later.place
        for reference in objects(reading, argument):
            yield _weak(reading, place, reference, action, verb)


def _of_root(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`Job.where(...).update_all(...)`, `jobs.insert()`, `models.Job.objects.get()`, `jobs::table.load()`."""
    name, steps = chain.root or "", chain.steps
    reference = None
    if name[:1].isupper() or reading.language.name in ("Python", "Rust"):
        reference = _named(reading, chain, name)
    if not name[:1].isupper() and steps[0].arguments is None and steps[0].name[:1].isupper():
        reference = Reference(steps[0].name, _module(reading, name))
        steps = steps[1:]
    if reference is None:
        return
    for step in steps:
        if step.arguments is not None and step.key in MODEL_WRITES and not step.followed:
            yield _weak(reading, step.place, reference, "write", _verb(step.key))
            return
    for step in steps:
        if step.key in MODEL_READS and not step.followed:
            if step.arguments is None and step.key not in ("query", "objects"):
                continue
            yield _weak(reading, step.place, reference, "read", "select")
            return


def _verb(key: str) -> str:
    """The SQL that a method of a model stands for; `upsert` where it depends on the object."""
    if "create" in key and key not in ("create", "createmany", "bulkcreate", "acreate"):
        return "upsert"
    for start, verb in _VERBS.items():
        if key.removeprefix("a").removeprefix("bulk").removeprefix("force").startswith(start):
            return verb
    return "upsert"


_VERBS = {"create": "insert", "insert": "insert", "update": "update", "touch": "update", "increment": "update",
          "delete": "delete", "destroy": "delete", "truncate": "truncate"}  # fmt: skip


def _named(reading: Reading, chain: Chain, name: str) -> Reference:
    at = chain.start.node if chain.start is not None else reading.root
    if reading.bound(name, at):
        return Reference(name, "")
    imported = reading.imported(name)
    if imported is not None and imported.original is not None:
        return Reference(imported.original, imported.module)
    return Reference(name)


def _module(reading: Reading, name: str) -> str | None:
    imported = reading.imported(name)
    if imported is None:
        return None
    return imported.module if imported.original is None else f"{imported.module}.{imported.original}"


def _prisma(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`prisma.job.create(...)`, `db.query.jobs.findMany()` (Drizzle)."""
    for at, step in enumerate(chain.steps):
        if step.arguments is None or step.followed or step.key not in PRISMA_SURE | PRISMA_MAYBE:
            continue
        owner = chain.steps[at - 1] if at else None
        if owner is None or owner.arguments is not None:
            continue
        client = chain.steps[at - 2].name if at > 1 else (chain.root or "")
        if client == "query":
            yield _weak(reading, step.place, Reference(owner.name), "read", "select")
            continue
        if step.key in PRISMA_MAYBE and not _PRISMA_CLIENT.search(client):
            continue
        reads = step.key.startswith("find") or step.key in ("count", "aggregate", "groupby")
        verb = (
            "select"
            if reads
            else step.key.removesuffix("andreturn").removesuffix("many").replace("create", "insert")
        )
        yield _weak(
            reading,
            step.place,
            Reference(f"prisma.{owner.name}"),
            "read" if reads else "write",
            verb,
            via="prisma",
        )


def _repository(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`jobRepository.save(job)`, where the declared type is a repository of the model."""
    name, steps = chain.root or "", chain.steps
    if name == "this" and steps[0].arguments is None:
        name, steps = f"this.{steps[0].name}", steps[1:]
    if not steps or steps[0].arguments is None or chain.start is None:
        return
    found = REPOSITORY.match(steps[0].key)
    if found is None:
        return
    for bound in reading.bound(name, chain.start.node):
        if bound.type is not None:
            action: Action = "write" if found[1] else "read"
            reference = Reference(bound.type.text().partition("<")[0].rpartition(".")[2])
            yield _weak(reading, steps[0].place, reference, action, found[1] or "select", via="repository")


def _weak(
    reading: Reading, place: object, reference: Reference, action: Action, verb: str, via: str = "model"
) -> SourceAccess:
    return access(
        reading,
        place,  # type: ignore[arg-type]
        Target(reference=reference),
        action=action,
        verb=verb,
        via=via,
        weak=True,
    )


__all__ = ["TRIGGERS", "Step", "recognise"]
