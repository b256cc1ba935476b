"""e5"""

from alembic import op
import sqlalchemy as sa

revision = "e5"
down_revision = "d4"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_e5 ()")


def downgrade():
    op.execute("DROP TABLE t_e5")
