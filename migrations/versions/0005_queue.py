"""the queue

Revision ID: 0005
Revises: 0004
Create Date: 2024-03-20 08:55:19
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "executor_jobs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, server_default="queued"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("payload", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("dedupe_key", sa.Text()),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("last_error", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "type IN ('protect_document_v2', 'run_tsa', 'submit_anchor')", name="executor_jobs_type_check"
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'dead')", name="executor_jobs_status_check"
        ),
        comment="The only queue",
    )
    op.create_index(
        "executor_jobs_dedupe_key_key",
        "executor_jobs",
        ["dedupe_key"],
        unique=True,
        postgresql_where=sa.text("dedupe_key IS NOT NULL"),
    )
    op.create_index("ix_executor_jobs_entity_id", "executor_jobs", ["entity_id"])
    op.execute("GRANT SELECT, INSERT ON executor_jobs TO app_gateway")
    op.execute("GRANT SELECT, UPDATE ON executor_jobs TO decision_worker, orchestrator_worker")

    op.execute(
        """
        CREATE FUNCTION public.claim_initial_decision_jobs(p_limit integer, p_worker text)
        RETURNS SETOF public.executor_jobs
        LANGUAGE sql
        AS $$
            UPDATE executor_jobs
               SET status = 'running', claimed_by = p_worker, claimed_at = now(), attempts = attempts + 1
             WHERE id IN (SELECT id FROM executor_jobs
                           WHERE status = 'queued' AND type = 'protect_document_v2'
                           ORDER BY id LIMIT p_limit FOR UPDATE)
            RETURNING *
        $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION public.claim_initial_decision_jobs(integer, text)")
    op.drop_table("executor_jobs")
