"""user documents become a projection; the old writers are counted

Revision ID: 0014
Revises: 0013
Create Date: 2024-08-05 09:44:51

Events are the authority from here; user_documents follows them, for the screens that still read it. The two
old ways into the queue work on, but each use raises a warning and is counted, until the count stays at zero.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TYPE public.user_document_status ADD VALUE IF NOT EXISTS 'anchored'")
    op.execute("ALTER TYPE public.user_document_status ADD VALUE IF NOT EXISTS 'finalized'")
    op.execute(
        """
        CREATE FUNCTION public.project_user_document() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        DECLARE
            new_status user_document_status;
        BEGIN
            new_status := CASE NEW.events -> -1 ->> 'kind'
                WHEN 'document.protected.requested' THEN 'protection_requested'
                WHEN 'document.protected' THEN 'protected'
                WHEN 'anchor.confirmed' THEN 'anchored'
                WHEN 'artifact.finalized' THEN 'finalized'
            END;
            INSERT INTO user_documents AS u (id, owner_id, title, status)
            VALUES (NEW.id, NEW.owner_id, NEW.title, coalesce(new_status, 'draft'))
            ON CONFLICT (id) DO UPDATE
               SET status = coalesce(new_status, u.status), title = EXCLUDED.title, updated_at = now();
            RETURN NULL;
        EXCEPTION WHEN OTHERS THEN
            -- A projection is best effort: it must never stop the authority.
            RAISE WARNING 'user_documents does not follow %: %', NEW.id, SQLERRM;
            RETURN NULL;
        END
        $$
        """
    )
    op.execute("REVOKE EXECUTE ON FUNCTION public.project_user_document() FROM PUBLIC")
    op.execute(
        """
        CREATE TRIGGER project_user_document
        AFTER UPDATE OF events ON public.document_entities
        FOR EACH ROW EXECUTE FUNCTION public.project_user_document()
        """
    )

    op.create_table(
        "legacy_enqueue_counts",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True, server_default=sa.text("CURRENT_DATE")),
        sa.Column("enqueued", sa.BigInteger(), nullable=False),
    )
    op.execute(
        """
        CREATE FUNCTION public.count_legacy_enqueue(p_source text, p_entity_id uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        BEGIN
            INSERT INTO legacy_enqueue_counts AS c (source, enqueued) VALUES (p_source, 1)
            ON CONFLICT (source, day) DO UPDATE SET enqueued = c.enqueued + 1;
            RAISE WARNING 'legacy enqueue (%) of %: use request_document_protection()', p_source, p_entity_id;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION enqueue_from_user_document() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            -- Below another trigger it is the projection that writes, and the listener has enqueued.
            IF NEW.status = 'protection_requested' AND pg_trigger_depth() = 1 THEN
                INSERT INTO executor_jobs (entity_id, type, dedupe_key, enqueue_source)
                VALUES (NEW.id, 'protect_document_v2', concat_ws(':', NEW.id, 'protect_document_v2'),
                        'legacy_trigger')
                ON CONFLICT DO NOTHING;
                IF FOUND THEN
                    PERFORM count_legacy_enqueue('legacy_trigger', NEW.id);
                END IF;
            END IF;
            RETURN NULL;
        END
        $$
        """
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION enqueue_document_job(p_document_id uuid, p_type text) RETURNS bigint
        LANGUAGE sql AS $$
            SELECT count_legacy_enqueue('legacy_direct', p_document_id);
            INSERT INTO executor_jobs (entity_id, type, enqueue_source)
            VALUES (p_document_id, p_type, 'legacy_direct') RETURNING id
        $$
        """
    )


def downgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION enqueue_document_job(p_document_id uuid, p_type text) RETURNS bigint
        LANGUAGE sql AS $$
            INSERT INTO executor_jobs (entity_id, type, enqueue_source)
            VALUES (p_document_id, p_type, 'legacy_direct') RETURNING id
        $$
        """
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION enqueue_from_user_document() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status = 'protection_requested' THEN
                INSERT INTO executor_jobs (entity_id, type, dedupe_key, enqueue_source)
                VALUES (NEW.id, 'protect_document_v2', concat_ws(':', NEW.id, 'protect_document_v2'),
                        'legacy_trigger')
                ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
        END
        $$
        """
    )
    op.execute("DROP FUNCTION public.count_legacy_enqueue(text, uuid)")
    op.drop_table("legacy_enqueue_counts")
    op.execute("DROP TRIGGER project_user_document ON public.document_entities")
    op.execute("DROP FUNCTION public.project_user_document()")
    # PostgreSQL cannot take a value out of an enum: anchored and finalized stay, unused.
    op.execute("UPDATE user_documents SET status = 'protected' WHERE status::text IN ('anchored', 'finalized')")
