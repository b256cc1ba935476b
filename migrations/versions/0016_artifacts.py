"""an anchored document gets an artifact

Revision ID: 0016
Revises: 0015
Create Date: 2024-11-12 16:05:40
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("executor_jobs_type_check", "executor_jobs", type_="check")
    op.create_check_constraint(
        "executor_jobs_type_check",
        "executor_jobs",
        "type IN ('protect_document_v2', 'run_tsa', 'submit_anchor', 'build_artifact')",
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION public.process_document_entity_events() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            event jsonb;
            job_type text;
            job_key text;
        BEGIN
            FOR event IN
                SELECT e.element
                  FROM jsonb_array_elements(NEW.events) WITH ORDINALITY AS e(element, ordinal)
                 WHERE e.ordinal > jsonb_array_length(OLD.events)
                 ORDER BY e.ordinal
            LOOP
                job_type := CASE event ->> 'kind'
                    WHEN 'document.protected.requested' THEN 'protect_document_v2'
                    WHEN 'document.protected' THEN 'run_tsa'
                    WHEN 'tsa.confirmed' THEN 'submit_anchor'
                    WHEN 'anchor.confirmed' THEN 'build_artifact'
                END;
                CONTINUE WHEN job_type IS NULL;
                job_key := concat_ws(':', NEW.id, job_type, event ->> 'correlation_id');
                INSERT INTO executor_jobs (entity_id, type, payload, dedupe_key, correlation_id, trace_id,
                                           enqueue_source)
                VALUES (NEW.id, job_type, event -> 'payload', job_key,
                        (event ->> 'correlation_id')::uuid, event ->> 'trace_id', 'listener')
                ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
            END LOOP;
            RETURN NULL;
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
                 WHERE q.status = 'queued' AND q.type IN ('run_tsa', 'submit_anchor', 'build_artifact')
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


def downgrade() -> None:
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
        CREATE OR REPLACE FUNCTION public.process_document_entity_events() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            event jsonb;
            job_type text;
            job_key text;
        BEGIN
            FOR event IN
                SELECT e.element
                  FROM jsonb_array_elements(NEW.events) WITH ORDINALITY AS e(element, ordinal)
                 WHERE e.ordinal > jsonb_array_length(OLD.events)
                 ORDER BY e.ordinal
            LOOP
                job_type := CASE event ->> 'kind'
                    WHEN 'document.protected.requested' THEN 'protect_document_v2'
                    WHEN 'document.protected' THEN 'run_tsa'
                    WHEN 'tsa.confirmed' THEN 'submit_anchor'
                END;
                CONTINUE WHEN job_type IS NULL;
                job_key := concat_ws(':', NEW.id, job_type, event ->> 'correlation_id');
                INSERT INTO executor_jobs (entity_id, type, payload, dedupe_key, correlation_id, trace_id)
                VALUES (NEW.id, job_type, event -> 'payload', job_key,
                        (event ->> 'correlation_id')::uuid, event ->> 'trace_id')
                ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
            END LOOP;
            RETURN NULL;
        END
        $$
        """
    )
    # The older code knows no such job.
    op.execute(
        """
        DELETE FROM executor_job_runs AS r
         USING executor_jobs AS j
         WHERE j.id = r.job_id AND j.type = 'build_artifact'
        """
    )
    op.execute("DELETE FROM executor_jobs WHERE type = 'build_artifact'")
    op.drop_constraint("executor_jobs_type_check", "executor_jobs", type_="check")
    op.create_check_constraint(
        "executor_jobs_type_check", "executor_jobs", "type IN ('protect_document_v2', 'run_tsa', 'submit_anchor')"
    )
