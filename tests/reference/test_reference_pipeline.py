"""The pipeline at work: from event to job, from job to run, from run to event."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import class_row
from reference_system import ReferenceDatabase

from services import jobs
from services.decision import worker as decision
from services.orchestrator import worker as orchestrator

STEPS = [
    # event, the job it asks for, the evidence the job adds
    ("document.protected.requested", "protect_document_v2", "protect"),
    ("document.protected", "run_tsa", "tsa"),
    ("tsa.confirmed", "submit_anchor", "anchor"),
    ("anchor.confirmed", "build_artifact", "artifact"),
]

ROLES = ("decision_worker", "orchestrator_worker", "app_gateway", "ops_reader")

# The whole story of an entity: each event with the job and the runs that carry the same correlation id.
STORY = """
    SELECT e.event ->> 'kind', (e.event ->> 'correlation_id')::uuid, e.event ->> 'trace_id',
           j.type, j.status, j.trace_id, j.enqueue_source, r.status, r.trace_id, r.worker
      FROM document_entities AS d
     CROSS JOIN LATERAL jsonb_array_elements(d.events) WITH ORDINALITY AS e(event, ordinal)
      LEFT JOIN executor_jobs AS j
        ON j.entity_id = d.id
       AND j.correlation_id = (e.event ->> 'correlation_id')::uuid
       AND j.dedupe_key = concat_ws(':', d.id, j.type, e.event ->> 'correlation_id')
       AND j.type = %(requires)s::jsonb ->> (e.event ->> 'kind')
      LEFT JOIN executor_job_runs AS r ON r.job_id = j.id AND r.correlation_id = j.correlation_id
     WHERE d.id = %(entity)s
     ORDER BY e.ordinal, r.id
"""


def request(gateway: psycopg.Connection[Any], entity: UUID, owner: UUID) -> tuple[UUID, str]:
    correlation, trace = uuid4(), uuid4().hex
    gateway.execute(
        "SELECT request_document_protection(%s, %s, 'a contract', %s, %s)", (entity, owner, correlation, trace)
    )
    return correlation, trace


def queue(connection: psycopg.Connection[Any], correlation: UUID) -> list[tuple[str, str, int]]:
    return connection.execute(
        "SELECT type, status, attempts FROM executor_jobs WHERE correlation_id = %s ORDER BY id", (correlation,)
    ).fetchall()


def test_protect_tsa_anchor_artifact_three_times(reference_database: ReferenceDatabase) -> None:
    owner = reference_database.connect()
    gateway = reference_database.connect("app_gateway")
    decider = reference_database.connect("decision_worker")
    executor = reference_database.connect("orchestrator_worker")
    entity, person = uuid4(), uuid4()
    expected = []

    for _ in range(3):
        correlation, trace = request(gateway, entity, person)
        done: list[tuple[str, str, int]] = []
        for number, (_, job_type, _) in enumerate(STEPS):
            assert queue(owner, correlation) == [*done, (job_type, "queued", 0)]
            mine, other = (decider, executor) if number == 0 else (executor, decider)
            run_mine, run_other = (
                (decision.run_once, orchestrator.run_once)
                if number == 0
                else (orchestrator.run_once, decision.run_once)
            )
            assert run_other(other, "other") == []
            claimed = run_mine(mine, "mine")
            assert [(job.type, job.entity_id, job.correlation_id) for job in claimed] == [
                (job_type, entity, correlation)
            ]
            done.append((job_type, "succeeded", 1))
        assert queue(owner, correlation) == done
        assert decision.run_once(decider, "mine") == orchestrator.run_once(executor, "mine") == []

        expected += [
            (kind, correlation, trace, job_type, "succeeded", trace, "listener", "succeeded", trace, "mine")
            for kind, job_type, _ in STEPS
        ]
        expected.append(("artifact.finalized", correlation, trace, *[None] * 7))

        requires = psycopg.types.json.Jsonb({kind: job_type for kind, job_type, _ in STEPS})
        assert owner.execute(STORY, {"requires": requires, "entity": entity}).fetchall() == expected

    # Nothing but that story is in the queue and among the runs.
    assert owner.execute("SELECT count(*) FROM executor_jobs").fetchone() == (12,)
    assert owner.execute("SELECT count(*) FROM executor_job_runs").fetchone() == (12,)
    # The evidence is one chain over all steps.
    chain = ""
    for _, _, label in STEPS:
        chain = hashlib.sha256(f"{label}\n{entity}\n{chain}".encode()).hexdigest()
    assert owner.execute("SELECT events -> -1 #>> '{payload,digest}' FROM document_entities").fetchone() == (
        chain,
    )
    assert owner.execute("SELECT status FROM user_documents WHERE id = %s", (entity,)).fetchone() == ("finalized",)


@pytest.mark.parametrize(("kind", "job_type"), [(kind, job_type) for kind, job_type, _ in STEPS])
def test_nothing_is_enqueued_twice(reference_database: ReferenceDatabase, kind: str, job_type: str) -> None:
    owner = reference_database.connect()
    worker = reference_database.connect("decision_worker")
    entity, correlation = uuid4(), uuid4()
    owner.execute("INSERT INTO document_entities (id, owner_id, title) VALUES (%s, %s, '')", (entity, uuid4()))
    for event_count in (1, 2):
        row = worker.execute(
            "SELECT append_document_entity_event(%s, %s, %s, NULL)", (entity, kind, correlation)
        ).fetchone()
        assert row == (event_count,)
    assert queue(owner, correlation) == [(job_type, "queued", 0)]
    # Another request for the same entity is another job.
    worker.execute("SELECT append_document_entity_event(%s, %s, %s, NULL)", (entity, kind, uuid4()))
    assert owner.execute("SELECT type FROM executor_jobs").fetchall() == [(job_type,)] * 2


def test_events_appended_in_one_statement_are_all_heard(reference_database: ReferenceDatabase) -> None:
    owner = reference_database.connect()
    entity = uuid4()
    request(reference_database.connect("app_gateway"), entity, uuid4())
    owner.execute(
        """
        UPDATE document_entities
           SET events = events || jsonb_build_array(
                   jsonb_build_object('kind', 'note.added', 'correlation_id', gen_random_uuid()),
                   jsonb_build_object('kind', 'tsa.confirmed', 'correlation_id', gen_random_uuid(), 'payload',
                                      jsonb_build_object()))
        """
    )
    jobs_now = owner.execute("SELECT type FROM executor_jobs ORDER BY id").fetchall()
    assert jobs_now == [("protect_document_v2",), ("submit_anchor",)]


def test_events_of_an_insert_are_history_and_not_heard(reference_database: ReferenceDatabase) -> None:
    owner = reference_database.connect()
    (entity,) = owner.execute(
        """
        INSERT INTO document_entities (owner_id, title, events)
        VALUES (gen_random_uuid(), '', '[{"kind": "document.protected", "correlation_id": null}]') RETURNING id
        """
    ).fetchall()
    owner.execute("SELECT append_document_entity_event(%s, 'note.added', %s, NULL)", (*entity, uuid4()))
    assert owner.execute("SELECT type FROM executor_jobs").fetchall() == []


@pytest.mark.parametrize(
    "rewrite",
    [
        "UPDATE document_entities SET events = '[]'",
        "UPDATE document_entities SET events = events - 0",
        "UPDATE document_entities SET events = events - -1",
        "UPDATE document_entities SET events = jsonb_set(events, '{0,kind}', '\"document.protected\"')",
        "UPDATE document_entities SET events = jsonb_set(events, '{1,at}', '\"2001-01-01\"')",
        "UPDATE document_entities SET events = jsonb_build_array(events -> 1, events -> 0)",
        "UPDATE document_entities SET events = jsonb_insert(events, '{0}', '{\"kind\": \"tsa.confirmed\"}')",
        "UPDATE document_entities SET id = gen_random_uuid()",
        "DELETE FROM document_entities",
        "TRUNCATE document_entities CASCADE",
    ],
)
def test_events_cannot_be_rewritten(reference_database: ReferenceDatabase, rewrite: str) -> None:
    gateway = reference_database.connect("app_gateway")
    entity, person = uuid4(), uuid4()
    for _ in range(2):
        request(gateway, entity, person)
    owner = reference_database.connect()  # even the owner, even a superuser
    before = owner.execute("SELECT id, events FROM document_entities").fetchall()
    with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
        owner.execute(rewrite)
    assert owner.execute("SELECT id, events FROM document_entities").fetchall() == before


@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO public.executor_jobs (entity_id, type, correlation_id, enqueue_source)
           VALUES (gen_random_uuid(), 'run_tsa', gen_random_uuid(), 'listener')""",
        "UPDATE public.executor_jobs SET status = 'succeeded'",
        "DELETE FROM public.executor_jobs",
        "SELECT FROM public.executor_jobs",
        "INSERT INTO public.document_entities (owner_id, title) VALUES (gen_random_uuid(), '')",
        "UPDATE public.document_entities SET events = events || '[{}]'",
        "INSERT INTO public.user_documents (owner_id, title) VALUES (gen_random_uuid(), '')",
    ],
)
def test_no_role_writes_past_the_functions(reference_database: ReferenceDatabase, statement: str) -> None:
    for role in ROLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table"):
            reference_database.connect(role).execute(statement)


@pytest.mark.parametrize(
    ("call", "allowed"),
    [
        ("claim_initial_decision_jobs(1, 'w')", {"decision_worker"}),
        ("claim_orchestrator_jobs(1, 'w')", {"orchestrator_worker"}),
        ("reclaim_stale_jobs('1 hour')", {"orchestrator_worker"}),
        ("heartbeat_executor_job(1, 'w')", {"decision_worker", "orchestrator_worker"}),
        ("finish_executor_job(1, 'w')", {"decision_worker", "orchestrator_worker"}),
        (
            "append_document_entity_event(gen_random_uuid(), 'note.added', gen_random_uuid(), NULL)",
            {"decision_worker", "orchestrator_worker"},
        ),
        (
            "request_document_protection(gen_random_uuid(), gen_random_uuid(), '', gen_random_uuid(), NULL)",
            {"app_gateway"},
        ),
    ],
)
def test_each_function_is_for_its_role(
    reference_database: ReferenceDatabase, call: str, allowed: set[str]
) -> None:
    may = set()
    for role in ROLES:
        try:
            reference_database.connect(role).execute(f"SELECT public.{call}")
            may.add(role)
        except psycopg.errors.InsufficientPrivilege:
            continue
        except (psycopg.errors.NoDataFound, psycopg.errors.ObjectNotInPrerequisiteState):
            may.add(role)  # called, and refused for what it was asked
    assert may == allowed


@pytest.mark.parametrize(
    ("role", "claim", "kind"),
    [
        ("decision_worker", "claim_initial_decision_jobs", "document.protected.requested"),
        ("orchestrator_worker", "claim_orchestrator_jobs", "document.protected"),
    ],
)
def test_two_claimers_never_share_a_job(
    reference_database: ReferenceDatabase, role: str, claim: str, kind: str
) -> None:
    owner = reference_database.connect()
    (entity,) = owner.execute(
        "INSERT INTO document_entities (owner_id, title) VALUES (gen_random_uuid(), '') RETURNING id"
    ).fetchall()
    for _ in range(5):
        owner.execute("SELECT append_document_entity_event(%s, %s, %s, NULL)", (*entity, kind, uuid4()))
    first, second, third = (reference_database.connect(role) for _ in range(3))
    for connection in (first, second, third):
        connection.execute("SET statement_timeout = '5s'")  # nobody waits for anybody
    with first.transaction(), second.transaction(), third.transaction():
        claimed = [
            {job for (job,) in connection.execute(f"SELECT id FROM {claim}(%s, %s)", (limit, name)).fetchall()}
            for connection, limit, name in ((first, 2, "a"), (second, 10, "b"), (third, 10, "c"))
        ]
    assert [len(jobs_of_one) for jobs_of_one in claimed] == [2, 3, 0]
    assert len(claimed[0] | claimed[1]) == 5


def test_a_failing_job_waits_and_dies(reference_database: ReferenceDatabase) -> None:
    owner = reference_database.connect()
    decider = reference_database.connect("decision_worker")
    correlation, _ = request(reference_database.connect("app_gateway"), uuid4(), uuid4())

    def refuse(job: jobs.Job) -> jobs.Event:
        raise ValueError("not today")

    for attempt in range(1, 6):
        with decider.cursor(row_factory=class_row(jobs.Job)) as cursor:
            (job,) = cursor.execute(
                """
                SELECT id, entity_id, type, correlation_id, trace_id, payload
                  FROM claim_initial_decision_jobs(1, 'w')
                """
            ).fetchall()
        status = jobs.execute(decider, job, "w", {"protect_document_v2": refuse})
        assert status == ("queued" if attempt < 5 else "dead")
        wait = owner.execute(
            """
            SELECT extract(epoch FROM j.available_at - r.finished_at)
              FROM executor_jobs AS j JOIN executor_job_runs AS r ON r.job_id = j.id ORDER BY r.id DESC LIMIT 1
            """
        ).fetchone()
        assert wait == (2**attempt,)
        owner.execute("UPDATE executor_jobs SET available_at = now() + interval '1 minute'")
        assert decision.run_once(decider, "w") == []
        owner.execute("UPDATE executor_jobs SET available_at = now()")
    assert decision.run_once(decider, "w") == []
    assert queue(owner, correlation) == [("protect_document_v2", "dead", 5)]
    runs = owner.execute("SELECT status, error, correlation_id FROM executor_job_runs").fetchall()
    assert runs == [("failed", "ValueError: not today", correlation)] * 5
    # Not one of the five attempts left an event behind.
    assert owner.execute("SELECT jsonb_array_length(events) FROM document_entities").fetchone() == (1,)


def test_the_job_of_a_lost_worker_is_taken_back(reference_database: ReferenceDatabase) -> None:
    owner = reference_database.connect()
    lost = reference_database.connect("orchestrator_worker")
    executor = reference_database.connect("orchestrator_worker")
    correlation, _ = request(reference_database.connect("app_gateway"), uuid4(), uuid4())
    decision.run_once(reference_database.connect("decision_worker"), "w")

    claimed = lost.execute("SELECT id FROM claim_orchestrator_jobs(1, 'lost')").fetchone()
    assert claimed is not None
    lost.execute(
        "INSERT INTO executor_job_runs (job_id, worker, correlation_id) VALUES (%s, 'lost', %s)",
        (claimed[0], correlation),
    )
    owner.execute("UPDATE executor_jobs SET heartbeat_at = now() - interval '1 hour' WHERE status = 'running'")
    heartbeat = "SELECT heartbeat_executor_job(%s, %s)"
    assert executor.execute(heartbeat, (claimed[0], "somebody else")).fetchone() == (False,)
    assert lost.execute(heartbeat, (claimed[0], "lost")).fetchone() == (True,)
    assert orchestrator.run_once(executor, "next") == []  # it was alive after all

    owner.execute("UPDATE executor_jobs SET heartbeat_at = now() - interval '1 hour' WHERE status = 'running'")
    assert [job.id for job in orchestrator.run_once(executor, "next")] == [claimed[0]]
    runs = owner.execute(
        "SELECT worker, status, error FROM executor_job_runs WHERE job_id = %s ORDER BY id", claimed
    ).fetchall()
    assert runs == [("lost", "abandoned", "no heartbeat"), ("next", "succeeded", None)]
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="is not held by lost"):
        lost.execute("SELECT finish_executor_job(%s, 'lost')", claimed)


def test_a_job_has_one_open_run(reference_database: ReferenceDatabase) -> None:
    request(reference_database.connect("app_gateway"), uuid4(), uuid4())
    worker = reference_database.connect("decision_worker")
    (job,) = worker.execute("SELECT id FROM claim_initial_decision_jobs(1, 'w')").fetchall()
    insert = "INSERT INTO executor_job_runs (job_id, worker, correlation_id) VALUES (%s, 'w', gen_random_uuid())"
    worker.execute(insert, job)
    with pytest.raises(psycopg.errors.UniqueViolation, match="executor_job_runs_open_key"):
        worker.execute(insert, job)


def test_owners_see_their_own(reference_database: ReferenceDatabase) -> None:
    gateway = reference_database.connect("app_gateway")
    mine, somebody = uuid4(), uuid4()
    entity = uuid4()
    request(gateway, entity, mine)
    request(gateway, uuid4(), somebody)
    everything = "SELECT id FROM document_entities"
    assert gateway.execute(everything).fetchall() == []
    gateway.execute("SELECT set_config('app.owner_id', %s, false)", (str(mine),))
    assert gateway.execute(everything).fetchall() == [(entity,)]
    assert len(reference_database.connect("decision_worker").execute(everything).fetchall()) == 2
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="belongs to somebody else"):
        request(gateway, entity, somebody)


def test_a_broken_projection_does_not_stop_the_authority(reference_database: ReferenceDatabase) -> None:
    owner = reference_database.connect()
    owner.execute("ALTER TABLE user_documents RENAME TO gone")
    gateway = reference_database.connect("app_gateway")
    warnings: list[str | None] = []
    gateway.add_notice_handler(lambda notice: warnings.append(notice.message_primary))
    entity = uuid4()
    correlation, _ = request(gateway, entity, uuid4())
    assert queue(owner, correlation) == [("protect_document_v2", "queued", 0)]
    assert warnings == [f'user_documents does not follow {entity}: relation "user_documents" does not exist']


def test_those_on_duty_see_the_backlog(reference_database: ReferenceDatabase) -> None:
    gateway = reference_database.connect("app_gateway")
    for _ in range(2):
        request(gateway, uuid4(), uuid4())
    duty = reference_database.connect("ops_reader")
    backlog = duty.execute("SELECT type, status, jobs FROM ops.queue_backlog").fetchall()
    assert backlog == [("protect_document_v2", "queued", 2)]
    (scheduled,) = duty.execute("SELECT statement FROM ops.schedules WHERE enabled").fetchall()
    assert reference_database.connect("orchestrator_worker").execute(scheduled[0]).fetchone() == (0,)
