from alembic import op
from no_such_module import thing

revision = "3"
down_revision = "2"


def upgrade():
    op.execute("CREATE TABLE c ()")
