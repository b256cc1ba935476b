revision = "6"
down_revision = "5"
