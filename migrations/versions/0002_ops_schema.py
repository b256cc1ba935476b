"""ops schema, schedules, schema grants

Revision ID: 0002
Revises: 0001
Create Date: 2024-02-05 10:40:03
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA ops")
    op.execute("GRANT USAGE ON SCHEMA public TO decision_worker, orchestrator_worker, app_gateway")
    op.execute("GRANT USAGE ON SCHEMA ops TO ops_reader")
    # What is made in ops from now on can be read by those on duty, without a grant of its own.
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA ops GRANT SELECT ON TABLES TO ops_reader")
    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("every", sa.Interval(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.true()),
        schema="ops",
        comment="What the scheduler calls, and how often",
    )


def downgrade() -> None:
    op.drop_table("schedules", schema="ops")
    op.execute("ALTER DEFAULT PRIVILEGES IN SCHEMA ops REVOKE SELECT ON TABLES FROM ops_reader")
    op.execute("DROP SCHEMA ops")
    op.execute("REVOKE USAGE ON SCHEMA public FROM decision_worker, orchestrator_worker, app_gateway")
