"""c3"""

from alembic import op
import sqlalchemy as sa

revision = "c3"
down_revision = "a1"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE t_c3 ()")


def downgrade():
    op.execute("DROP TABLE t_c3")
