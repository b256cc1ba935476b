"""The judge: what counts as matched, implied, conditional, unknown, missed and wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from auditor.model import Action, Effect, Location, ObjectId
from auditor.replay.agreement import agree
from auditor.replay.kinship import after, head_of, last_part, renamed_along, without_last_part
from auditor.replay.recording import RecordedAction, RecordedEffect
from auditor.replay.runner import Replay, ReplayStep
from auditor.replay.verdict import OUTCOMES, Agreement

T = ObjectId("table", "public.t")
U = ObjectId("table", "public.u")
A = ObjectId("table column", "public.t.a")
K = ObjectId("table constraint", "k on public.t")
I = ObjectId("index", "public.i")  # noqa: E741
F = ObjectId("function", "public.f()")
V = ObjectId("view", "public.v")
V_A = ObjectId("view column", "public.v.a")
G = ObjectId("trigger", "g on public.t")
R = ObjectId("role", "r")


@dataclass
class Life:
    exists: bool
    effects: Sequence[Effect]


@dataclass
class Reading:
    effects: Sequence[Effect]
    lives: Mapping[ObjectId, Life] = field(default_factory=dict)
    parents: Mapping[ObjectId, ObjectId] = field(default_factory=dict)


def said(action: Action, item: ObjectId | None, *, migration: str = "1", **fields: Any) -> Effect:
    """A static effect; under a condition with `certainty="conditional"`."""
    return Effect(migration, Location(f"{migration}.sql", 1), fields.pop("statement", 1), action, item, **fields)


def done(action: RecordedAction, item: ObjectId, **fields: Any) -> RecordedEffect:
    """A recorded effect."""
    return RecordedEffect(action, item, **{"statements": (1,), **fields})


def judged(
    effects: Sequence[Effect],
    *steps: Sequence[RecordedEffect],
    baseline: Sequence[ObjectId] = (),
    objects: Sequence[ObjectId] = (),
    lives: Mapping[ObjectId, Life] | None = None,
    parents: Mapping[ObjectId, ObjectId] | None = None,
    failed: bool = False,
) -> Agreement:
    """The verdicts on migrations `1`, `2`... with these recorded effects."""
    run = Replay(
        steps=tuple(ReplayStep(str(n), f"{n}.sql", tuple(step)) for n, step in enumerate(steps, start=1)),
        not_replayed=(),
        database="d",
        conninfo="",
        owner="d_owner",
        baseline=frozenset(baseline),
        objects=dict.fromkeys(objects),
    )
    if failed:
        run = replace(run, steps=(*run.steps[:-1], replace(run.steps[-1], error="no")))  # type: ignore[arg-type]
    return agree(Reading(effects, lives or {}, parents or {}), run)


def outcomes(agreement: Agreement) -> dict[str, int]:
    return {outcome: count for outcome, count in agreement.totals.items() if count}


MAYBE = {"certainty": "conditional"}
SAME: list[tuple[str, list[Effect], list[RecordedEffect], dict[str, int]]] = [
    ("create", [said("create", T)], [done("create", T)], {"matched": 1}),
    ("create implied", [said("create", I, implied=True)], [done("create", I)], {"implied": 1}),
    ("create if", [said("create", T, **MAYBE)], [done("create", T)], {"conditional-happened": 1}),
    ("create if, not", [said("create", T, **MAYBE)], [], {"conditional-did-not": 1}),
    ("create, not", [said("create", T)], [], {"wrong": 1}),
    ("create, another", [said("create", T)], [done("create", U)], {"missed": 1, "wrong": 1}),
    ("silence", [], [done("create", T)], {"missed": 1}),
    ("said to do nothing", [said("create", T, no_op=True, **MAYBE)], [done("create", T)], {"missed": 1}),
    ("said to do nothing, and does", [said("drop", T, no_op=True, **MAYBE)], [], {}),
    ("replace makes", [said("replace", F)], [done("create", F)], {"matched": 1}),
    ("replace changes", [said("replace", F)], [done("alter", F, details=("prosrc",))], {"matched": 1}),
    ("replace leaves", [said("replace", F)], [], {}),
    ("drop", [said("drop", T)], [done("drop", T)], {"matched": 1}),
    ("drop, not", [said("drop", T)], [], {"wrong": 1}),
    ("drop takes parts", [said("drop", T)], [done("drop", T), done("drop", K), done("drop", A)],
     {"matched": 1, "implied": 2}),
    ("drop takes others", [said("drop", T)], [done("drop", T), done("drop", V)], {"matched": 1, "missed": 1}),
    ("drop and create", [said("drop", F), said("create", F)], [done("recreate", F)], {"matched": 1}),
    ("drop and create, half said", [said("create", F)], [done("recreate", F)], {"missed": 1}),
    ("made and dropped", [said("create", T), said("drop", T)], [], {}),
    ("rename", [said("rename", T, to="public.u")], [done("rename", T, to="public.u")], {"matched": 1}),
    ("rename, elsewhere", [said("rename", T, to="public.u")], [done("rename", T, to="public.w")],
     {"missed": 1, "wrong": 1}),
    ("rename twice", [said("rename", T, to="public.u"), said("rename", U, to="s.w")],
     [done("rename", T, to="s.w")], {"matched": 1}),
    ("rename takes parts", [said("rename", T, to="public.u")],
     [done("rename", T, to="public.u"), done("rename", A, to="public.u.a"), done("rename", K, to="k on public.u")],
     {"matched": 1, "implied": 2}),
    ("rename said as drop and create", [said("drop", T), said("create", U)], [done("rename", T, to="public.u")],
     {"missed": 1, "wrong": 2}),
    ("make under another name", [said("create", T), said("rename", T, to="public.u")], [done("create", U)],
     {"matched": 1}),
    ("swap in", [said("create", U), said("drop", T), said("rename", U, to="public.t")], [done("recreate", T)],
     {"matched": 1}),
    ("swap", [said("rename", T, to="x"), said("rename", U, to="public.t"),
              said("rename", ObjectId("table", "x"), to="public.u")],
     [done("rename", T, to="public.u"), done("rename", U, to="public.t")], {"matched": 2}),
    ("drop a part under its new table", [said("rename", T, to="public.u"),
                                         said("drop", ObjectId("table column", "public.u.a"))],
     [done("rename", T, to="public.u"), done("drop", A)], {"matched": 2}),
    ("alter", [said("alter", T)], [done("alter", T, details=("options",))], {"matched": 1}),
    ("alter, to what it was", [said("alter", T)], [], {}),
    ("alter a part", [said("alter", T)], [done("alter", A)], {"matched": 1}),
    ("alter the whole", [said("alter", A)], [done("alter", T)], {"implied": 1}),
    ("alter another part", [said("alter", K)], [done("alter", A, details=("type",))], {"missed": 1}),
    ("a key makes not null", [said("create", K)], [done("create", K), done("alter", A, details=("not null",))],
     {"matched": 1, "implied": 1}),
    ("alter after a rename", [said("rename", T, to="public.u"), said("alter", U)],
     [done("rename", T, to="public.u"), done("alter", T)], {"matched": 2}),
    ("alter if", [said("alter", T, **MAYBE)], [done("alter", T)], {"conditional-happened": 1}),
    ("grant", [said("grant", T)], [done("grant", T)], {"matched": 1}),
    ("grant, silent", [said("create", U)], [done("create", U), done("grant", T)], {"matched": 1, "missed": 1}),
    ("grant what is new, silent", [said("create", T)], [done("create", T), done("grant", T)],
     {"matched": 1, "missed": 1}),
    ("another owner", [said("alter", T, detail="owner")], [done("alter", T), done("grant", T)], {"matched": 2}),
    ("comment on a part", [said("comment", A)], [done("comment", T)], {"implied": 1}),
    ("comment, silent", [], [done("comment", T)], {"missed": 1}),
    ("comment of an extension", [said("create", ObjectId("extension", "x"), **MAYBE)],
     [done("create", ObjectId("extension", "x")), done("comment", ObjectId("extension", "x"))],
     {"conditional-happened": 1, "implied": 1}),
    ("disable", [said("disable", G)], [done("disable", G)], {"matched": 1}),
    ("disable all", [said("disable", T)], [done("disable", G)], {"matched": 1}),
    ("rebuilt", [said("alter", A)], [done("alter", A), done("rebuild", K)], {"matched": 1, "implied": 1}),
    ("rebuilt, elsewhere", [said("alter", A)], [done("alter", A), done("rebuild", I)],
     {"matched": 1, "implied": 1}),
    ("rebuilt otherwise, silent", [], [done("rebuild", K, details=("expression",))], {"missed": 1}),
    ("columns of a view", [said("create", V)], [done("create", V), done("create", V_A)],
     {"matched": 1, "implied": 1}),
    ("columns of a table", [said("create", T)], [done("create", T), done("create", A)],
     {"matched": 1, "missed": 1}),
    ("not understood", [said("unknown", None, certainty="unknown")], [done("create", T), done("grant", R)],
     {"in-unknown": 2}),
    ("not understood, elsewhere", [said("unknown", None, certainty="unknown", statement=2)], [done("create", T)],
     {"missed": 1}),
    ("not understood, nobody knows where", [said("unknown", None, certainty="unknown", statement=2)],
     [done("create", T, statements=())], {"in-unknown": 1}),
    ("not understood, of one", [said("unknown", T, certainty="unknown")], [done("alter", A), done("create", V)],
     {"in-unknown": 1, "missed": 1}),
    ("not understood comes between", [said("unknown", None, certainty="unknown"), said("create", T)], [],
     {"in-unknown": 1}),
    ("rows", [said("write", T), said("call", F)], [], {}),
    ("in a function", [said("create", T, inside="public.f()")], [done("create", T)], {"missed": 1}),
    ("in a block", [said("create", T, inside="do")], [done("create", T)], {"matched": 1}),
    ("a database", [said("create", ObjectId("database", "x"))], [], {}),
    ("default privileges", [said("grant", ObjectId("default acl", "for role current_user on tables"))],
     [done("create", ObjectId("default acl", "for role d_owner on tables")),
      done("grant", ObjectId("default acl", "for role d_owner on tables"))], {"matched": 2}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("effects", "recorded", "expected"), [case[1:] for case in SAME], ids=[case[0] for case in SAME]
)
def test_one_migration(effects: list[Effect], recorded: list[RecordedEffect], expected: dict[str, int]) -> None:
    assert outcomes(judged(effects, recorded)) == expected


def test_default_privileges_give_rights_to_what_comes_later() -> None:
    acl = ObjectId("default acl", "for role d_owner on tables")
    effects = [
        said("grant", ObjectId("default acl", "for role current_user on tables")),
        said("create", T, migration="2"),
    ]
    recorded = [[done("create", acl)], [done("create", T), done("grant", T)], [done("grant", T)]]
    agreement = judged(effects, *recorded)
    assert outcomes(agreement) == {"matched": 2, "implied": 1, "missed": 1}


def test_an_index_hangs_on_its_table() -> None:
    effects = [said("drop", T)]
    recorded = [done("drop", T), done("drop", I, parent=T)]
    assert outcomes(judged(effects, recorded)) == {"matched": 1, "implied": 1}
    assert outcomes(judged(effects, [done("drop", T), done("drop", I)], parents={I: T})) == {
        "matched": 1,
        "implied": 1,
    }
    assert outcomes(judged(effects, [done("drop", T), done("drop", I)])) == {"matched": 1, "missed": 1}


def test_an_index_hangs_on_its_constraint() -> None:
    index, constraint = ObjectId("index", "public.k"), K
    dropped = [done("drop", constraint), done("drop", index, parent=T)]
    assert outcomes(judged([said("drop", constraint)], dropped)) == {"matched": 1, "implied": 1}
    renamed = [
        done("rename", constraint, to="n on public.t"),
        done("rename", index, to="public.n", parent=T),
    ]
    assert outcomes(judged([said("rename", constraint, to="n on public.t")], renamed)) == {
        "matched": 1,
        "implied": 1,
    }
    assert outcomes(judged([said("rename", constraint, to="other on public.t")], renamed)) == {
        "missed": 2,
        "wrong": 1,
    }


def test_what_a_range_type_brings() -> None:
    span, constructor = ObjectId("type", "public.span"), ObjectId("function", "public.span(integer,integer)")
    agreement = judged(
        [said("create", span)],
        [done("create", span), done("create", constructor, parent=span)],
        objects=[span, constructor],
        lives={span: Life(True, [said("create", span)])},
    )
    assert outcomes(agreement) == {"matched": 1, "implied": 1}
    assert [verdict.outcome for verdict in agreement.end or ()] == ["matched"]


def test_what_rests_on_a_condition_that_did_not_hold() -> None:
    effects = [
        said("create", T, **MAYBE),
        said("create", T, migration="2", no_op=True, **MAYBE),
        said("drop", U, migration="3", **MAYBE),
        said("rename", U, migration="4", to="public.w"),
    ]
    agreement = judged(effects, [], [done("create", T)], [], [])
    assert outcomes(agreement) == {"conditional-did-not": 3, "conditional-happened": 1}


def test_two_migrations_of_one_name() -> None:
    effects = [said("create", T), said("create", V, migration="2"), said("create", U)]
    run = [[done("create", T)], [done("create", V)], [done("create", U)]]
    agreement = judged(effects, *run)
    assert outcomes(agreement) == {"matched": 2, "missed": 1}
    third = replace(agreement.migrations[2], migration="1")
    assert third.counts["missed"] == 1


def test_the_end() -> None:
    made = {item: Life(True, [said("create", item)]) for item in (T, A, F)}
    gone = {U: Life(False, [said("create", U), said("drop", U)])}
    platform = {ObjectId("table", "auth.users"): Life(True, [said("alter", ObjectId("table", "auth.users"))])}
    agreement = judged(
        [],
        baseline=[ObjectId("schema", "public")],
        objects=[ObjectId("schema", "public"), T, A, V, V_A],
        lives=made | gone | platform,
    )
    assert [(verdict.outcome, verdict.object) for verdict in agreement.end or ()] == [
        ("wrong", F),
        ("matched", T),
        ("matched", A),
        ("missed", V),
    ]


def test_the_end_knows_what_was_not_understood_and_what_did_not_happen() -> None:
    agreement = judged(
        [said("unknown", None, certainty="unknown"), said("create", U, migration="2", **MAYBE)],
        [done("create", V)],
        [],
        objects=[V],
        lives={U: Life(True, [said("create", U, migration="2", **MAYBE)])},
    )
    assert [(verdict.outcome, verdict.object) for verdict in agreement.end or ()] == [
        ("conditional-did-not", U),
        ("in-unknown", V),
    ]


def test_a_replay_that_failed_is_not_judged() -> None:
    agreement = judged([said("create", T), said("create", U, migration="2")], [done("create", T)], [], failed=True)
    assert outcomes(agreement) == {"matched": 1}
    assert [each.judged for each in agreement.migrations] == [True, False]
    assert agreement.end is None
    assert agreement.as_json()["end"] is None


def test_as_json() -> None:
    agreement = judged([said("drop", T)], [done("create", V)])
    assert agreement.as_json() == {
        "migrations": [
            {
                "migration": "1",
                "file": "1.sql",
                "judged": True,
                "counts": dict.fromkeys(OUTCOMES, 0) | {"missed": 1, "wrong": 1},
                "in-unknown": [],
                "missed": [{"action": "create", "kind": "view", "identity": "public.v", "statements": [1]}],
                "wrong": [
                    {
                        "action": "drop",
                        "kind": "table",
                        "identity": "public.t",
                        "file": "1.sql",
                        "line": 1,
                        "statements": [1],
                    }
                ],
            }
        ],
        "totals": dict.fromkeys(OUTCOMES, 0) | {"missed": 1, "wrong": 1},
        "end": {"counts": dict.fromkeys(OUTCOMES, 0), "in-unknown": [], "missed": [], "wrong": []},
    }
    assert [verdict.object for verdict in agreement.of("missed", "wrong")] == [V, T]


@pytest.mark.parametrize(
    ("identity", "relation"),
    [
        ("public.t.a", "public.t"),
        ('public."a.b"."c.d"', 'public."a.b"'),
        ('public.t."say ""hi.there"""', "public.t"),
    ],
)
def test_without_last_part(identity: str, relation: str) -> None:
    assert without_last_part(identity) == relation
    assert f"{relation}.{last_part(identity)}" == identity


def test_after() -> None:
    assert after('"a on b" on public.t', " on ") == "public.t"
    assert after('x on public."c on d"', " on ") == 'public."c on d"'


def test_renamed_along() -> None:
    assert renamed_along("public.t.a", "public.t", "s.u") == "s.u.a"
    assert renamed_along("k on public.t", "public.t", "s.u") == "k on s.u"
    assert renamed_along("public.f(public.t,public.t[])", "public.t", "s.u") == "public.f(s.u,s.u[])"
    assert renamed_along("public.tt.a", "public.t", "s.u") == "public.tt.a"
    assert renamed_along("my.public.t", "public.t", "s.u") == "my.public.t"
    assert renamed_along("s.t", "s", "z") == "z.t"


@pytest.mark.parametrize(
    ("item", "head"),
    [
        (A, ("relation", "public.t")),
        (K, ("relation", "public.t")),
        (V_A, ("relation", "public.v")),
        (ObjectId("default value", "for public.t.a"), ("relation", "public.t")),
        (ObjectId("domain constraint", "c on public.d"), ("type", "public.d")),
        (ObjectId("composite type column", "public.p.a"), ("type", "public.p")),
        (ObjectId("composite type", "public.p"), ("type", "public.p")),
        (ObjectId("publication relation", "public.t in publication p"), ("publication", "p")),
        (I, ("relation", "public.t")),
        (F, ("function", "public.f()")),
        (R, ("role", "r")),
    ],
)
def test_head_of(item: ObjectId, head: tuple[str, str]) -> None:
    assert head_of(item, {I: T}) == head
