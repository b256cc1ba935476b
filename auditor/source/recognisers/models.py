"""Tables behind classes and objects: SQLAlchemy, Django, Active Record, Eloquent, diesel, Drizzle, JPA, Prisma.

`Job.objects.filter(...)`, `insert(Job)`, `session.add(job)`, `db.update(jobs)`: what a name stands for is said by
another file as a rule. So everything here is weak: it counts if some file defines the name as a table or a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.source.model import Action, Reference, SourceAccess
from auditor.source.reading import Chain, Reading, Step
from auditor.source.recognisers.base import Target, access, is_text, objects, reference_to, short
from auditor.source.syntax import Node, find_kinds
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
    objects rawsql iterator with distinct
    outerjoin options withentities columns"""
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
_STATEMENT = frozenset({"values", "set", "setmap", "columns", "returning"})
_MANAGERS = frozenset({"query", "objects"})  # `Job.query.distinct()`: whatever follows reads
_ADDS = frozenset({"add", "addall", "merge", "persist", "bulksaveobjects", "delete"})
_SURE_SESSION = re.compile(r"session$|^entityManager$|^em$", re.IGNORECASE)
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
        if reading.language.name == "Python":
            yield from _of_some_model(chain, reading)
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
        references = objects(reading, argument)
        if reading.language.name == "Python" and key in ("query", "select", "exists"):
            references = _columns(reading, step, references)
        if key in _ADDS and step.name and _SURE_SESSION.search(before) and _is_orm(chain, key, reading):
            yield from _added(reading, place, argument, references, verb)
            continue
        if _is_sure(chain, at, key, reading):
            yield from _some(reading, place, argument, references, verb)
            continue
        for reference in references:
            yield _weak(reading, place, reference, action, verb)


def _is_orm(chain: Chain, key: str, reading: Reading) -> bool:
    """Whether a session is of a database: `session.delete(url)` may be of a client of the web."""
    return key != "delete" or chain.root == "db" or any("sqlalchemy" in module for module in reading.modules)


def _columns(reading: Reading, step: Step, found: list[Reference]) -> list[Reference]:
    """`select(func.count(Job.id), Note)`: every class that stands in the arguments is read."""
    names: dict[Reference, None] = dict.fromkeys(found)
    for argument in step.arguments or ():
        for node in find_kinds(argument.node, ("identifier",)):
            text = node.text()
            if text[:1].isupper() and not text.isupper():
                names[reference_to(reading, text, node)] = None
    return list(names)


def _is_sure(chain: Chain, at: int, key: str, reading: Reading) -> bool:
    """Whether `insert(x)` can hardly be of anything but a table: the chain goes on as a statement does."""
    step = chain.steps[at]
    if key not in ("insert", "update", "delete", "insertinto") or len(step.arguments or ()) != 1:
        return False
    if is_text(reading, step.arguments[0].node):  # type: ignore[index]
        return False
    following = chain.steps[at + 1].key if at + 1 < len(chain.steps) else ""
    return following in _STATEMENT or chain.root == "diesel"


def _some(
    reading: Reading, place: Node, argument: Node, references: list[Reference], verb: str
) -> Iterator[SourceAccess]:
    """A write to the tables that an argument may mean, or to one that is not known."""
    detail = f"the table is {short(argument)}, which is not known here"
    targets = [Target(reference=one, detail=detail) for one in references] or [Target(detail=detail)]
    for target in targets:
        yield access(reading, place, target, action="write", verb=verb, via="model")


def _added(
    reading: Reading, place: Node, argument: Node, references: list[Reference], verb: str
) -> Iterator[SourceAccess]:
    """`session.add(job)` writes some table for certain; of a parameter its name says which class is meant."""
    if argument.kind() == "identifier" and all(one.name == argument.text() for one in references):
        references = [Reference("".join(part.capitalize() for part in argument.text().split("_")))]
    detail = f"the object is {short(argument)}, whose class is not known here"
    targets = [Target(reference=one, detail=detail) for one in references] or [Target(detail=detail)]
    for target in targets:
        yield access(reading, place, target, action="write", verb=verb, via="model")


def _of_root(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`Job.where(...).update_all(...)`, `jobs.insert()`, `models.Job.objects.get()`, `jobs::table.load()`."""
    name, steps = chain.root or "", chain.steps
    reference = None
    of_table = steps[0].arguments is None and steps[0].name in (
        "table",
        "dsl",
    )  # diesel; not a variable of the name
    if name[:1].isupper() or reading.language.name == "Python" or (reading.language.name == "Rust" and of_table):
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
        if (step.key in MODEL_READS or (steps[0].key in _MANAGERS and step.name)) and not step.followed:
            if step.arguments is None:
                continue
            yield _weak(reading, step.place, reference, "read", "select")
            return


def _of_some_model(chain: Chain, reading: Reading) -> Iterator[SourceAccess]:
    """`self.model.query.filter_by(...).update(...)`: SQLAlchemy for certain, of a class that is not known."""
    at = next((at for at, step in enumerate(chain.steps) if step.key == "query" and step.arguments is None), None)
    before = [chain.root or "", *(step.name for step in chain.steps[:at])] if at is not None else []
    if at is None or before[-1][:1].isupper() or chain.steps[at].followed:
        return
    further = [step for step in chain.steps[at + 1 :] if step.arguments is not None]
    if not further or further[0].key not in ("filter", "filterby", "get"):
        return
    by = next((step for step in further if step.key in ("update", "delete")), further[0])
    write = by.key in ("update", "delete")
    target = Target(detail=f"the class is {'.'.join(before)}, which is not known here")
    verb = by.key if write else "select"
    yield access(reading, by.place, target, action="write" if write else "read", verb=verb, via="model")


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
