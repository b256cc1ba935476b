"""the listener: events become jobs

Revision ID: 0008
Revises: 0007
Create Date: 2024-04-15 16:48:11
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION public.process_document_entity_events() RETURNS trigger
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
    )
    op.execute("REVOKE EXECUTE ON FUNCTION public.process_document_entity_events() FROM PUBLIC")
    op.execute(
        """
        CREATE TRIGGER on_document_entity_events_change
        AFTER UPDATE OF events ON public.document_entities
        FOR EACH ROW EXECUTE FUNCTION public.process_document_entity_events()
        """
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER on_document_entity_events_change ON public.document_entities")
    op.execute("DROP FUNCTION public.process_document_entity_events()")
