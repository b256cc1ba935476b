"""b2"""

from alembic import op
import sqlalchemy as sa

revision = "b2"
down_revision = "a1"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_b2 ()")


def downgrade():
    op.execute("DROP TABLE t_b2")
