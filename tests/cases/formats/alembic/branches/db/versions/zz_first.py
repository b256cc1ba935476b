"""a1"""

from alembic import op
import sqlalchemy as sa

revision = "a1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_a1 ()")


def downgrade():
    op.execute("DROP TABLE t_a1")
