"""What `alembic check` with alembic_utils says of a database, its models being those that another one has.

Nobody has models of every function, view, trigger and policy; here they are read from the first database, which is
the best that the two can be given. Run by benchmarks/peers.py with the Python that has them installed.
"""

import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic_utils.exceptions import SQLParseFailure
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_grant_table import PGGrantTable
from alembic_utils.pg_materialized_view import PGMaterializedView
from alembic_utils.pg_policy import PGPolicy
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities
from sqlalchemy import MetaData, create_engine
from sqlalchemy.orm import Session

SCHEMAS = ["app", "old", "ops"]
KINDS = [PGFunction, PGView, PGMaterializedView, PGTrigger, PGPolicy, PGGrantTable]

_from_sql = PGFunction.from_sql.__func__


def _readable(cls, sql):
    """It gives up on a schema with a range type, whose functions have no readable text: those are left out."""
    try:
        return _from_sql(cls, sql)
    except SQLParseFailure:
        return cls(schema="app", signature="unreadable()", definition="returns integer language sql as 'select 1'")


PGFunction.from_sql = classmethod(_readable)

expected, actual = (create_engine(one.replace("postgresql://", "postgresql+psycopg2://")) for one in sys.argv[1:3])
metadata = MetaData()
entities = []
with Session(expected) as session:
    for schema in SCHEMAS:
        metadata.reflect(session.connection(), schema=schema)
        for kind in KINDS:
            entities += kind.from_database(session, schema)
register_entities(entities, schemas=SCHEMAS, entity_types=KINDS)
with actual.connect() as connection:
    options = {"compare_type": True, "compare_server_default": True, "include_schemas": True}
    options["include_name"] = lambda name, kind, _: kind != "schema" or name in SCHEMAS
    for difference in compare_metadata(MigrationContext.configure(connection, opts=options), metadata):
        print(difference)
