"""f6"""

from alembic import op
import sqlalchemy as sa

revision = "f6"
down_revision = "d4"
branch_labels = None
depends_on = "x1"


def upgrade():
    op.execute("CREATE TABLE t_f6 ()")


def downgrade():
    op.execute("DROP TABLE t_f6")
