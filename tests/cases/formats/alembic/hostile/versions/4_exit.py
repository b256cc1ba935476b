import os

from alembic import op

revision = "4"
down_revision = "3"


def upgrade():
    op.execute("CREATE TABLE d ()")
    os._exit(7)
