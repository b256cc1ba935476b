"""who put a job into the queue: the compat period begins

Revision ID: 0009
Revises: 0008
Create Date: 2024-04-16 09:20:02
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "executor_jobs", sa.Column("enqueue_source", sa.Text(), nullable=False, server_default="listener")
    )
    op.create_check_constraint(
        "executor_jobs_enqueue_source_check",
        "executor_jobs",
        "enqueue_source IN ('listener', 'legacy_trigger', 'legacy_direct')",
    )
    # Until here there was no listener that worked: what is in the queue came the old ways.
    op.execute(
        """
        UPDATE executor_jobs
           SET enqueue_source = CASE WHEN dedupe_key IS NULL THEN 'legacy_direct' ELSE 'legacy_trigger' END
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
    op.execute(
        """
        CREATE OR REPLACE FUNCTION enqueue_document_job(p_document_id uuid, p_type text) RETURNS bigint
        LANGUAGE sql AS $$
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
            INSERT INTO executor_jobs (entity_id, type) VALUES (p_document_id, p_type) RETURNING id
        $$
        """
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION enqueue_from_user_document() RETURNS trigger
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
    op.drop_constraint("executor_jobs_enqueue_source_check", "executor_jobs", type_="check")
    op.drop_column("executor_jobs", "enqueue_source")
