"""enqueue from user documents

Revision ID: 0006
Revises: 0005
Create Date: 2024-03-20 17:31:08
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION enqueue_from_user_document() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.status = 'protection_requested' THEN
                INSERT INTO executor_jobs (entity_id, type, dedupe_key)
                VALUES (NEW.id, 'protect_document_v2', concat_ws(':', NEW.id, 'protect_document_v2'))
                ON CONFLICT DO NOTHING;
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
    # For the admin page: put any job of a document into the queue.
    op.execute(
        """
        CREATE FUNCTION enqueue_document_job(p_document_id uuid, p_type text) RETURNS bigint
        LANGUAGE sql AS $$
            INSERT INTO executor_jobs (entity_id, type) VALUES (p_document_id, p_type) RETURNING id
        $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION enqueue_document_job(uuid, text)")
    op.execute("DROP TRIGGER on_user_document_status_change ON user_documents")
    op.execute("DROP FUNCTION enqueue_from_user_document()")
