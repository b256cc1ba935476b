import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "02"
down_revision = "01"


def upgrade():
    op.execute("CREATE TABLE t_02 ()")
    op.get_bind().execute(sa.text("SELECT 1")).fetchall()
    op.execute("CREATE TABLE not_reached_02 ()")
