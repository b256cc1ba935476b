"""x1"""

from alembic import op
import sqlalchemy as sa

revision = "x1"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_x1 ()")


def downgrade():
    op.execute("DROP TABLE t_x1")
