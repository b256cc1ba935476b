"""d4"""

from alembic import op
import sqlalchemy as sa

revision = "d4"
down_revision = ("b2", "c3")
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_d4 ()")


def downgrade():
    op.execute("DROP TABLE t_d4")
