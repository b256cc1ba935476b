"""x2"""

from alembic import op
import sqlalchemy as sa

revision = "x2"
down_revision = "x1"
branch_labels = None
depends_on = ("b2",)


def upgrade():
    op.execute("CREATE TABLE t_x2 ()")


def downgrade():
    op.execute("DROP TABLE t_x2")
