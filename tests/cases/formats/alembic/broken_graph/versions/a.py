"""a"""

from alembic import op
import sqlalchemy as sa

revision = "a"
down_revision = "gone"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_a ()")


def downgrade():
    op.execute("DROP TABLE t_a")
