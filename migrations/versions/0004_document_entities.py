"""document entities: append-only events

Revision ID: 0004
Revises: 0003
Create Date: 2024-03-18 11:22:50
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_entities",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("events", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.CheckConstraint("jsonb_typeof(events) = 'array'", name="document_entities_events_array"),
    )
    op.create_index("ix_document_entities_owner_id", "document_entities", ["owner_id"])
    op.execute("COMMENT ON COLUMN document_entities.events IS 'What happened, oldest first. The only authority.'")

    op.execute(
        """
        CREATE FUNCTION public.guard_document_entity_events() RETURNS trigger
        LANGUAGE plpgsql
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            kept jsonb;
        BEGIN
            IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
                RAISE EXCEPTION 'document_entities is append-only: % refused', TG_OP
                    USING ERRCODE = 'restrict_violation';
            END IF;
            -- The first events of the new array must be the whole old array, in the same order.
            SELECT coalesce(jsonb_agg(element ORDER BY ordinal), '[]'::jsonb)
              INTO kept
              FROM jsonb_array_elements(NEW.events) WITH ORDINALITY AS e(element, ordinal)
             WHERE ordinal <= jsonb_array_length(OLD.events);
            IF NEW.id IS DISTINCT FROM OLD.id OR kept IS DISTINCT FROM OLD.events THEN
                RAISE EXCEPTION 'events of document entity % are append-only', OLD.id
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER guard_document_entity_events
        BEFORE UPDATE OR DELETE ON public.document_entities
        FOR EACH ROW EXECUTE FUNCTION public.guard_document_entity_events()
        """
    )
    op.execute(
        """
        CREATE TRIGGER guard_document_entity_truncate
        BEFORE TRUNCATE ON public.document_entities
        FOR EACH STATEMENT EXECUTE FUNCTION public.guard_document_entity_events()
        """
    )

    op.execute(
        """
        CREATE FUNCTION public.append_document_entity_event(
            p_entity_id uuid,
            p_kind text,
            p_correlation_id uuid,
            p_trace_id text,
            p_payload jsonb DEFAULT '{}'::jsonb
        ) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            events_now integer;
        BEGIN
            IF p_kind IS NULL OR p_correlation_id IS NULL THEN
                RAISE EXCEPTION 'an event needs a kind and a correlation id'
                    USING ERRCODE = 'null_value_not_allowed';
            END IF;
            -- The row lock puts concurrent writers of one entity in a line.
            UPDATE document_entities AS d
               SET events = d.events || jsonb_build_array(jsonb_build_object(
                       'kind', p_kind,
                       'at', clock_timestamp(),
                       'correlation_id', p_correlation_id,
                       'trace_id', p_trace_id,
                       'payload', coalesce(p_payload, '{}'::jsonb))),
                   updated_at = now()
             WHERE d.id = p_entity_id
            RETURNING jsonb_array_length(d.events) INTO events_now;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'no document entity %', p_entity_id USING ERRCODE = 'no_data_found';
            END IF;
            RETURN events_now;
        END
        $$
        """
    )
    op.execute(
        """
        REVOKE EXECUTE ON FUNCTION public.append_document_entity_event(uuid, text, uuid, text, jsonb) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION public.append_document_entity_event(uuid, text, uuid, text, jsonb)
            TO decision_worker, orchestrator_worker;
        """
    )
    op.execute("GRANT SELECT ON public.document_entities TO decision_worker, orchestrator_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION public.append_document_entity_event(uuid, text, uuid, text, jsonb)")
    op.drop_table("document_entities")
    op.execute("DROP FUNCTION public.guard_document_entity_events()")
