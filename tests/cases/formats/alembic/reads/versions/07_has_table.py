import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "07"
down_revision = "06"


def upgrade():
    op.execute("CREATE TABLE t_07 ()")
    if not op.get_bind().dialect.has_table(op.get_bind(), "x"):
        return
    op.execute("CREATE TABLE not_reached_07 ()")
