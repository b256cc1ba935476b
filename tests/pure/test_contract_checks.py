"""What the checks ask of expressions, triggers, ledgers and breaches, without a database."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from test_comparison import sample, snapshot

from auditor.catalog.kinds import BY_KIND
from auditor.contract.alembic_order import alembic_parents, reached
from auditor.contract.breach import Breach, Cause, listed
from auditor.contract.dedupe_keys import differences, uniquenesses
from auditor.contract.facts import Facts, Standing, nearest
from auditor.contract.merge import merged
from auditor.contract.whitelists import whitelist_of
from auditor.declaration.base import Text
from auditor.declaration.document import Severities
from auditor.declaration.entries import DedupeKeyEntry
from auditor.declaration.firing import Firing, parse_firing
from auditor.declaration.load import Configuration
from auditor.globs import is_pattern, matches_name
from auditor.history.fold import History
from auditor.history.lives import Definition, Life
from auditor.migrations.discovery import MigrationSet
from auditor.model import CatalogObject, Location, Migration, ObjectId, OwnerClass, Provenance, Severity, Snapshot
from auditor.sql.allowed import allowed_values
from auditor.sql.predicates import (
    canonical,
    same_predicate,
)
from auditor.sql.trigger_text import same_condition, trigger_text

NO_HISTORY = History((), (), {}, {})


def same_expression(left: str, right: str) -> bool:
    """Whether two expressions have one canonical form."""
    return left == right or (canonical(left) is not None and canonical(left) == canonical(right))


def facts(*live: CatalogObject, history: History = NO_HISTORY) -> Facts:
    return Facts(Configuration(Path("c.yaml"), Path(), "c.yaml"), history, snapshot(*live))


# Expressions


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("NOT (x IS NULL)", "(x IS NOT NULL)", True),
        ("x IS NOT NULL AND true", "(x IS NOT NULL)", True),
        ("x IS DISTINCT FROM NULL", "(x IS NOT NULL)", True),
        ("active IS TRUE", "active", True),
        ("active IS FALSE", "(NOT active)", True),
        ("active IS NOT TRUE", "(NOT active)", False),
        ("NOT (a IS NULL OR b IS NULL)", "((b IS NOT NULL) AND (a IS NOT NULL))", True),
        ("true", None, True),
        ("x > 0", None, False),
        ("x = 'A'", "(x = 'a'::text)", False),
    ],
)
def test_predicates_that_are_true_of_the_same_rows(left: str, right: str | None, same: bool) -> None:
    assert same_predicate(left, right) is same


def test_a_condition_on_the_new_row_is_another_on_the_old() -> None:
    assert same_expression("NEW.a IS DISTINCT FROM OLD.b", "(new.a IS DISTINCT FROM old.b)")
    assert not same_expression("NEW.a IS DISTINCT FROM OLD.b", "(old.a IS DISTINCT FROM new.b)")


def test_the_text_of_a_trigger() -> None:
    written = trigger_text(
        'CREATE CONSTRAINT TRIGGER t AFTER UPDATE OF b, "A" OR INSERT ON s DEFERRABLE INITIALLY DEFERRED '
        "FOR EACH ROW WHEN (NEW.b > 1) EXECUTE FUNCTION f('x', 2)"
    )

    assert written is not None
    assert (written.timing, written.events, written.columns, written.level) == (
        "after",
        ["insert", "update"],
        ['"A"', "b"],
        "row",
    )
    assert (written.arguments, written.constraint, written.deferrable, written.initially_deferred) == (
        ["x", "2"],
        True,
        True,
        True,
    )
    assert same_condition("(new.b > 1)", written.when) is True
    assert same_condition("(new.b >= 2)", written.when) is None
    assert same_condition(None, written.when) is False
    assert trigger_text("CREATE INDEX ON t (a)") is None
    assert trigger_text("DO $$ ... ") is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("type IN ('a', 'b')", "(type = ANY (ARRAY['b'::text, 'a'::text]))"),
        ("status IN ('a','b')", "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::varchar])::text[]))"),
        ("type = 'a' OR type = 'b'", "(type = ANY ('{a,b}'::text[]))"),
        ("type = 'a'", "type IN ('a')"),
        ("key IS NOT NULL", "(key IS NOT NULL)"),
        ("NOT (key IS NULL)", "key IS NOT NULL"),
        ("n BETWEEN 1 AND 5", "((n >= 1) AND (n <= 5))"),
        ("n NOT BETWEEN 1 AND 5", "NOT ((n >= 1) AND (n <= 5))"),
        ("active", "(active = true)"),
        ("NOT active", "active = false"),
        ("NOT (n > 3)", "(n <= 3)"),
        ("3 < n", "n > 3"),
        ("n IN (1, 2)", "(n = ANY (ARRAY[(1)::bigint, (2)::bigint]))"),
        ("status NOT IN ('a', 'b')", "(status <> ALL (ARRAY['a'::text, 'b'::text]))"),
        ("x LIKE 'a%'", "(x ~~ 'a%'::text)"),
        ("lower(email)", "lower((email)::text)"),
        ("coalesce(a, 'x')", "COALESCE(a, 'x'::text)"),
        ("d > now() - interval '1 day'", "(d > (now() - '1 day'::interval))"),
        ("a IS NOT DISTINCT FROM b", "(NOT (b IS DISTINCT FROM a))"),
        ("a AND b AND c", "(c AND (b AND a))"),
        ("pg_catalog.lower(x) != 'y'", "lower(x) <> 'y'"),
    ],
)
def test_two_spellings_of_one_condition(left: str, right: str) -> None:
    assert same_expression(left, right)
    assert same_expression(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("status = 'Done'", "status = 'done'"),
        ("n = 1", "n = '1'"),
        ("a AND b", "a OR b"),
        ("type IN ('a', 'b')", "type IN ('a', 'b', 'c')"),
        ("now()", "CURRENT_TIMESTAMP"),
        ("n::integer", "n"),
        ("n > 3", "n >= 3"),
        ("1) FROM t WHERE (2 = 2", "1"),
        ("this is no SQL", "this is no sql"),
        ("a, b", "a"),
    ],
)
def test_two_conditions(left: str, right: str) -> None:
    assert not same_expression(left, right)


def test_text_that_breaks_out_is_not_read() -> None:
    assert canonical("1) FROM t WHERE (2 = 2") is None
    assert canonical("1); SELECT (2") is None
    assert canonical("\0") is None


@pytest.mark.parametrize(
    ("expression", "values", "exact"),
    [
        ("type IN ('a', 'b')", {"a", "b"}, True),
        ("(type = ANY (ARRAY['b'::text, 'a'::text]))", {"a", "b"}, True),
        ("type = 'a' OR type = 'b' OR type IN ('c')", {"a", "b", "c"}, True),
        ("type IS NULL OR type IN ('a')", {"a"}, True),
        ("type IN ('a', 'b') AND type IN ('b', 'c')", {"b"}, True),
        ("type IN ('a', 'b') AND length(type) < 5", {"a", "b"}, True),
        ("type IN ('a', 'b') AND known_here(type)", {"a", "b"}, False),
        ("type IN ('a', 'b') AND type <> 'b'", {"a"}, True),
        ("type IN ('a', 'bb') AND char_length(type) = 1", {"a"}, True),
        ("(type IN ('a', 'b')) IS TRUE", {"a", "b"}, True),
        ("CASE WHEN type = 'a' THEN true ELSE type = 'b' END", {"a", "b"}, True),
        ("CASE type WHEN 'a' THEN true ELSE false END", {"a"}, True),
        ("COALESCE(type, '') IN ('a', 'b')", {"a", "b"}, True),
        ("type ~ '^(a|b)$'", {"a", "b"}, True),
        ("type ~ similar_to_escape('a|b')", {"a", "b"}, True),
        ("type = ANY (string_to_array('a,b', ','))", {"a", "b"}, True),
        ("ARRAY[type] <@ ARRAY['a', 'b']", {"a", "b"}, True),
        ("array_position(ARRAY['a', 'b'], type) IS NOT NULL", {"a", "b"}, True),
        ("type IN (upper('a'), 'b')", {"A", "b"}, True),
        ("type ~ '^[ab]'", None, False),
        ("type LIKE 'a%'", None, False),
        ("lower(type) IN ('a', 'b')", None, False),
        ("n IN (1, 2)", None, True),
        ("type = 1 OR type = 2", {"1", "2"}, True),
        ("type = 'a' AND status = 'x' OR type = 'b' AND status = 'y'", {"a", "b"}, True),
        ("type = 'a' OR status = 'x'", None, True),
        ("type <> 'x'", None, True),
        ("status IN ('q')", None, True),
        ("type IS NOT NULL", None, True),
        ("no sql here", None, False),
    ],
)
def test_the_values_that_a_check_allows(expression: str, values: set[str] | None, exact: bool) -> None:
    found = allowed_values(expression, "type")

    assert (found.values, found.exact) == (frozenset(values) if values is not None else None, exact)


# Whitelists

COLUMN = sample(
    BY_KIND["table column"], identity="public.q.type", table="public.q", table_kind="table", type="public.kind"
)


def check(expression: str, **more: object) -> CatalogObject:
    given = {"type": "c", "enforced": True, "table_kind": "table", "expression": expression, **more}
    return sample(BY_KIND["table constraint"], identity=f"{expression} on public.q", table="public.q", **given)


def test_a_whitelist_may_be_an_enum_a_domain_or_checks() -> None:
    enum = sample(BY_KIND["type"], identity="public.kind", form="enum", labels=["a", "b"])
    domain = sample(BY_KIND["type"], identity="public.kind", form="domain", base_type="public.base")
    base = sample(BY_KIND["type"], identity="public.base", form="enum", labels=["a", "b", "c"])
    limit = sample(
        BY_KIND["domain constraint"],
        identity="k on public.kind",
        domain="public.kind",
        expression="VALUE IN ('a')",
    )

    def values(*objects: CatalogObject) -> frozenset[str] | None:
        return whitelist_of(snapshot(COLUMN, *objects), "public.q", "type").values

    assert values() is None
    assert values(enum) == {"a", "b"}
    assert values(enum, check("type <> 'z'")) == {"a", "b"}
    assert values(enum, check("type IN ('a', 'c')")) == {"a"}
    assert values(domain, base, limit) == {"a"}
    assert values(domain, base) == {"a", "b", "c"}
    assert values(check("type = 'a'", enforced=False)) is None
    assert values(check("type = 'a'", type="f")) is None


def test_a_check_that_is_not_understood_is_named() -> None:
    odd = check("type ~ '^[a-z]+$'")

    assert whitelist_of(snapshot(COLUMN, odd), "public.q", "type").unread == (odd,)


# Dedupe keys


def index(*keys: str, **more: object) -> CatalogObject:
    given = {
        "unique": True,
        "valid": True,
        "ready": True,
        "predicate": None,
        "nulls_not_distinct": False,
        "method": "btree",
        "include": [],
        "table_kind": "table",
        "partition_of": None,
        **more,
    }
    return sample(BY_KIND["index"], identity="public.i", table="public.t", keys=list(keys), **given)


def constraint(*columns: str, **more: object) -> CatalogObject:
    given = {
        "type": "u",
        "deferrable": False,
        "index_valid": True,
        "temporal": False,
        "nulls_not_distinct": False,
        "table_kind": "table",
        **more,
    }
    return sample(
        BY_KIND["table constraint"], identity="u on public.t", table="public.t", columns=list(columns), **given
    )


def key(*columns: str, **more: object) -> DedupeKeyEntry:
    return DedupeKeyEntry(table=Text("public.t"), columns=tuple(Text(one) for one in columns), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "item"),
    [
        (key("a", "b"), index("a", "b")),
        (key("b", "a"), index("a", "b")),
        (key("a"), index('a COLLATE "C" text_pattern_ops DESC NULLS LAST')),
        (key("lower(a)"), index("lower((a)::text)")),
        (key("a", "coalesce(b, 'x')"), index("a", "COALESCE(b, 'x'::text)")),
        (key("a"), index("a", include=["c"])),
        (key("a", where="b IN ('x', 'y')"), index("a", predicate="(b = ANY (ARRAY['x'::text, 'y'::text]))")),
        (key("a", nulls="not distinct"), index("a", nulls_not_distinct=True)),
        (key("a", name="i"), index("a")),
        (key("a", "b"), constraint("a", "b")),
        (key("id"), constraint("id", type="p")),
        (key('"Order"'), constraint('"Order"')),
    ],
)
def test_what_keeps_a_dedupe_key(entry: DedupeKeyEntry, item: CatalogObject) -> None:
    (one,) = uniquenesses(facts(item), snapshot(item), "public.t")

    assert differences(entry, one) == []


@pytest.mark.parametrize(
    ("entry", "item", "said"),
    [
        (key("a"), index("a", unique=False), ["is not unique"]),
        (key("a"), index("a", valid=False), ["is not valid"]),
        (key("a"), index("a", ready=False), ["is not ready"]),
        (key("a"), index("a", "b"), ["has other columns"]),
        (key("a"), index("lower(a)"), ["has other columns"]),
        (key("a"), index("a", predicate="(b IS NULL)"), ["has a predicate"]),
        (key("a", where="b IS NULL"), index("a"), ["has no predicate"]),
        (key("a", where="b IS NULL"), index("a", predicate="(b IS NOT NULL)"), ["has another predicate"]),
        (key("a"), index("a", nulls_not_distinct=True), ["has the other rule for NULLs"]),
        (key("a", name="j"), index("a"), ["has another name"]),
        (key("a"), constraint("a", deferrable=True), ["is deferrable"]),
        (key("a"), constraint("a", index_valid=False), ["is not valid"]),
    ],
)
def test_what_does_not_keep_it(entry: DedupeKeyEntry, item: CatalogObject, said: list[str]) -> None:
    (one,) = uniquenesses(facts(item), snapshot(item), "public.t")

    assert differences(entry, one) == said


def test_an_index_as_a_reader_sees_it() -> None:
    partial = index("a", "lower(b)", predicate="(c IS NULL)", nulls_not_distinct=True, valid=False)

    for item, text in (
        (partial, "index public.i: unique (a, lower(b)) where (c IS NULL) nulls not distinct; is not valid"),
        (index("a", unique=False), "index public.i: not unique (a)"),
        (constraint("a", deferrable=True), "table constraint u on public.t: unique (a); is deferrable"),
    ):
        (one,) = uniquenesses(facts(item), snapshot(item), "public.t")
        assert str(one) == text


# Triggers


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("AFTER UPDATE OF events FOR EACH ROW", "AFTER UPDATE OF events FOR EACH ROW"),
        ("after  update of B, a or insert", "AFTER INSERT OR UPDATE OF a, b"),
        ("Instead Of Delete each row", "INSTEAD OF DELETE FOR EACH ROW"),
        ("before truncate for each statement", "BEFORE TRUNCATE FOR EACH STATEMENT"),
        ('BEFORE UPDATE OF "Row"', 'BEFORE UPDATE OF "Row"'),
        ("AFTER UPDATE OF row", "AFTER UPDATE OF row"),
    ],
)
def test_when_a_trigger_fires(text: str, spelled: str) -> None:
    assert str(parse_firing(text)) == spelled
    assert parse_firing(spelled) == parse_firing(text)


@pytest.mark.parametrize("text", ["", "UPDATE", "AFTER", "AFTER INSERT OF a", "AFTER UPDATE OF a,", "AFTER x"])
def test_what_is_no_firing(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_firing(text)


def test_a_level_left_out_allows_both() -> None:
    live = Firing("AFTER", ("INSERT",), (), "STATEMENT")

    assert parse_firing("AFTER INSERT").allows(live)
    assert not parse_firing("AFTER INSERT FOR EACH ROW").allows(live)
    assert not parse_firing("AFTER UPDATE").allows(live)


# Where a body comes from

FUNCTION = ObjectId("function", "public.f()")


def with_bodies(*bodies: str) -> History:
    life = Life(FUNCTION, exists=True)
    for number, body in enumerate(bodies, 1):
        life.define(Definition(f"{number}", Location(f"{number}.sql"), "create", "", body))
    return dataclasses.replace(NO_HISTORY, lives={FUNCTION: life})


@pytest.mark.parametrize(
    ("bodies", "live", "expected"),
    [
        (("a", "b", "c"), "c", ("3", "3")),
        (("a", "b", "c"), "a", ("3", "1")),
        (("a", "b", "a", "c"), "a", ("4", "3")),
        (("a",), "x", ("1", None)),
        ((), "x", (None, None)),
    ],
)
def test_which_definition_is_live(bodies: tuple[str, ...], live: str, expected: tuple[str, str]) -> None:
    standing: Standing = facts(history=with_bodies(*bodies)).standing(FUNCTION, live, None)

    assert (
        standing.newest.migration if standing.newest else None,
        standing.live.migration if standing.live else None,
    ) == expected


# Ledgers


def test_what_alembic_heads_stand_for() -> None:
    parents = {"1": (), "2": ("1",), "3": ("1",), "4": ("2", "3"), "5": ("4",)}

    assert reached(["3"], parents) == {"1", "3"}
    assert reached(["4"], parents) == {"1", "2", "3", "4"}
    assert reached(["2", "3"], parents) == {"1", "2", "3"}
    assert reached(["9"], parents) == {"9"}
    assert reached([], parents) == set()


def test_parents_are_read_from_the_headers(tmp_path: Path) -> None:
    headers = {
        "a1": "revision = 'a1'\ndown_revision = None\nbranch_labels = ('first',)\n",
        "b2": "revision = 'b2'\ndown_revision = 'a1'\n",
        "c3": "revision: str = 'c3'\ndown_revision: str = 'a1'\ndepends_on = ('first', 'b')\n",
        "d4": "revision = 'd4'\ndown_revision = ('b2', 'c3')\n",
        "e5": "revision = 'e5'\ndown_revision = compute()\n",
    }
    migrations = []
    for name, text in headers.items():
        (tmp_path / f"{name}.py").write_text(text)
        migrations.append(Migration(name, f"{name}.py", "alembic", ()))

    assert alembic_parents(MigrationSet(tmp_path, tuple(migrations))) == {
        "a1": (),
        "b2": ("a1",),
        "c3": ("a1", "a1", "b2"),
        "d4": ("b2", "c3"),
        "e5": ("d4",),
    }


# Merging

TABLE, INDEX = ObjectId("table", "public.t"), ObjectId("index", "public.i")


def breach(name: str, *causes: Cause, item: ObjectId | None = None, **more: object) -> Breach:
    return Breach(name, f"{name}!", Severity.ERROR, object=item, causes=frozenset(causes), **more)  # type: ignore[arg-type]


def test_the_first_to_speak_of_a_cause_is_kept() -> None:
    first = breach("dedupe-key", Cause(INDEX), item=INDEX)
    second = breach("object-changed", Cause(INDEX, "unique"), item=INDEX, repair="DROP", diff="-")

    (kept,) = merged([first, second])

    assert (kept.name, kept.repair, kept.diff, kept.also) == ("dedupe-key", "DROP", "-", ())


def test_a_missing_table_speaks_before_what_stood_on_it() -> None:
    follows = breach("dedupe-key", Cause(TABLE), item=INDEX)
    root = breach("object-missing", Cause(TABLE), item=TABLE)

    (kept,) = merged([follows, root])

    assert (kept.name, kept.also) == ("object-missing", ("dedupe-key!",))


def test_a_breach_with_a_cause_of_its_own_stands() -> None:
    first = breach("trigger-contract", Cause(INDEX, "enabled"), item=INDEX)
    both = breach("not-deployed", Cause(INDEX, "enabled"), Cause(TABLE, "owner"), item=INDEX)
    none = breach("claim-scope", item=TABLE)

    assert merged([first, both, none]) == [first, both, none]


def test_what_the_contract_keeps_is_no_breach() -> None:
    renamed = breach("object-missing", Cause(INDEX), item=INDEX)

    assert merged([renamed], {Cause(INDEX)}) == []
    assert merged([renamed], {Cause(TABLE)}) == [renamed]


def test_provenance_is_put_together() -> None:
    first = breach("claim-scope", Cause(FUNCTION, "body"), provenance=Provenance(defined_in="3"))
    second = breach("function-body-changed", Cause(FUNCTION, "body"), provenance=Provenance("3", "1"))

    (kept,) = merged([first, second])

    assert kept.provenance == Provenance("3", "1")


# Small words


def test_lists_and_patterns() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "nothing",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert matches_name("public.claim_*(?nteger)", "public.claim_x(integer)")
    assert not matches_name("public.a.b", "public.aXb")
    assert is_pattern("a*")
    assert not is_pattern("a")
    assert nearest("public.job", ["public.jobs", "public.docs"]) == "public.jobs"
    assert nearest("x", ["public.jobs"]) is None


def test_severity_is_a_matter_of_class() -> None:
    assert [Severities().of(one) for one in OwnerClass] == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.WARNING,
        Severity.WARNING,
    ]
    assert Severities(infra="error").of(OwnerClass.INFRA) is Severity.ERROR


def test_majors_that_know_other_privileges() -> None:
    from auditor.comparison.snapshots import compare

    def side(version: int, *privileges: str) -> Snapshot:
        table = sample(BY_KIND["table"], identity="public.t", privileges=list(privileges))
        return dataclasses.replace(snapshot(table), server_version_num=version)

    assert compare(side(150000, "owner: SELECT"), side(180000, "owner: MAINTAIN", "owner: SELECT")) == []
    assert compare(side(170000, "owner: SELECT"), side(180000, "owner: MAINTAIN", "owner: SELECT")) != []
    assert compare(side(150000, "owner: SELECT"), side(180000, "owner: INSERT", "owner: SELECT")) != []


def test_majors_that_print_otherwise() -> None:
    from auditor.comparison.snapshots import compare

    def side(version: int, definition: str, predicate: str) -> Snapshot:
        view = sample(BY_KIND["view"], identity="public.v", definition=definition)
        return dataclasses.replace(snapshot(view, index("a", predicate=predicate)), server_version_num=version)

    old, new = (
        (" SELECT t.a FROM public.t;", "(b = ANY (ARRAY['x'::text, 'y'::text]))"),
        (" SELECT a FROM public.t;", "((b = 'y'::text) OR (b = 'x'::text))"),
    )
    assert compare(side(150000, *old), side(180000, *new)) == []
    assert len(compare(side(180000, *old), side(180000, *new))) == 1  # the view; a spelling is no difference
    assert len(compare(side(150000, *old), side(180000, "SELECT b FROM public.t", new[1]))) == 1
