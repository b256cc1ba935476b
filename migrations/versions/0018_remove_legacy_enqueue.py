"""the old ways into the queue end

Revision ID: 0018
Revises: 0017
Create Date: 2025-02-17 10:50:00

legacy_enqueue_counts had stayed at zero for thirty days.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS on_user_document_status_change ON public.user_documents")
    op.execute("DROP FUNCTION IF EXISTS public.enqueue_from_user_document()")
    op.execute("DROP FUNCTION IF EXISTS public.enqueue_document_job(uuid, text)")
    op.execute("DROP FUNCTION IF EXISTS public.count_legacy_enqueue(text, uuid)")
    op.drop_table("legacy_enqueue_counts")
    # Screens read the projection; nobody but the projection writes it.
    op.execute("REVOKE INSERT, UPDATE ON public.user_documents FROM app_gateway")


def downgrade() -> None:
    op.execute("GRANT INSERT, UPDATE ON public.user_documents TO app_gateway")
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
        CREATE FUNCTION enqueue_document_job(p_document_id uuid, p_type text) RETURNS bigint
        LANGUAGE sql AS $$
            SELECT count_legacy_enqueue('legacy_direct', p_document_id);
            INSERT INTO executor_jobs (entity_id, type, enqueue_source)
            VALUES (p_document_id, p_type, 'legacy_direct') RETURNING id
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION enqueue_from_user_document() RETURNS trigger
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
        CREATE TRIGGER on_user_document_status_change
        AFTER INSERT OR UPDATE OF status ON user_documents
        FOR EACH ROW EXECUTE FUNCTION enqueue_from_user_document()
        """
    )
