import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "08"
down_revision = "07"


def upgrade():
    op.execute("CREATE TABLE t_08 ()")
    sa.Table("x", sa.MetaData(), autoload_with=op.get_bind())
    op.execute("CREATE TABLE not_reached_08 ()")
