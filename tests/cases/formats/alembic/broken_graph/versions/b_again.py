"""b"""

from alembic import op
import sqlalchemy as sa

revision = "b"
down_revision = "a"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_b ()")


def downgrade():
    op.execute("DROP TABLE t_b")
