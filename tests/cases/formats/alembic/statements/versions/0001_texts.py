"""Texts in every spelling: each statement is found where it stands."""

from textwrap import dedent

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None

MANY = """
-- a comment; with a semicolon
CREATE TABLE one (id int);

  CREATE TABLE two (
    note text DEFAULT 'é;'
  );
"""

EACH = ["CREATE TABLE in_list_1 ()", "CREATE TABLE in_list_2 ()"]


def helper(sql):
    op.execute(sql)


def upgrade() -> None:
    op.execute("CREATE TABLE plain ()")
    op.execute(MANY)
    for statement in EACH:
        op.execute(statement)
    helper("CREATE TABLE by_helper ()")
    op.execute(
        "CREATE TABLE side_by_side ("
        "  a int"
        "); "
        "CREATE TABLE behind ()"
    )
    op.execute('CREATE TABLE escaped (a text DEFAULT \'x\'); \
CREATE TABLE after_escape ()')
    op.execute(r"CREATE TABLE raw (a text CHECK (a ~ '^\d+$'))")
    for name in ("x", "y"):
        op.execute(f"CREATE TABLE f_{name} (a jsonb DEFAULT '{{}}'); CREATE TABLE g_{name} ()")
    op.execute("CREATE TABLE {} (a int); CREATE TABLE formatted_2 ()".format("formatted_1"))
    op.execute(
        dedent(
            """\
            CREATE TABLE dedented_1 (
                a int
            );
            CREATE TABLE dedented_2 ()
            """
        )
    )
    op.execute(sa.text("UPDATE plain SET a = :a WHERE b LIKE '10%' AND c = '\:d'").bindparams(a="it's"))
    op.execute(
        """
        CREATE FUNCTION tab() RETURNS int LANGUAGE sql AS $$
	SELECT 1; -- behind a tab, 100%
        $$
        """
    )
    op.get_bind().execute(sa.text("INSERT INTO plain (a) VALUES (:a)"), [{"a": 1}, {"a": 2}])
