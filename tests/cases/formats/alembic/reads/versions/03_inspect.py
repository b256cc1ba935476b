import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "03"
down_revision = "02"


def upgrade():
    op.execute("CREATE TABLE t_03 ()")
    if "x" in sa.inspect(op.get_bind()).get_table_names():
        return
    op.execute("CREATE TABLE not_reached_03 ()")
