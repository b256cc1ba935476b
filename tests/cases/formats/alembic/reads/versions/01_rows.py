import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "01"
down_revision = None


def upgrade():
    op.execute("CREATE TABLE t_01 ()")
    for row in op.get_bind().execute(sa.text("SELECT id FROM t_01")):
        op.execute(f"INSERT INTO t_01 VALUES ({row.id})")
    op.execute("CREATE TABLE not_reached_01 ()")
