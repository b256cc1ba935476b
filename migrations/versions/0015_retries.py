"""failed jobs wait before they are tried again

Revision ID: 0015
Revises: 0014
Create Date: 2024-09-30 12:18:29
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "executor_jobs",
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.drop_index("ix_executor_jobs_claimable", table_name="executor_jobs")
    op.create_index(
        "ix_executor_jobs_claimable",
        "executor_jobs",
        ["type", "available_at"],
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
                 WHERE q.status = 'queued' AND q.type = 'protect_document_v2' AND q.available_at <= now()
                 ORDER BY q.available_at, q.id
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
        CREATE OR REPLACE FUNCTION public.claim_orchestrator_jobs(p_limit integer, p_worker text)
        RETURNS SETOF public.executor_jobs
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        BEGIN
            RETURN QUERY
            WITH picked AS MATERIALIZED (
                SELECT q.id FROM executor_jobs AS q
                 WHERE q.status = 'queued' AND q.type IN ('run_tsa', 'submit_anchor')
                   AND q.available_at <= now()
                 ORDER BY q.available_at, q.id
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
        CREATE OR REPLACE FUNCTION public.finish_executor_job(
            p_job_id bigint, p_worker text, p_error text DEFAULT NULL
        ) RETURNS text
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
                   -- 2, 4, 8, 16 seconds
                   available_at = now() + make_interval(secs => 2 ^ j.attempts),
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


def downgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION public.finish_executor_job(
            p_job_id bigint, p_worker text, p_error text DEFAULT NULL
        ) RETURNS text
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
        CREATE OR REPLACE FUNCTION public.claim_orchestrator_jobs(p_limit integer, p_worker text)
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
    op.drop_index("ix_executor_jobs_claimable", table_name="executor_jobs")
    op.create_index(
        "ix_executor_jobs_claimable",
        "executor_jobs",
        ["type", "created_at"],
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.drop_column("executor_jobs", "available_at")
