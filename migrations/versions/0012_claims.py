"""scoped claims, heartbeat, stale jobs

Revision ID: 0012
Revises: 0011
Create Date: 2024-06-03 10:15:33

Two workers took each other's jobs, and a lost worker kept its jobs for ever. From here a worker reaches the
queue through functions only, each scoped to the job types of one role.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("executor_jobs", sa.Column("heartbeat_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_executor_jobs_claimable",
        "executor_jobs",
        ["type", "created_at"],
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION public.claim_initial_decision_jobs(p_limit integer, p_worker text)
        RETURNS SETOF public.executor_jobs
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        BEGIN
            RETURN QUERY
            WITH picked AS MATERIALIZED (
                SELECT q.id FROM executor_jobs AS q
                 WHERE q.status = 'queued' AND q.type = 'protect_document_v2'
                 ORDER BY q.created_at, q.id
                 LIMIT p_limit
                   FOR UPDATE SKIP LOCKED
            )
            UPDATE executor_jobs AS j
               SET status = 'running', attempts = j.attempts + 1,
                   claimed_by = p_worker, claimed_at = now(), heartbeat_at = now()
              FROM picked
             WHERE j.id = picked.id
            RETURNING j.*;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION public.claim_orchestrator_jobs(p_limit integer, p_worker text)
        RETURNS SETOF public.executor_jobs
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        BEGIN
            RETURN QUERY
            WITH picked AS MATERIALIZED (
                SELECT q.id FROM executor_jobs AS q
                 WHERE q.status = 'queued' AND q.type IN ('run_tsa', 'submit_anchor')
                 ORDER BY q.created_at, q.id
                 LIMIT p_limit
                   FOR UPDATE SKIP LOCKED
            )
            UPDATE executor_jobs AS j
               SET status = 'running', attempts = j.attempts + 1,
                   claimed_by = p_worker, claimed_at = now(), heartbeat_at = now()
              FROM picked
             WHERE j.id = picked.id
            RETURNING j.*;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION public.heartbeat_executor_job(p_job_id bigint, p_worker text) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        BEGIN
            UPDATE executor_jobs
               SET heartbeat_at = now()
             WHERE id = p_job_id AND claimed_by = p_worker AND status = 'running';
            RETURN FOUND;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION public.finish_executor_job(p_job_id bigint, p_worker text, p_error text DEFAULT NULL)
        RETURNS text
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            new_status text;
        BEGIN
            UPDATE executor_jobs AS j
               SET status = CASE WHEN p_error IS NULL THEN 'succeeded'
                                 WHEN j.attempts >= 5 THEN 'dead'
                                 ELSE 'queued' END,
                   finished_at = CASE WHEN p_error IS NULL OR j.attempts >= 5 THEN now() END,
                   last_error = p_error
             WHERE j.id = p_job_id AND j.claimed_by = p_worker AND j.status = 'running'
            RETURNING j.status INTO new_status;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'job % is not held by %', p_job_id, p_worker
                    USING ERRCODE = 'object_not_in_prerequisite_state';
            END IF;
            RETURN new_status;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION public.reclaim_stale_jobs(p_older_than interval) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            reclaimed integer;
        BEGIN
            WITH stale AS MATERIALIZED (
                SELECT q.id FROM executor_jobs AS q
                 WHERE q.status = 'running' AND coalesce(q.heartbeat_at, q.claimed_at) < now() - p_older_than
                   FOR UPDATE SKIP LOCKED
            ), lost AS (
                UPDATE executor_job_runs AS r
                   SET status = 'abandoned', finished_at = now(), error = 'no heartbeat'
                  FROM stale
                 WHERE r.job_id = stale.id AND r.finished_at IS NULL
            )
            UPDATE executor_jobs AS j
               SET status = CASE WHEN j.attempts >= 5 THEN 'dead' ELSE 'queued' END,
                   finished_at = CASE WHEN j.attempts >= 5 THEN now() END,
                   last_error = 'no heartbeat of ' || j.claimed_by
              FROM stale
             WHERE j.id = stale.id;
            GET DIAGNOSTICS reclaimed = ROW_COUNT;
            RETURN reclaimed;
        END
        $$
        """
    )
    op.execute(
        """
        REVOKE EXECUTE ON FUNCTION
            public.claim_initial_decision_jobs(integer, text),
            public.claim_orchestrator_jobs(integer, text),
            public.heartbeat_executor_job(bigint, text),
            public.finish_executor_job(bigint, text, text),
            public.reclaim_stale_jobs(interval)
        FROM PUBLIC
        """
    )
    op.execute("GRANT EXECUTE ON FUNCTION public.claim_initial_decision_jobs(integer, text) TO decision_worker")
    op.execute("GRANT EXECUTE ON FUNCTION public.claim_orchestrator_jobs(integer, text) TO orchestrator_worker")
    op.execute(
        """
        GRANT EXECUTE ON FUNCTION
            public.heartbeat_executor_job(bigint, text),
            public.finish_executor_job(bigint, text, text)
        TO decision_worker, orchestrator_worker
        """
    )
    op.execute("GRANT EXECUTE ON FUNCTION public.reclaim_stale_jobs(interval) TO orchestrator_worker")
    op.execute("REVOKE SELECT, UPDATE ON public.executor_jobs FROM decision_worker, orchestrator_worker")


def downgrade() -> None:
    op.execute("GRANT SELECT, UPDATE ON public.executor_jobs TO decision_worker, orchestrator_worker")
    op.execute("DROP FUNCTION public.reclaim_stale_jobs(interval)")
    op.execute("DROP FUNCTION public.finish_executor_job(bigint, text, text)")
    op.execute("DROP FUNCTION public.heartbeat_executor_job(bigint, text)")
    op.execute("DROP FUNCTION public.claim_orchestrator_jobs(integer, text)")
    op.execute(
        """
        CREATE OR REPLACE FUNCTION public.claim_initial_decision_jobs(p_limit integer, p_worker text)
        RETURNS SETOF public.executor_jobs
        LANGUAGE sql
        AS $$
            UPDATE executor_jobs
               SET status = 'running', claimed_by = p_worker, claimed_at = now(), attempts = attempts + 1
             WHERE id IN (SELECT id FROM executor_jobs
                           WHERE status = 'queued' AND type = 'protect_document_v2'
                           ORDER BY id LIMIT p_limit FOR UPDATE)
            RETURNING *
        $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION public.claim_initial_decision_jobs(integer, text) FROM decision_worker")
    op.execute("GRANT EXECUTE ON FUNCTION public.claim_initial_decision_jobs(integer, text) TO PUBLIC")
    op.drop_index("ix_executor_jobs_claimable", table_name="executor_jobs")
    op.drop_column("executor_jobs", "heartbeat_at")
