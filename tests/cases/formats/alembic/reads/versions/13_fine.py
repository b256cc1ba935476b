import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "13"
down_revision = "12"


def upgrade():
    op.execute("CREATE TABLE t_13 ()")

    op.execute("CREATE TABLE not_reached_13 ()")
