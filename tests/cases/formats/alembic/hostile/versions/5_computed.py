import sys

from alembic import op

revision = str(2 + 3)
down_revision = "4"


def upgrade():
    op.execute("CREATE TABLE e ()")
