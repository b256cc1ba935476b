import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "06"
down_revision = "05"


def upgrade():
    op.execute("CREATE TABLE t_06 ()")
    orm.Session(bind=op.get_bind()).query(sa.literal(1)).all()
    op.execute("CREATE TABLE not_reached_06 ()")
