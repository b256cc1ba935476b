import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "12"
down_revision = "11"


def upgrade():
    op.execute("CREATE TABLE t_12 ()")
    raise SystemExit(3)
    op.execute("CREATE TABLE not_reached_12 ()")
