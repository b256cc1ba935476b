from alembic import op
from no_such_module import thing
from no_such_package.models import Model, status

revision = "3"
down_revision = "2"

Alias = Model.nested


def upgrade():
    op.execute("CREATE TABLE c ()")
    if thing.flag:
        op.execute(f"UPDATE c SET status = '{status.OPEN}'")
