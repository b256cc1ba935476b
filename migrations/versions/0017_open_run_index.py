"""a job has one open run at most

Revision ID: 0017
Revises: 0016
Create Date: 2025-01-14 08:37:22
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The table is in use: build the index without a lock, outside a transaction.
    with op.get_context().autocommit_block():
        op.execute(
            """
            CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS executor_job_runs_open_key
                ON public.executor_job_runs (job_id)
                WHERE finished_at IS NULL
            """
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS public.executor_job_runs_open_key")
