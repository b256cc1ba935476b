"""extensions and roles

Revision ID: 0001
Revises:
Create Date: 2024-02-05 09:12:44
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
    # Roles belong to the cluster: another database may have made them already.
    op.execute(
        """
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'decision_worker') THEN
                CREATE ROLE decision_worker NOLOGIN;
            END IF;
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orchestrator_worker') THEN
                CREATE ROLE orchestrator_worker NOLOGIN;
            END IF;
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_gateway') THEN
                CREATE ROLE app_gateway NOLOGIN;
            END IF;
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'ops_reader') THEN
                CREATE ROLE ops_reader NOLOGIN;
            END IF;
        END
        $$
        """
    )


def downgrade() -> None:
    # The roles stay: other databases of the cluster may use them.
    op.execute("DROP EXTENSION IF EXISTS pg_trgm")
