"""Messages of plpgsql_check: they go by PostgreSQL's error codes, of which those that a body can have are named.

https://www.postgresql.org/docs/current/errcodes-appendix.html, https://github.com/okbob/plpgsql_check
"""

from __future__ import annotations

import re

from auditor.rules.neighbour import Neighbour

PREFIX = "plpgsql_check/"

CONDITIONS: dict[str, tuple[str, str]] = {
    "error": ("error", "An error to which PostgreSQL gives no code."),
    "0a000": ("feature_not_supported", "The statement asks for what this version of PostgreSQL does not have."),
    "22023": ("invalid_parameter_value", "A value that is not allowed there."),
    "22p02": ("invalid_text_representation", "A literal cannot be read as the type that is wanted."),
    "2f005": ("function_executed_no_return_statement", "The function can end without RETURN."),
    "3f000": ("invalid_schema_name", "There is no such schema."),
    "42501": ("insufficient_privilege", "The owner of the function may not do that."),
    "42601": ("syntax_error", "The statement is no SQL, or RETURN, INTO and FOR want another number of values."),
    "42602": ("invalid_name", "A name that cannot be one."),
    "42611": ("invalid_column_definition", "A column cannot be declared so."),
    "42622": ("name_too_long", "A name of more than 63 bytes."),
    "42701": ("duplicate_column", "One column twice."),
    "42702": ("ambiguous_column", "A name is both a variable and a column, or a column of two tables."),
    "42703": ("undefined_column", "There is no such column."),
    "42704": ("undefined_object", "There is no such type, role or other object."),
    "42712": ("duplicate_alias", "Two tables of a query have one name."),
    "42723": ("duplicate_function", "There is such a function already."),
    "42725": ("ambiguous_function", "Several functions fit the call equally well."),
    "42803": ("grouping_error", "A column neither stands in GROUP BY nor in an aggregate."),
    "42804": ("datatype_mismatch", "A value is not of the type that is wanted, and is not cast to it by itself."),
    "42809": (
        "wrong_object_type",
        "The object is of another kind: a view for a table, a procedure for a function.",
    ),
    "42830": ("invalid_foreign_key", "A foreign key refers to what is not unique."),
    "42846": ("cannot_coerce", "There is no cast between these types."),
    "42883": (
        "undefined_function",
        "There is no function or operator of that name with these types of arguments.",
    ),
    "42939": ("reserved_name", "The name belongs to PostgreSQL."),
    "42p01": ("undefined_table", "There is no such table, or it is not in the FROM clause."),
    "42p02": ("undefined_parameter", "There is no such parameter."),
    "42p10": ("invalid_column_reference", "ON CONFLICT finds no unique index, or ORDER BY no column."),
    "42p13": ("invalid_function_definition", "The function cannot be declared so."),
    "42p18": ("indeterminate_datatype", "The type of a parameter or of NULL cannot be told."),
    "42p19": ("invalid_recursion", "A recursive query is not written as one."),
    "42p20": ("windowing_error", "A window function stands where none may."),
    "42p21": ("collation_mismatch", "Two collations contradict each other."),
    "42p22": ("indeterminate_collation", "Which collation is meant cannot be told."),
    "p0002": ("no_data_found", "A query that must find a row finds none."),
    "p0003": ("too_many_rows", "A query that must find one row finds several."),
}
"""SQLSTATE in small letters -> its name, and what it says of a body."""

_SQLSTATE = re.compile(r"[0-9a-z]{5}")


def neighbour(sqlstate: str) -> Neighbour | None:
    """What is known of a code; None if it is no SQLSTATE.

    Args:
        sqlstate: in any case.
    """
    code = sqlstate.lower()
    if code not in CONDITIONS and not (_SQLSTATE.fullmatch(code) and any(one.isdigit() for one in code)):
        return None
    name, summary = CONDITIONS.get(code, (code.upper(), f"PostgreSQL would end the function with {code.upper()}."))
    severity = "error for core, warning for others, note for legacy and where a stand-in may be why"
    return Neighbour(
        f"{PREFIX}{code}", name, severity, summary, _PAGE.format(code=code, name=name, summary=summary)
    )


# Private

_PAGE = """\
{summary}

What it means
    plpgsql_check, an extension of PostgreSQL, planned every statement of the function against the catalog that
    the migrations make, and PostgreSQL refused one ({name}). `check` asks it where the server of the replay offers
    the extension; the message is PostgreSQL's own. All codes:
    https://www.postgresql.org/docs/current/errcodes-appendix.html

Why it matters
    CREATE FUNCTION does not look into a body of PL/pgSQL: the error comes when the statement is first run, in
    production, perhaps months later.

What to do
    Correct the statement of the body in a new migration. If it refers to what only production has, give the replay
    that: `replay: prelude:` of classifications.yaml.

How to allow it
    By object, with a reason and an end:
    `{{code: plpgsql_check/{code}, object: "function public.f()", reason: ..., until: ...}}`.
"""
