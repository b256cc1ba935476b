"""The reader against a database that holds every kind of object, on every major version installed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest

from auditor.catalog import reader
from auditor.catalog.coverage import EVERY_KIND, NOT_READ, READ
from auditor.catalog.kinds import BY_KIND
from auditor.catalog.printing import set_printing
from auditor.catalog.reader import read_snapshot
from auditor.catalog.session import read_only_session
from auditor.catalog.snapshot_file import dump, load
from auditor.comparison.snapshots import compare
from auditor.model import CatalogObject, Comparison, ObjectId, Snapshot
from auditor.repair.grants import Roles
from auditor.repair.statements import repair_sql
from auditor.replay.binaries import find_installations
from auditor.replay.server import ThrowAwayServer, throw_away_server

MUTATIONS_FILE = Path(__file__).with_name("test_catalog_mutations.sql")

MAJORS = sorted({installation.major for installation in find_installations()})

OLD_SERVERS_LACK = {
    ("table constraint", "enforced"),
    ("table constraint", "temporal"),
    ("publication", "generated_columns"),
    ("table column", "not_null_valid"),
    ("table column", "not_null_no_inherit"),
    ("subscription", "origin"),
    ("subscription", "failover"),
    ("subscription", "password_required"),
    ("subscription", "run_as_owner"),
}
"""Fields that PostgreSQL has had since 18, and parameters that test_catalog_everything.pg18.sql sets."""


@dataclasses.dataclass(frozen=True)
class Everything:
    """The database of test_catalog_everything.sql."""

    server: ThrowAwayServer
    name: str
    app: str
    audit: str

    @property
    def major(self) -> int:
        return self.server.version_num // 10000

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.server.conninfo(self.name), cursor_factory=psycopg.RawCursor)

    def read(self, **how: Any) -> Snapshot:
        with read_only_session(self.server.conninfo(self.name)) as connection:
            return read_snapshot(connection, **({"exclude_schemas": ["recorder"]} | how))

    def read_after(self, sql: str) -> Snapshot:
        """What would be there after some statements, which are rolled back."""
        with psycopg.connect(self.server.conninfo(self.name)) as connection:
            connection.execute(self.fill_in(sql))
            set_printing(connection)
            after = read_snapshot(connection, exclude_schemas=["recorder"])
            connection.rollback()
        return after

    def read_within(self, connection: psycopg.Connection[Any], kinds: Iterable[str] | None = None) -> Snapshot:
        """What is there in the transaction of a connection, of all kinds or some."""
        set_printing(connection)
        found = read_snapshot(connection, exclude_schemas=["recorder"], kinds=kinds)
        # Which role it is follows from the owners of all tables and functions.
        return found if kinds is None else dataclasses.replace(found, migration_role=self.migration_role)

    @cached_property
    def migration_role(self) -> str | None:
        return self.read().migration_role

    def fill_in(self, text: str) -> str:
        """The text with the names of roles and of the database in it."""
        locale = "colllocale" if self.major >= 17 else "colliculocale"
        locale = f"collicurules = '&a < b', {locale}" if self.major >= 16 else locale
        words = {"APP": self.app, "AUDIT": self.audit, "DATABASE": self.name, "colllocale_column": locale}
        for word, value in words.items():
            text = text.replace(word, value)
        return text


@pytest.fixture(scope="module", params=MAJORS, ids=lambda major: f"pg{major}")
def everything(request: pytest.FixtureRequest) -> Iterator[Everything]:
    with throw_away_server(major=request.param) as server:
        found = Everything(server, server.create_database("everything"), "app_owner", '"Audit role"')
        with server.connect(found.name) as connection:
            connection.execute(f"create role {found.app}")
            connection.execute(f"create role {found.audit}")
            connection.execute("create role nobody_special login")
            connection.execute("set allow_in_place_tablespaces = on")
            connection.execute(f"create tablespace {found.app}_space location ''")
            connection.execute(f"create tablespace {found.app}_other location ''")
            connection.execute(f"create access method {found.app}_heap type table handler heap_tableam_handler")
            connection.execute((files("auditor.replay") / "shims" / "pg_cron.sql").read_bytes())
            connection.execute("grant usage on schema cron to public")
            connection.execute("set search_path = public")
            connection.execute(script("test_catalog_everything.sql", found))
            if found.major >= 18:
                connection.execute(script("test_catalog_everything.pg18.sql", found))
        yield found


@pytest.fixture(scope="module")
def snapshot(everything: Everything) -> Snapshot:
    return everything.read()


def script(name: str, everything: Everything) -> str:
    return everything.fill_in(Path(__file__).with_name(name).read_text("utf-8"))


def one(snapshot: Snapshot, kind: str, identity: str) -> CatalogObject:
    return snapshot.objects[ObjectId(kind, identity)]


def test_every_field_of_every_kind_is_read(everything: Everything, snapshot: Snapshot) -> None:
    """No field is a constant: among the objects read, each has at least two values."""
    values: dict[tuple[str, str], set[str]] = {}
    for item in snapshot.objects.values():
        for field in dataclasses.fields(item):
            values.setdefault((item.KIND, field.name), set()).add(repr(getattr(item, field.name)))
    assert {kind for kind, _ in values} == set(BY_KIND)
    expected = {("foreign table column", name) for name in FOREIGN_COLUMNS_LACK}
    expected |= {("foreign table column", "table_kind"), ("table column", "table_kind"), ("policy", "table_kind")}
    expected |= {("procedure", name) for name in PROCEDURES_LACK}
    if everything.major < 18:
        expected |= OLD_SERVERS_LACK | {("foreign table column", "generated")}
    if everything.major < 16:
        expected |= {("collation", "rules")}
    expected |= {("tablespace", "location")}  # within the data directory
    expected |= {("database", field.name) for field in dataclasses.fields(BY_KIND["database"])}  # there is one
    assert sorted({name for name, found in values.items() if len(found) < 2} ^ expected) == []


FOREIGN_COLUMNS_LACK = {
    "not_null",
    "not_null_valid",
    "not_null_no_inherit",
    "identity_generation",
    "storage",
    "compression",
    "statistics",
    "privileges",
    "comment",
}
PROCEDURES_LACK = {
    "returns",
    "library",
    "window",
    "volatility",
    "strict",
    "parallel",
    "leakproof",
    "cost",
    "rows",
    "support",
}
"""What CREATE PROCEDURE has no word for, and `library`, which only a procedure in C has."""


def test_every_system_catalog_is_read_or_said_not_to_be(everything: Everything) -> None:
    with everything.connect() as connection:
        rows = connection.execute(
            b"select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r'"
        ).fetchall()
    assert sorted({name for (name,) in rows} ^ {*READ, *NOT_READ, *EVERY_KIND}) == []
    assert not READ.keys() & NOT_READ.keys()
    assert {kind for kinds in READ.values() for kind in kinds} == BY_KIND.keys() - {"cron job"}


def test_identities_are_those_of_pg_identify_object(everything: Everything, snapshot: Snapshot) -> None:
    """The same objects, spelled the same, as PostgreSQL's own function over all catalogs."""
    with everything.connect() as connection:
        rows = connection.execute(script("test_catalog_identities.sql", everything).encode()).fetchall()
    if everything.major < 16:  # where the identity of a transform has one word more
        rows = [(kind, name.replace(" on language ", " language ")) for kind, name in rows]
    found = {str(object_id) for object_id in snapshot.objects if object_id.kind not in NOT_OF_POSTGRESQL}
    assert sorted(found ^ {f"{kind} {identity}" for kind, identity in rows}) == []
    own = {object_id.identity for object_id in snapshot.objects if object_id.kind in NOT_OF_POSTGRESQL}
    assert own == {
        "'often'",
        f"'often' of {everything.app}",
        "unnamed 'vacuum'",
        "dummy on table app.documents",
        '"Other provider" on table column app.documents.id',
        "dummy on view column app.listing.id",
        f"dummy on role {everything.app}",
    }


NOT_OF_POSTGRESQL = {"cron job", "security label"}
"""Kinds for which `pg_identify_object()` has no identity."""


def test_a_role_without_any_grant_reads_the_same(everything: Everything, snapshot: Snapshot) -> None:
    with read_only_session(everything.server.conninfo(everything.name, "nobody_special")) as connection:
        plain = read_snapshot(connection, exclude_schemas=["recorder"])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("select from app.documents")
    # The role itself is not part of what is read. Row security shows it no job of others, and that is said.
    limited = [one for one in plain.unread if one[0] == "cron job"]
    assert len(limited) == 1
    assert not [one for one in plain.objects if one.kind == "cron job"]
    objects = plain.objects | {key: item for key, item in snapshot.objects.items() if key.kind == "cron job"}
    unread = tuple(one for one in plain.unread if one not in limited)
    assert dump(dataclasses.replace(plain, objects=objects, unread=unread)) == dump(snapshot)


def test_a_saved_snapshot_is_the_snapshot(snapshot: Snapshot) -> None:
    assert load(dump(snapshot)) == snapshot


def test_snapshot_says_what_it_did_not_read(everything: Everything, snapshot: Snapshot) -> None:
    withheld = "hold passwords"
    assert [(kind, why.partition(" there")[0], withheld in why) for kind, why in snapshot.unread] == [
        ("connection strings of subscriptions", "3" if everything.major >= 18 else "2", True),
        ("options of user mappings", "2", True),
    ]
    after = everything.read_after(
        "revoke execute on function ext.citext_eq from public;"
        "alter function app.touch() depends on extension citext; select lo_create(0)"
    )
    assert [kind for kind, _ in sorted(set(after.unread) - set(snapshot.unread))] == [
        "dependencies on extensions",
        "large objects",
        "privileges on what extensions brought",
    ]


def test_jobs_that_a_role_may_not_see(everything: Everything, snapshot: Snapshot) -> None:
    """Then it is said that not all of them are there."""
    jobs = [one for one in snapshot.objects if one.kind == "cron job"]
    assert len(jobs) == 3
    own = everything.read_after("set local role APP")
    assert [one.identity for one in own.objects if one.kind == "cron job"] == ["'often'", "unnamed 'vacuum'"]
    assert (
        "cron job",
        "row security shows a role its own jobs only; those of other roles are not checked",
    ) in own.unread
    none = everything.read_after("revoke usage on schema cron from public; set local role APP")
    assert [one for one in none.objects if one.kind == "cron job"] == []
    assert (
        "cron job",
        "the role may not read cron.job (USAGE on schema cron, SELECT on the table)",
    ) in none.unread
    other = everything.read_after("alter table cron.job drop column jobname cascade")
    assert [why for kind, why in other.unread if kind == "cron job"] == [
        "the columns of cron.job are not those of a known version of pg_cron"
    ]


def test_system_excluded_and_extension_objects_are_left_out(everything: Everything, snapshot: Snapshot) -> None:
    names = [object_id.identity for object_id in snapshot.objects]
    assert not [name for name in names if "recorder" in name or "pg_toast" in name or "information_schema" in name]
    assert "ext" in names
    assert "citext" in names
    assert not [name for name in names if name.startswith("ext.")]
    whole = everything.read(exclude_schemas=())
    extra = {str(object_id) for object_id in whole.objects.keys() - snapshot.objects.keys()}
    assert extra == {
        "schema recorder",
        "table recorder.log",
        "table column recorder.log.id",
        "function recorder.note()",
        f"event trigger {everything.app}_recorder",
    }


def test_triggers(snapshot: Snapshot) -> None:
    assert one(snapshot, "trigger", "on_change on app.documents").values() == {
        "table": "app.documents",
        "table_kind": "table",
        "function": "app.touch()",
        "timing": "after",
        "events": ["insert", "update"],
        "columns": ['"Title"', "price"],
        "level": "row",
        "when": "((new.price > (1)::numeric) AND (new.body <> ') EXECUTE FUNCTION'::text))",
        "arguments": ["one", "ä ' 2", ""],
        "old_table": None,
        "new_table": None,
        "constraint": False,
        "deferrable": False,
        "initially_deferred": False,
        "referenced_table": None,
        "enabled": "origin",
        "cloned_from": None,
        "comment": "on change",
    }
    states = {
        object_id.identity: item.values()["enabled"]
        for object_id, item in snapshot.objects.items()
        if object_id.kind == "trigger" and " on app." in object_id.identity
    }
    assert states == {
        '"Always" on app.documents': "always",
        "all_rows on app.documents": "replica",
        "builtin on app.scratch": "origin",
        "checked on app.links": "origin",
        "cloned on app.events": "origin",
        "cloned on app.events_2024": "disabled",
        "gone on app.documents": "disabled",
        "instead_of_insert on app.cheap": "origin",
        "on_change on app.documents": "origin",
        "remote_change on app.remote": "origin",
    }
    assert one(snapshot, "trigger", "instead_of_insert on app.cheap").parent == ObjectId("view", "app.cheap")
    assert one(snapshot, "trigger", "remote_change on app.remote").parent == ObjectId(
        "foreign table", "app.remote"
    )


def test_functions(everything: Everything, snapshot: Snapshot) -> None:
    claim = one(snapshot, "function", "app.claim(integer,pg_catalog.text[])")
    assert claim.values() == {
        "arguments": "worker integer, kinds text[] DEFAULT '{a,b}'::text[], OUT id bigint, OUT job app.mood",
        "returns": "SETOF record",
        "language": "sql",
        "body": "select 1::bigint, 'low'::app.mood",
        "library": None,
        "window": False,
        "volatility": "stable",
        "security_definer": True,
        "settings": ["search_path=app, pg_temp", "work_mem=64MB"],
        "transforms": [],
        "strict": True,
        "parallel": "safe",
        "leakproof": True,
        "cost": 7.0,
        "rows": 3.0,
        "support": None,
        "owner": everything.app,
        "privileges": [f"{everything.audit}: EXECUTE", "owner: EXECUTE"],
        "comment": None,
    }
    assert one(snapshot, "function", "app.touch()").values()["body"] == (
        "\nbegin\n  -- 100 % verbatim: 'ä'\n  return new;\nend\n"
    )
    assert one(snapshot, "function", "app.twice(integer)").values()["body"] == "RETURN (a * 2)"
    assert one(snapshot, "procedure", "app.run(integer)").values()["settings"] == ['search_path=""']


def test_indexes_and_constraints(snapshot: Snapshot) -> None:
    many = one(snapshot, "index", "app.documents_many").values()
    assert many["keys"] == [
        'lower(body) COLLATE "C" DESC',
        '"Title" COLLATE "POSIX" text_pattern_ops NULLS FIRST',
        "price DESC NULLS LAST",
        "((price + (1)::numeric))",
    ]
    assert many["include"] == ["rank", "id"]
    unique = one(snapshot, "index", "app.documents_code").values()
    assert (unique["keys"], unique["predicate"], unique["unique"], unique["nulls_not_distinct"]) == (
        ["code"],
        "(price IS NOT NULL)",
        True,
        True,
    )
    assert one(snapshot, "index", "app.documents_code_bpchar").values()["keys"] == ["code bpchar_ops"]
    keys = {
        name: one(snapshot, "index", f"app.searched_{name}").values()["keys"] for name in ("gin", "gist", "btree")
    }
    assert keys == {
        "gin": ["words", "tags", "more jsonb_path_ops", "to_tsvector('simple'::regconfig, (name)::text)"],
        "gist": ["words (siglen=100)", "at inet_ops"],
        "btree": ["name", "mood", "at", "tags", "(((name)::text || 'x'::text))", "((more ->> 'a'::text)) DESC"],
    }
    assert ObjectId("index", "app.documents_pkey") not in snapshot
    assert ObjectId("table constraint", "checked on app.links") not in snapshot

    title = one(snapshot, "table constraint", '"Title of documents" on app.documents').values()
    assert {name: value for name, value in title.items() if value not in (None, [], False)} == {
        "table": "app.documents",
        "table_kind": "table",
        "type": "u",
        "columns": ['"Title"', "rank"],
        "method": "btree",
        "deferrable": True,
        "initially_deferred": True,
        "validated": True,
        "enforced": True,
        "nulls_not_distinct": True,
        "include": ["price"],
        "index_valid": True,
        "options": ["fillfactor=70"],
        "enabled": "origin",
    }
    foreign = one(snapshot, "table constraint", "links_event on app.links").values()
    assert {name: value for name, value in foreign.items() if value not in (None, [], False)} == {
        "table": "app.links",
        "table_kind": "table",
        "type": "f",
        "columns": ["event_id", "event_at"],
        "references": "app.events",
        "references_columns": ["id", "at"],
        "match": "simple",
        "on_update": "no action",
        "on_delete": "set default (event_at)",
        "enforced": True,
        "enabled": "disabled, origin",
    }
    overlap = one(snapshot, "table constraint", "no_overlap on app.documents").values()
    assert (overlap["elements"], overlap["predicate"]) == (
        ["during WITH &&", "int8range(id, (id + 1)) WITH ="],
        "(price > (1)::numeric)",
    )


def test_privileges(everything: Everything, snapshot: Snapshot) -> None:
    app, audit = everything.app, everything.audit
    assert one(snapshot, "schema", "app").values()["privileges"] == [
        f"{audit}: CREATE*",
        f"{app}: USAGE",
        "owner: CREATE",
        "owner: USAGE",
    ]
    assert [
        privilege
        for privilege in one(snapshot, "table", "app.documents").values()["privileges"]
        if privilege != "owner: MAINTAIN"  # since PostgreSQL 17
    ] == [
        f"{app}: INSERT*",
        f"{app}: UPDATE*",
        "owner: DELETE",
        "owner: INSERT",
        "owner: REFERENCES",
        "owner: SELECT",
        "owner: TRIGGER",
        "owner: UPDATE",
        f"owner_lookalike_{app}: SELECT",
        "public: SELECT",
    ]
    assert one(snapshot, "table column", 'app.documents."Title"').values()["privileges"] == [
        f"{audit}: SELECT",
        f"{audit}: UPDATE",
    ]
    assert one(snapshot, "function", "app.touch()").values()["privileges"] == ["owner: EXECUTE", "public: EXECUTE"]
    assert one(snapshot, "default acl", f"for role {app} on functions").values()["privileges"] == [
        "owner: EXECUTE"
    ]


def test_types(snapshot: Snapshot) -> None:
    assert one(snapshot, "type", "app.mood").values()["labels"] == ["low", "middle", "high"]
    assert one(snapshot, "type", "app.point").values()["attributes"] == [
        "x numeric(10,2)",
        '"Y y" text COLLATE "C"',
        "tags text[]",
    ]
    code = one(snapshot, "type", "app.code").values()
    assert (code["base_type"], code["collation"]) == ("character varying(10)", '"C"')
    constraint = one(snapshot, "domain constraint", '"Code format" on app.code')
    assert constraint.parent == ObjectId("type", "app.code")
    assert constraint.values()["expression"] == "((VALUE)::text ~ '^[a-z]+$'::text)"


def test_no_secret_is_read(snapshot: Snapshot) -> None:
    assert one(snapshot, "foreign table", "app.remote").values()["options"] == ["password=***", "table_name=other"]
    assert "hidden" not in dump(snapshot)


def test_parents_are_there(snapshot: Snapshot) -> None:
    orphans = [item.id for item in snapshot.objects.values() if item.parent and item.parent not in snapshot]
    assert orphans == []


def test_only_the_kinds_asked_for(everything: Everything, snapshot: Snapshot) -> None:
    read = everything.read(kinds=["procedure", "foreign table column"])
    assert read.objects == {
        object_id: item
        for object_id, item in snapshot.objects.items()
        if object_id.kind in {"procedure", "foreign table column"}
    }
    with pytest.raises(ValueError, match="kinds that are not read: large object"):
        everything.read(kinds=["large object", "table"])


def test_only_what_is_named_and_what_hangs_on_it(everything: Everything, snapshot: Snapshot) -> None:
    def named(**names: list[str]) -> set[str]:
        read = everything.read(names={kind.replace("_", " "): identities for kind, identities in names.items()})
        assert all(snapshot.objects[object_id] == item for object_id, item in read.objects.items())
        return {str(object_id) for object_id in read.objects}

    assert named() == set()
    assert named(table=["app.nothing", "nonsense", "a.b.c.d", ""], function=["app.claim"]) == set()
    assert named(table=["app.links"]) == {
        "table app.links",
        "table column app.links.event_at",
        "table column app.links.event_id",
        "table column app.links.parent_a",
        "table constraint links_event on app.links",
        "table constraint links_parent on app.links",
        "trigger checked on app.links",
        "sequence app.links_numbers",
    }
    for kind in BY_KIND:
        some = max(object_id.identity for object_id in snapshot.objects if object_id.kind == kind)
        read = everything.read(names={kind: [some]})
        assert ObjectId(kind, some) in read.objects
        assert all(item.id == ObjectId(kind, some) or item.parent is not None for item in read.objects.values()), (
            kind
        )


def test_migration_role(everything: Everything) -> None:
    assert everything.read().migration_role == "postgres"
    ledger = "create table app.alembic_version (); alter table app.alembic_version owner to APP"
    assert everything.read_after(ledger).migration_role == everything.app


def test_the_server_must_print_canonically(everything: Everything) -> None:
    with everything.connect() as connection, pytest.raises(ValueError, match="search_path"):
        read_snapshot(connection)


def test_a_query_must_yield_what_its_kind_has(everything: Everything, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no row comes back."""
    right = reader._sql("schema", everything.major)
    for text in (right.replace("as owner", "as proprietor"), right.replace("d.description as comment", "1")):
        monkeypatch.setattr(reader, "_sql", Mock(return_value=f"{text} and false"))
        with pytest.raises(TypeError, match=r"schema\.sql yields"):
            everything.read(kinds=["schema"])


def test_settings_of_the_user_change_nothing(everything: Everything, snapshot: Snapshot) -> None:
    settings = {
        "search_path": "app",
        "quote_all_identifiers": "on",
        "datestyle": "German",
        "timezone": "Asia/Tokyo",
        "intervalstyle": "sql_standard",
        "extra_float_digits": "0",
        "bytea_output": "escape",
        "standard_conforming_strings": "off",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    with read_only_session(f"{everything.server.conninfo(everything.name)} options='{options}'") as connection:
        assert read_snapshot(connection, exclude_schemas=["recorder"]) == snapshot


def mutations() -> Iterator[tuple[str, set[tuple[str, str, str]]]]:
    """The paragraphs of test_catalog_mutations.sql: SQL, and what differs after it."""
    for paragraph in MUTATIONS_FILE.read_text("utf-8").split("\n\n")[1:]:
        lines = paragraph.strip().splitlines()
        claims = [line.removeprefix("-- ").split(" | ") for line in lines if line.startswith("-- ")]
        changes = {(kind, name, field) for kind, name, fields in claims for field in fields.split(", ")}
        yield "\n".join(line for line in lines if not line.startswith("-- ")), changes


@pytest.fixture(scope="module")
def open_connection(everything: Everything) -> Iterator[psycopg.Connection[Any]]:
    """One connection for all changes that are rolled back: a new one would fill its caches each time."""
    with psycopg.connect(everything.server.conninfo(everything.name)) as connection:
        yield connection
        connection.rollback()


def of_kinds(snapshot: Snapshot, kinds: Iterable[str]) -> Snapshot:
    wanted = set(kinds)
    return dataclasses.replace(
        snapshot, objects={one: item for one, item in snapshot.objects.items() if one.kind in wanted}
    )


@pytest.mark.parametrize(("sql", "changes"), list(mutations()), ids=[sql[:60] for sql, _ in mutations()])
def test_one_statement_changes_one_field_and_the_repair_undoes_it(
    everything: Everything,
    snapshot: Snapshot,
    open_connection: psycopg.Connection[Any],
    sql: str,
    changes: set[tuple[str, str, str]],
) -> None:
    """Nothing else changes: on the newest server everything is read; on the oldest, what the change is about."""
    newest = everything.major == MAJORS[-1]
    about = {kind for kind, _, _ in changes}
    before = snapshot if newest else of_kinds(snapshot, about)
    connection = open_connection
    try:
        connection.execute(everything.fill_in(sql))
        after = everything.read_within(connection, None if newest else about)
        assert after.objects.keys() == before.objects.keys()
        assert {
            (object_id.kind, object_id.identity, name)
            for object_id, item in before.objects.items()
            for name, value in item.values().items()
            if after.objects[object_id].values()[name] != value
        } == {(kind, everything.fill_in(name), field) for kind, name, field in changes}
        found = compare(before, after)
        assert {(one.object.kind, field) for one in found for field in one.changes} == {
            (kind, field) for kind, _, field in changes
        }
        if newest and not any(text in sql for text in CANNOT_BE_REPAIRED):
            mend(connection, found, snapshot, after)
            touched = about | DEPENDENT
            assert compare(of_kinds(snapshot, touched), everything.read_within(connection, touched)) == []
    finally:
        connection.rollback()


DEPENDENT = {"table column", "table constraint", "index", "trigger", "rule", "policy", "view", "function"}
"""What may be lost when something is made anew: read after a repair, beside what the repair is about."""


def mend(connection: psycopg.Connection[Any], found: list[Comparison], before: Snapshot, after: Snapshot) -> None:
    """Run what the repairs of some differences say."""
    roles = Roles(before.migration_role, after.migration_role)
    for one in found:
        if one.under is None:
            sql = repair_sql(one.expected, one.actual, one.changes, roles=roles)
            assert sql is not None, one
            connection.execute(sql.encode())


CANNOT_BE_REPAIRED = (
    "add value 'new'",  # PostgreSQL takes no label away
    "drop expression",  # nor makes a column a generated one
    "validate constraint links_event",  # made anew, the triggers of the constraint are on, and here they were off
    "enable trigger all",  # and two triggers of one constraint have two states
    "drop operator family",  # the operator is made anew, and its family lacks it until the next run
    "drop dbname",  # its value is a secret, which nobody read
    "update pg_seclabel",  # needs the provider
    "update pg_extension",  # there is no statement
    "1 as one from app.documents",  # the view is made anew, and lacks its rule until the next run
    "typmod_in",  # there is no statement for all of it
    "update pg_index",  # the expected index is broken
)
"""Mutations that no repair undoes at once, and why."""

DROPPED = """
    drop operator app.!! (none, app.mood)
    drop operator family app.mood_family using btree
    drop operator class app.mood_hash using hash
    drop operator class app.stored using gist
    drop cast (app.mood as bigint)
    drop cast (bigint as app.mood)
    drop collation app.plain
    drop conversion app.from_latin
    drop statistics app.some_statistics
    drop statistics app.other_statistics
    drop text search configuration app.words
    drop text search configuration app.empty
    drop text search dictionary app.others
    drop text search parser app.parser
    drop text search template app.bare
    drop language APP_bare cascade
    drop transform for app.pair language APP_bare
    drop access method APP_btree
    drop foreign data wrapper APP_handled
    drop server APP_wrapped
    drop user mapping for public server APP_typed
    drop role APP_limited
    select cron.unschedule(jobid) from cron.job where jobname = 'often' and username = 'APP'
    select cron.unschedule(jobid) from cron.job where jobname is null
    drop publication "APP_some"
    drop publication "APP_schemas"
    drop publication "APP_all"
    drop aggregate app.total(bigint)
    drop aggregate app.moving(float8)
    drop aggregate app.middle(float8 order by anyelement)
    drop aggregate app.place(variadic "any" order by variadic "any")
    drop sequence app.numbers
    drop type "Odd Schema"."Mood"
    drop type app.announced
    drop type app.names
    drop materialized view app.columned
    drop view app.cheap
    drop index app.documents_many
    revoke set on parameter work_mem from APP
    revoke alter system on parameter log_statement from AUDIT
""".strip().splitlines()


@pytest.mark.parametrize("sql", [line.strip() for line in DROPPED])
def test_what_is_missing_is_made_again_and_what_is_extra_dropped(
    everything: Everything, snapshot: Snapshot, sql: str
) -> None:
    if everything.major != MAJORS[-1]:
        pytest.skip("on the newest server only")
    with psycopg.connect(everything.server.conninfo(everything.name)) as connection:
        connection.execute(everything.fill_in(sql))
        after = everything.read_within(connection)
        missing = [one for one in compare(snapshot, after) if one.under is None]
        assert len(missing) == 1
        assert missing[0].actual is None
        for _ in range(4):  # what hung on it is told when it is there again
            if not (left := compare(snapshot, everything.read_within(connection))):
                break
            mend(connection, left, snapshot, after)
        assert compare(snapshot, everything.read_within(connection)) == []
        connection.rollback()

        extra = [one for one in compare(after, snapshot) if one.under is None]
        (said,) = (repair_sql(one.expected, one.actual) for one in extra)
        assert said is not None
        drop = said.splitlines()[-1].removeprefix("-- ")
        connection.execute(drop.replace(";", " cascade;" if "cascade" in sql else ";").encode())
        assert compare(after, everything.read_within(connection)) == []
        connection.rollback()


@pytest.mark.parametrize(
    "sql",
    [
        "analyze app.documents",
        "insert into app.scratch (a, c) values (1, 'x')",
        "select nextval('app.numbers')",
        """
        drop trigger gone on app.documents;
        create trigger gone after truncate on app.documents for each statement execute function app.touch();
        alter table app.documents disable trigger gone
        """,
        "create temporary table here (id int primary key)",
    ],
)
def test_what_changes_nothing_is_not_seen(everything: Everything, snapshot: Snapshot, sql: str) -> None:
    assert everything.read_after(sql) == snapshot
