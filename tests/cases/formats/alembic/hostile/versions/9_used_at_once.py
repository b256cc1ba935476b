from alembic import op
from no_such_module import Base

revision = "9"
down_revision = "8"


class Model(Base):
    pass


def upgrade():
    op.execute("CREATE TABLE h ()")
