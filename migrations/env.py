"""How Alembic runs this history: each revision in a transaction of its own, online or as SQL text."""

import os
from logging.config import fileConfig

import sqlalchemy as sa
from alembic import context

config = context.config

if config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)


def database_url() -> sa.URL:
    """`-x url=...`, else DATABASE_URL, else `sqlalchemy.url`; always through psycopg 3."""
    text = (
        context.get_x_argument(as_dictionary=True).get("url")
        or os.environ.get("DATABASE_URL")
        or config.get_main_option("sqlalchemy.url")
    )
    # libpq's short spelling, which SQLAlchemy does not know.
    if text.startswith("postgres://"):
        text = "postgresql://" + text.removeprefix("postgres://")
    return sa.make_url(text).set(drivername="postgresql+psycopg")


def run_offline() -> None:
    context.configure(
        url=database_url(),
        literal_binds=True,
        # Without this a % in a function body comes out doubled, as the driver's parameter style asks.
        dialect_opts={"paramstyle": "named"},
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online(connection: sa.Connection) -> None:
    # One transaction for each revision: CREATE INDEX CONCURRENTLY must be able to leave its own.
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
elif (given := config.attributes.get("connection")) is not None:
    run_online(given)
else:
    engine = sa.create_engine(database_url(), poolclass=sa.pool.NullPool)
    with engine.connect() as opened:
        run_online(opened)
