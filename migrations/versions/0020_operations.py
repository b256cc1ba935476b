"""backlog view and the schedule of the reclaim

Revision ID: 0020
Revises: 0019
Create Date: 2025-03-03 13:33:07
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE VIEW ops.queue_backlog AS
        SELECT j.type, j.status, count(*) AS jobs, min(j.created_at) AS oldest
          FROM public.executor_jobs AS j
         WHERE j.status IN ('queued', 'running')
         GROUP BY j.type, j.status
        """
    )
    op.bulk_insert(
        sa.table(
            "schedules",
            sa.column("name", sa.Text()),
            sa.column("every", sa.Interval()),
            sa.column("statement", sa.Text()),
            schema="ops",
        ),
        [
            {
                "name": "reclaim-stale-jobs",
                "every": timedelta(minutes=1),
                "statement": "SELECT public.reclaim_stale_jobs(interval '5 minutes')",
            }
        ],
    )


def downgrade() -> None:
    op.execute("DELETE FROM ops.schedules WHERE name = 'reclaim-stale-jobs'")
    op.execute("DROP VIEW ops.queue_backlog")
