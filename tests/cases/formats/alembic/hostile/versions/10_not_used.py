from alembic import op
import no_such_module.sub as sub

revision = "10"
down_revision = "9"


def upgrade():
    op.execute("CREATE TABLE i ()")
