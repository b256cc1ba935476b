import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "05"
down_revision = "04"


def upgrade():
    op.execute("CREATE TABLE t_05 ()")
    try:
        op.get_bind().execute(sa.text("SELECT 1")).scalar_one()
    except:
        pass
    op.execute("CREATE TABLE not_reached_05 ()")
