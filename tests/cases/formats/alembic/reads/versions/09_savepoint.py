import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "09"
down_revision = "08"


def upgrade():
    op.execute("CREATE TABLE t_09 ()")
    with op.get_bind().begin_nested():
        op.execute("SELECT 1")
    op.execute("CREATE TABLE not_reached_09 ()")
