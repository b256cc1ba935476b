"""the gateway asks by event; owners see their own

Revision ID: 0013
Revises: 0012
Create Date: 2024-07-22 14:26:10
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION public.request_document_protection(
            p_entity_id uuid,
            p_owner_id uuid,
            p_title text,
            p_correlation_id uuid,
            p_trace_id text
        ) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER
        SET search_path TO 'public', 'pg_temp'
        AS $$
        BEGIN
            INSERT INTO document_entities (id, owner_id, title)
            VALUES (p_entity_id, p_owner_id, p_title)
            ON CONFLICT (id) DO NOTHING;
            IF NOT EXISTS (SELECT FROM document_entities AS d
                            WHERE d.id = p_entity_id AND d.owner_id = p_owner_id) THEN
                RAISE EXCEPTION 'document entity % belongs to somebody else', p_entity_id
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN append_document_entity_event(
                p_entity_id, 'document.protected.requested', p_correlation_id, p_trace_id);
        END
        $$
        """
    )
    op.execute(
        """
        REVOKE EXECUTE ON FUNCTION public.request_document_protection(uuid, uuid, text, uuid, text) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION public.request_document_protection(uuid, uuid, text, uuid, text) TO app_gateway;
        """
    )
    op.execute("GRANT SELECT ON public.document_entities TO app_gateway")
    op.execute("ALTER TABLE public.document_entities ENABLE ROW LEVEL SECURITY")
    op.execute(
        """
        CREATE POLICY document_entities_owner_reads ON public.document_entities
            FOR SELECT TO app_gateway
            USING (owner_id = nullif(current_setting('app.owner_id', true), '')::uuid)
        """
    )
    op.execute(
        """
        CREATE POLICY document_entities_workers_read ON public.document_entities
            FOR SELECT TO decision_worker, orchestrator_worker
            USING (true)
        """
    )


def downgrade() -> None:
    op.execute("DROP POLICY document_entities_workers_read ON public.document_entities")
    op.execute("DROP POLICY document_entities_owner_reads ON public.document_entities")
    op.execute("ALTER TABLE public.document_entities DISABLE ROW LEVEL SECURITY")
    op.execute("REVOKE SELECT ON public.document_entities FROM app_gateway")
    op.execute("DROP FUNCTION public.request_document_protection(uuid, uuid, text, uuid, text)")
