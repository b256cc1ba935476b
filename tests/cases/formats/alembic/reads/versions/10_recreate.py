import sqlalchemy as sa
from alembic import op
from sqlalchemy import orm

revision = "10"
down_revision = "09"


def upgrade():
    op.execute("CREATE TABLE t_10 ()")
    with op.batch_alter_table("x", recreate="always") as batch_op:
        batch_op.drop_column("y")
    op.execute("CREATE TABLE not_reached_10 ()")
