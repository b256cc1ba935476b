"""What a file defines for others: texts by name, variables that are tables, classes that are models.

Conventions are those of the frameworks: Django's `app_model`, Active Record's and Eloquent's plural, Spring's
snake case. A class that may be a model is noted with the classes that it derives from; whether it is one is known
when all files are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from auditor.source.languages.expressions import Call, Member, Named
from auditor.source.model import Definition
from auditor.source.reading import Reading, key_of_name
from auditor.source.recognisers.base import one_text
from auditor.source.syntax import Node, find_kinds

MAX_TEXTS = 2000
"""Constants of one file that are kept; a file with more is a table of data."""

_TABLE_MAKERS = frozenset({"pgtable", "table", "pgtablecreator", "pgview", "pgmaterializedview", "sqlitetable"})


def definitions(reading: Reading, file: str) -> Iterator[Definition]:
    """The definitions of one file.

    Args:
        reading: of the file.
        file: its path, from which Django takes the name of the application.
    """
    yield from _constants(reading)
    if (finder := _FINDERS.get(reading.language.name)) is not None:
        yield from finder(reading, file)


# Private


def _constants(reading: Reading) -> Iterator[Definition]:
    count = 0
    for name, values in reading.definitions_of_texts():
        if values.complete and values.texts and not values.references:
            texts = tuple(sorted(text for text in values.texts if len(text) <= 200 and "\n" not in text))
            if texts and count < MAX_TEXTS:
                count += 1
                yield Definition(name=name, kind="constant", texts=texts)


def _ecmascript(reading: Reading, _file: str) -> Iterator[Definition]:
    """`export const jobs = pgTable('executor_jobs', {...})`, `mySchema.table('jobs', ...)`."""
    for node in reading.of_kinds(("variable_declarator",)):
        name, value = node.field("name"), node.field("value")
        if name is None or value is None or value.kind() != "call_expression":
            continue
        call = reading.expression(value)
        if not isinstance(call, Call) or not call.arguments:
            continue
        function = call.function
        maker = function.name if isinstance(function, Member | Named) else ""
        if key_of_name(maker) not in _TABLE_MAKERS:
            continue
        table = one_text(reading, call.arguments[0].node)
        if table is None:
            continue
        schema = None
        if isinstance(function, Member):
            schema = _schema_of(reading, function)
            if schema is None and key_of_name(maker) == "table":
                continue
        yield Definition(name=name.text(), kind="table", table=table, schema=schema)


def _schema_of(reading: Reading, function: Member) -> str | None:
    """`pgSchema('x').table(...)`, or the same through a variable."""
    chain = reading.chain(function)
    for step in chain.steps:
        if step.key == "pgschema" and step.arguments:
            return one_text(reading, step.arguments[0].node)
    if chain.root == "pgSchema" and chain.steps and chain.steps[0].arguments:
        return one_text(reading, chain.steps[0].arguments[0].node)
    return None


def _python(reading: Reading, file: str) -> Iterator[Definition]:
    for node in reading.of_kinds(("assignment",)):
        left, right = node.field("left"), node.field("right")
        if left is None or right is None or right.kind() != "call":
            continue
        call = reading.expression(right)
        if not isinstance(call, Call) or not call.arguments or not isinstance(call.function, Member | Named):
            continue
        if call.function.name == "Table" and (table := one_text(reading, call.arguments[0].node)) is not None:
            given = next((one.node for one in call.arguments if one.name == "schema"), None)
            schema = one_text(reading, given) if given is not None else None
            yield Definition(name=left.text(), kind="table", table=table, schema=schema)
    for node in reading.of_kinds(("class_definition",)):
        name, bases, body = node.field("name"), node.field("superclasses"), node.field("body")
        if name is None or bases is None or body is None:
            continue
        parents = tuple(one.text() for one in bases.named_children() if one.kind() in ("identifier", "attribute"))
        table, schema, abstract = _of_class_body(reading, body)
        convention = table is None
        label = PurePosixPath(file)
        app = label.parent.parent.name if label.parent.name == "models" else label.parent.name
        yield Definition(
            name=name.text(),
            kind="model",
            table=None if abstract else table,
            schema=schema,
            bases=(*parents, f"app={app}")
            if convention and not abstract
            else (*parents, *(["abstract"] if abstract else [])),
        )


def _of_class_body(reading: Reading, body: Node) -> tuple[str | None, str | None, bool]:
    """`__tablename__`, `__table_args__`, `class Meta: db_table, app_label, abstract`."""
    table = schema = label = None
    abstract = False
    for child in body.named_children():
        inner = (
            child.named_children()[0]
            if child.kind() == "expression_statement" and child.named_children()
            else child
        )
        if (
            inner.kind() == "class_definition"
            and (title := inner.field("name")) is not None
            and title.text() == "Meta"
        ):
            meta = inner.field("body")
            for one in find_kinds(meta, ("assignment",)) if meta is not None else ():
                left, right = one.field("left"), one.field("right")
                if left is None or right is None:
                    continue
                if left.text() == "db_table":
                    table = (one_text(reading, right) or "").replace('"', "") or None
                elif left.text() == "abstract" and right.text() == "True":
                    abstract = True
                elif left.text() == "app_label":
                    label = one_text(reading, right)
        elif inner.kind() == "assignment":
            left, right = inner.field("left"), inner.field("right")
            if left is None or right is None:
                continue
            if left.text() == "__tablename__":
                table = one_text(reading, right)
            elif left.text() == "__abstract__" and right.text() == "True":
                abstract = True
            elif left.text() == "__table__" and right.kind() == "call":
                call = reading.expression(right)
                if isinstance(call, Call) and call.arguments:
                    table = one_text(reading, call.arguments[0].node)
            elif left.text() == "__table_args__":
                found = re.search(r"['\"]schema['\"]\s*:\s*['\"](\w+)['\"]", right.text())
                schema = found[1] if found else None
    if table is not None and "." in table and schema is None:
        schema, table = table.split(".", 1)
    if table is None and label is not None:
        schema = None
    return table, schema, abstract


def _ruby(reading: Reading, _file: str) -> Iterator[Definition]:
    for node in reading.of_kinds(("class",)):
        name, parent = node.field("name"), node.field("superclass")
        if name is None or parent is None:
            continue
        table = schema = None
        for one in find_kinds(node, ("assignment",)):
            left, right = one.field("left"), one.field("right")
            if left is not None and right is not None and left.text() == "self.table_name":
                table = one_text(reading, right)
        if table is not None and "." in table:
            schema, table = table.split(".", 1)
        base = parent.text().lstrip("< ").strip()
        yield Definition(
            name=name.text().rpartition("::")[2], kind="model", table=table, schema=schema, bases=(base,)
        )


def _php(reading: Reading, _file: str) -> Iterator[Definition]:
    for node in reading.of_kinds(("class_declaration",)):
        name = node.field("name")
        parents = [one for one in node.named_children() if one.kind() == "base_clause"]
        if name is None or not parents:
            continue
        table = None
        for one in find_kinds(node, ("property_element",)):
            children = one.named_children()
            if len(children) == 2 and children[0].text() == "$table":
                table = one_text(reading, children[1])
        base = parents[0].text().removeprefix("extends").strip().rpartition("\\")[2]
        yield Definition(name=name.text(), kind="model", table=table, bases=(base,))


def _java(reading: Reading, _file: str) -> Iterator[Definition]:
    """`@Entity @Table(name = ..., schema = ...)`, `interface R extends JpaRepository<Job, Long>`."""
    for node in reading.of_kinds(reading.language.classes):
        name = node.field("name") or next(
            (c for c in node.named_children() if c.kind() == "type_identifier"), None
        )
        if name is None:
            continue
        head = node.text().partition("{")[0]
        repository = re.search(r"\b\w*Repository\s*<\s*(\w+)\s*,", head.partition(name.text())[2])
        if repository is not None:
            yield Definition(name=name.text(), kind="repository", bases=(repository[1],))
            continue
        if "@Entity" not in head and "@Table" not in head:
            continue
        table = re.search(r"@Table\s*\(\s*(?:[^)]*?\b(?:name|value)\s*=\s*)?\"([^\"]+)\"", head)
        schema = re.search(r"@Table\s*\([^)]*\bschema\s*=\s*\"([^\"]+)\"", head)
        yield Definition(
            name=name.text(),
            kind="model",
            table=table[1] if table else snake_case(name.text()),
            schema=schema[1] if schema else None,
        )


def _rust(reading: Reading, _file: str) -> Iterator[Definition]:
    """`diesel::table! { schema.jobs (id) { ... } }`, and structs of its rows."""
    for node in reading.of_kinds(("struct_item",)):
        yield from _rust_struct(node)
    for node in reading.of_kinds(("macro_invocation",)):
        macro = node.field("macro")
        if macro is None or macro.text().rpartition("::")[2] != "table":
            continue
        body = node.text().partition("{")[2]
        sql_name = re.search(r"#\[sql_name\s*=\s*\"([^\"]+)\"\]", body)
        body = re.sub(r"//[^\n]*|#\[[^\]]*\]|use\s+[^;]+;", "", body)
        found = re.match(r"\s*(?:(\w+)\s*\.\s*)?(\w+)\s*[({]", body)
        if found is not None:
            table = sql_name[1] if sql_name else found[2]
            yield Definition(name=found[2], kind="table", table=table, schema=found[1])


def _rust_struct(node: Node) -> Iterator[Definition]:
    """`#[diesel(table_name = jobs)] struct NewJob`."""
    name, before = node.field("name"), node.prev()
    while name is not None and before is not None and before.kind() in ("attribute_item", "line_comment"):
        found = re.search(r"\btable_name\s*=\s*\"?([\w:]+)", before.text())
        if found is not None:
            yield Definition(name=name.text(), kind="model", table=found[1].rpartition("::")[2])
        before = before.prev()


def _go(reading: Reading, _file: str) -> Iterator[Definition]:
    """`func (Job) TableName() string { return "jobs" }`."""
    for node in reading.of_kinds(("method_declaration",)):
        name, receiver = node.field("name"), node.field("receiver")
        if name is None or receiver is None or name.text() != "TableName":
            continue
        found = re.search(r"\"([\w.]+)\"", node.text())
        owner = re.search(r"(\w+)\s*\)$", receiver.text())
        if found is not None and owner is not None:
            schema, _, table = found[1].rpartition(".")
            yield Definition(name=owner[1], kind="model", table=table, schema=schema or None)


_FINDERS = {
    "TypeScript": _ecmascript,
    "TSX": _ecmascript,
    "JavaScript": _ecmascript,
    "Python": _python,
    "Ruby": _ruby,
    "PHP": _php,
    "Java": _java,
    "Kotlin": _java,
    "Rust": _rust,
    "Go": _go,
}


def snake_case(name: str) -> str:
    """`ExecutorJob` as `executor_job`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def plural(word: str) -> str:
    """The plural of English words as Rails and Laravel make it, common cases."""
    irregular = {"person": "people", "child": "children", "man": "men", "woman": "women", "mouse": "mice"}
    uncountable = {
        "equipment",
        "information",
        "money",
        "species",
        "series",
        "fish",
        "sheep",
        "news",
        "data",
        "metadata",
    }
    head, _, last = word.rpartition("_")
    head = f"{head}_" if head else ""
    if last in uncountable:
        return word
    if last in irregular:
        return head + irregular[last]
    if re.search(r"(s|x|z|ch|sh)$", last):
        return head + (f"{last}es" if not last.endswith("sis") else f"{last[:-2]}es")
    if re.search(r"[^aeiou]y$", last):
        return f"{head}{last[:-1]}ies"
    return f"{head}{last}s"
