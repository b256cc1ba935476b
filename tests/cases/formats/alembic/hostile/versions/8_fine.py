from alembic import op

revision = "8"
down_revision = "6"


def upgrade():
    op.execute("CREATE TABLE f ()")
