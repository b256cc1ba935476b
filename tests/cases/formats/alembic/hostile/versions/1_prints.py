import os
import sys

from alembic import op

revision = "1"
down_revision = None

print('["order", []]')
sys.stdout.write("noise")
os.write(1, b"noise\n")


def upgrade():
    print("more noise", file=sys.stderr)
    sys.stdout.close()
    op.execute("CREATE TABLE a ()")
