"""fix the listener: dedupe_key was a variable and a column

Revision ID: 0010
Revises: 0009
Create Date: 2024-04-16 11:02:58

Every append failed with `column reference "dedupe_key" is ambiguous`: in ON CONFLICT (dedupe_key) the name
could be the variable or the column. The variable is now called job_key.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# PostgreSQL keeps a body as it is written, so the blanks of 0008 are kept too.
FIXED = """
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

AMBIGUOUS = """
        CREATE OR REPLACE FUNCTION public.process_document_entity_events() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            event jsonb;
            job_type text;
            dedupe_key text;
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
                dedupe_key := concat_ws(':', NEW.id, job_type, event ->> 'correlation_id');
                INSERT INTO executor_jobs (entity_id, type, payload, dedupe_key, correlation_id, trace_id)
                VALUES (NEW.id, job_type, event -> 'payload', dedupe_key,
                        (event ->> 'correlation_id')::uuid, event ->> 'trace_id')
                ON CONFLICT (dedupe_key) WHERE dedupe_key IS NOT NULL DO NOTHING;
            END LOOP;
            RETURN NULL;
        END
        $$
"""


def upgrade() -> None:
    op.execute(FIXED)


def downgrade() -> None:
    op.execute(AMBIGUOUS)
