import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "11"
down_revision = "10"


def upgrade():
    op.execute("CREATE TABLE t_11 ()")
    raise ValueError("not today")
    op.execute("CREATE TABLE not_reached_11 ()")
