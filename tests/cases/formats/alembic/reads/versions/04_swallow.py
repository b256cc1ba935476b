import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "04"
down_revision = "03"


def upgrade():
    op.execute("CREATE TABLE t_04 ()")
    try:
        op.get_bind().execute(sa.text("SELECT 1")).scalar_one()
    except Exception:
        pass
    op.execute("CREATE TABLE not_reached_04 ()")
