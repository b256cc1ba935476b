"""Operations have the place of their call, also in a batch."""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

mood = postgresql.ENUM("sad", "ok", name="mood")


def upgrade():
    if context.is_offline_mode():
        raise RuntimeError("online only")
    assert op.get_bind().dialect.name == op.get_context().dialect.name == op.get_bind().engine.name == "postgresql"
    mood.create(op.get_bind(), checkfirst=True)
    mood.create(op.get_bind(), checkfirst=True)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("mood", postgresql.ENUM("sad", "ok", name="mood", create_type=False)),
        sa.Column("status", sa.Enum("new", "old", name="status"), server_default="new", comment="100%"),
    )
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("email", sa.Text()))
        batch_op.create_unique_constraint(
            "users_email_key", ["email"]
        )
    users = sa.table("users", sa.column("email"), sa.column("status"))
    op.bulk_insert(users, [{"email": "a'b\\c%"}, {"email": None}])
    op.execute(users.update().where(users.c.email == "x").values(status="old"))
    op.execute(users.delete().where(users.c.status.in_(["new", "old"])))
    op.get_bind().execute(sa.insert(sa.table("logs", sa.column("entry", sa.JSON()), sa.column("n"))).values(entry={"a": 1}, n=2))
    with op.get_context().autocommit_block():
        op.create_index("ix_users_email", "users", ["email"], postgresql_concurrently=True, if_not_exists=True)
