from alembic import op

revision = "2"
down_revision = "1"


def upgrade()
    op.execute("CREATE TABLE b ()")
