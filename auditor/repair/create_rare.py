"""The statements that make an object of a snapshot, for the kinds that few databases have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from auditor.catalog.kinds.access_method import AccessMethod
from auditor.catalog.kinds.aggregate import Aggregate
from auditor.catalog.kinds.cast import Cast
from auditor.catalog.kinds.collation import Collation
from auditor.catalog.kinds.conversion import Conversion
from auditor.catalog.kinds.cron_job import CronJob
from auditor.catalog.kinds.foreign_data_wrapper import ForeignDataWrapper
from auditor.catalog.kinds.language import Language
from auditor.catalog.kinds.operator import Operator
from auditor.catalog.kinds.operator_class import OperatorClass
from auditor.catalog.kinds.operator_family import OperatorFamily
from auditor.catalog.kinds.publication import Publication
from auditor.catalog.kinds.role import Role
from auditor.catalog.kinds.security_label import SecurityLabel
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.server import Server
from auditor.catalog.kinds.statistics_object import StatisticsObject
from auditor.catalog.kinds.text_search_configuration import TextSearchConfiguration
from auditor.catalog.kinds.text_search_dictionary import TextSearchDictionary
from auditor.catalog.kinds.text_search_parser import TextSearchParser
from auditor.catalog.kinds.text_search_template import TextSearchTemplate
from auditor.catalog.kinds.transform import Transform
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.user_mapping import UserMapping
from auditor.model import CatalogObject
from auditor.repair.create import dollar_quoted, literal, routine_name, set_clause
from auditor.repair.references import label_statement

MASKED = "***"
"""What stands for a value that may be a secret."""


def more_create_statements(item: CatalogObject) -> list[str] | None:
    """The statements that make the object, without semicolons, or None for a kind that has no such text."""
    maker = _MAKERS.get(type(item))
    return maker(item) if maker is not None else None


def options_clause(options: Iterable[str]) -> str:
    """`OPTIONS (name 'value')` of `name=value`, without what is masked; empty for none."""
    pairs = [option.partition("=") for option in options]
    said = ", ".join(f"{quoted(name)} {literal(value)}" for name, _, value in pairs if value != MASKED)
    return f" OPTIONS ({said})" if said else ""


def masked_note(options: Iterable[str], verb: str) -> list[str]:
    """A comment for options whose values are not read."""
    names = [name for name, _, value in (option.partition("=") for option in options) if value == MASKED]
    return [f"-- {verb} by hand what is not shown: {', '.join(names)}"] if names else []


def quoted(name: str) -> str:
    """An option's name in quotes."""
    return '"' + name.replace('"', '""') + '"'


def language_statement(item: Language) -> str:
    """CREATE OR REPLACE LANGUAGE."""
    inline = f" INLINE {routine_name(item.inline)}" if item.inline else ""
    validator = f" VALIDATOR {routine_name(item.validator)}" if item.validator else ""
    trusted = "TRUSTED " if item.trusted else ""
    handler = routine_name(item.handler)
    return f"CREATE OR REPLACE {trusted}LANGUAGE {item.identity} HANDLER {handler}{inline}{validator}"


def transform_statement(item: Transform) -> str:
    """CREATE OR REPLACE TRANSFORM."""
    parts = [
        *([f"FROM SQL WITH FUNCTION {item.from_sql}"] if item.from_sql else []),
        *([f"TO SQL WITH FUNCTION {item.to_sql}"] if item.to_sql else []),
    ]
    return f"CREATE OR REPLACE TRANSFORM {item.identity} ({', '.join(parts)})"


def role_words(item: Role, fields: Iterable[str]) -> str:
    """The attributes of a role, as CREATE and ALTER ROLE take them."""
    words = [("" if getattr(item, name) else "NO") + ROLE_WORDS[name] for name in fields if name in ROLE_WORDS]
    if "connection_limit" in fields:
        words.append(f"CONNECTION LIMIT {item.connection_limit}")
    if "valid_until" in fields:
        words.append(f"VALID UNTIL {literal(item.valid_until or 'infinity')}")
    return " ".join(words)


ROLE_WORDS = {
    "superuser": "SUPERUSER",
    "create_role": "CREATEROLE",
    "create_database": "CREATEDB",
    "login": "LOGIN",
    "replication": "REPLICATION",
    "bypass_rls": "BYPASSRLS",
    "inherit": "INHERIT",
}
"""Field of a role -> its word; NO stands before it where it is off."""


def membership_statement(role: str, membership: str) -> str:
    """GRANT of one text of `member_of`."""
    group, _, words = membership.partition(" WITH ")
    options = {"ADMIN": "ADMIN OPTION", "WITHOUT INHERIT": "INHERIT FALSE", "WITHOUT SET": "SET FALSE"}
    said = ", ".join(options[word] for word in words.split(", ")) if words else ""
    return f"GRANT {group} TO {role}{f' WITH {said}' if said else ''}"


def publication_objects(item: Publication) -> str:
    """`TABLE a, TABLES IN SCHEMA b`, as CREATE and ALTER PUBLICATION take them."""
    return ", ".join(
        [*(f"TABLE {table}" for table in item.tables), *(f"TABLES IN SCHEMA {schema}" for schema in item.schemas)]
    )


def publication_parameters(item: Publication, fields: Iterable[str]) -> str:
    """The parameters of a publication that are among the fields."""
    said = {
        "publish": f"publish = {literal(', '.join(item.publish))}",
        "via_root": f"publish_via_partition_root = {'true' if item.via_root else 'false'}",
        "generated_columns": f"publish_generated_columns = {item.generated_columns}",
    }
    return ", ".join(text for name, text in said.items() if name in fields)


# Private


def _operator(item: Operator) -> list[str]:
    arguments = item.identity[item.identity.rindex("(") + 1 : -1]
    left, _, right = arguments.partition(",")
    name = item.identity[: item.identity.rindex("(")]
    parts = [f"FUNCTION = {routine_name(item.function)}"]
    parts += [f"LEFTARG = {left}"] if left != "NONE" else []
    parts.append(f"RIGHTARG = {right}")
    parts += [f"COMMUTATOR = {operator_name(item.commutator)}"] if item.commutator else []
    parts += [f"NEGATOR = {operator_name(item.negator)}"] if item.negator else []
    parts += [f"RESTRICT = {routine_name(item.restrict)}"] if item.restrict else []
    parts += [f"JOIN = {routine_name(item.join)}"] if item.join else []
    parts += ["HASHES"] if item.hashes else []
    parts += ["MERGES"] if item.merges else []
    return [f"CREATE OPERATOR {name} ({', '.join(parts)})"]


def operator_name(identity: str) -> str:
    """`OPERATOR(app.===)` of `app.===(app.mood,app.mood)`."""
    return f"OPERATOR({identity[: identity.rindex('(')]})"


def _operator_family(item: OperatorFamily) -> list[str]:
    statements = [f"CREATE OPERATOR FAMILY {item.identity}"]
    if item.members:
        statements.append(f"ALTER OPERATOR FAMILY {item.identity} ADD {', '.join(item.members)}")
    return statements


def _operator_class(item: OperatorClass) -> list[str]:
    name, _, method = item.identity.rpartition(" USING ")
    family = item.family.rpartition(" USING ")[0]
    storage = [f"STORAGE {item.storage or item.type}"] if item.storage or not item.members else []
    default = "DEFAULT " if item.default else ""
    members = ", ".join([*item.members, *storage])
    return [
        f"CREATE OPERATOR CLASS {name} {default}FOR TYPE {item.type} USING {method} FAMILY {family} AS {members}"
    ]


def _cast(item: Cast) -> list[str]:
    ways = {"function": f"WITH FUNCTION {item.function}", "inout": "WITH INOUT", "binary": "WITHOUT FUNCTION"}
    context = "" if item.context == "explicit" else f" AS {item.context.upper()}"
    return [f"CREATE CAST {item.identity} {ways[item.method]}{context}"]


def _collation(item: Collation) -> list[str]:
    parts = [f"PROVIDER = {item.provider}"] if item.provider != "default" else []
    parts += [f"LC_COLLATE = {literal(item.collate)}"] if item.collate else []
    parts += [f"LC_CTYPE = {literal(item.ctype)}"] if item.ctype else []
    parts += [f"LOCALE = {literal(item.locale)}"] if item.locale else []
    parts += [f"RULES = {literal(item.rules)}"] if item.rules else []
    parts += ["DETERMINISTIC = false"] if not item.deterministic else []
    if item.provider == "libc" and item.encoding is None and item.collate == item.ctype in ("C", "POSIX"):
        return [f'CREATE COLLATION {item.identity} FROM pg_catalog."{item.collate}"']  # for every encoding
    return [f"CREATE COLLATION {item.identity} ({', '.join(parts)})"]


def _conversion(item: Conversion) -> list[str]:
    default = "DEFAULT " if item.default else ""
    encodings = f"{literal(item.source)} TO {literal(item.target)}"
    return [f"CREATE {default}CONVERSION {item.identity} FOR {encodings} FROM {routine_name(item.function)}"]


def _statistics(item: StatisticsObject) -> list[str]:
    kinds = f" ({', '.join(item.kinds)})" if item.kinds else ""
    statements = [f"CREATE STATISTICS {item.identity}{kinds} ON {item.on} FROM {item.table}"]
    if item.target is not None:
        statements.append(f"ALTER STATISTICS {item.identity} SET STATISTICS {item.target}")
    return statements


def _configuration(item: TextSearchConfiguration) -> list[str]:
    statements = [f"CREATE TEXT SEARCH CONFIGURATION {item.identity} (PARSER = {item.parser})"]
    for mapping in item.mappings:
        token, _, dictionaries = mapping.partition(": ")
        subject = f"ALTER TEXT SEARCH CONFIGURATION {item.identity}"
        statements.append(f"{subject} ADD MAPPING FOR {token} WITH {dictionaries}")
    return statements


def _dictionary(item: TextSearchDictionary) -> list[str]:
    options = f", {item.options}" if item.options else ""
    return [f"CREATE TEXT SEARCH DICTIONARY {item.identity} (TEMPLATE = {item.template}{options})"]


def _parser(item: TextSearchParser) -> list[str]:
    parts = [
        f"START = {routine_name(item.start)}",
        f"GETTOKEN = {routine_name(item.token)}",
        f"END = {routine_name(item.end)}",
        f"LEXTYPES = {routine_name(item.lextypes)}",
        *([f"HEADLINE = {routine_name(item.headline)}"] if item.headline else []),
    ]
    return [f"CREATE TEXT SEARCH PARSER {item.identity} ({', '.join(parts)})"]


def _template(item: TextSearchTemplate) -> list[str]:
    init = f"INIT = {routine_name(item.init)}, " if item.init else ""
    return [f"CREATE TEXT SEARCH TEMPLATE {item.identity} ({init}LEXIZE = {routine_name(item.lexize)})"]


def _language(item: Language) -> list[str]:
    return [language_statement(item)]


def _transform(item: Transform) -> list[str]:
    return [transform_statement(item)]


def _access_method(item: AccessMethod) -> list[str]:
    handler = routine_name(item.handler)
    return [f"CREATE ACCESS METHOD {item.identity} TYPE {item.type.upper()} HANDLER {handler}"]


def _wrapper(item: ForeignDataWrapper) -> list[str]:
    handler = f" HANDLER {routine_name(item.handler)}" if item.handler else ""
    validator = f" VALIDATOR {routine_name(item.validator)}" if item.validator else ""
    options = options_clause(item.options)
    statement = f"CREATE FOREIGN DATA WRAPPER {item.identity}{handler}{validator}{options}"
    return [statement, *masked_note(item.options, "set")]


def _server(item: Server) -> list[str]:
    words = f"{f' TYPE {literal(item.type)}' if item.type else ''}"
    words += f"{f' VERSION {literal(item.version)}' if item.version else ''}"
    statement = (
        f"CREATE SERVER {item.identity}{words} FOREIGN DATA WRAPPER {item.wrapper}{options_clause(item.options)}"
    )
    return [statement, *masked_note(item.options, "set")]


def _user_mapping(item: UserMapping) -> list[str]:
    role = "PUBLIC" if item.role == "public" else item.role
    return [
        f"CREATE USER MAPPING FOR {role} SERVER {item.server}",
        "-- set by hand the options, which are not read",
    ]


def _label(item: SecurityLabel) -> list[str]:
    return [label_statement(item, item.label)]


def job_statement(item: CronJob, role: str | None = None) -> str:
    """What schedules a job, for the role that runs it or, as a superuser may, for another."""
    named = not item.identity.startswith("unnamed ")
    name = f"{item.identity.partition(chr(39) + ' of ')[0].removesuffix(chr(39))}'" if named else "NULL"
    what = f"{literal(item.schedule)}, {dollar_quoted(item.command)}"
    if item.database is None and item.active and role is None:
        return f"SELECT cron.schedule({f'{name}, ' if named else ''}{what})"
    database = "current_database()" if item.database is None else literal(item.database.strip('"'))
    active = "true" if item.active else "false"
    user = literal(role.strip('"')) if role is not None else "NULL"
    return f"SELECT cron.schedule_in_database({name}, {what}, {database}, {user}, {active})"


def _role(item: Role) -> list[str]:
    statements = [f"CREATE ROLE {item.identity} {role_words(item, [*ROLE_WORDS, 'connection_limit'])}"]
    if item.valid_until is not None:
        statements.append(f"ALTER ROLE {item.identity} VALID UNTIL {literal(item.valid_until)}")
    statements += [membership_statement(item.identity, one) for one in item.member_of]
    statements += [f"ALTER ROLE {item.identity} {set_clause(one)}" for one in item.settings]
    return [*statements, "-- set its password by hand"] if item.login else statements


def _publication(item: Publication) -> list[str]:
    objects = publication_objects(item)
    what = " FOR ALL TABLES" if item.all_tables else f" FOR {objects}" if objects else ""
    fields = ["publish", "via_root", *(["generated_columns"] if item.generated_columns != "none" else [])]
    return [f"CREATE PUBLICATION {item.identity}{what} WITH ({publication_parameters(item, fields)})"]


def _sequence(item: Sequence) -> list[str]:
    unlogged = "UNLOGGED " if item.persistence == "unlogged" else ""
    cycle = "" if item.cycle else "NO "
    words = (
        f"MINVALUE {item.minimum} MAXVALUE {item.maximum} START WITH {item.start} CACHE {item.cache} {cycle}CYCLE"
    )
    owned = f" OWNED BY {item.owned_by}" if item.owned_by else ""
    name = f"{unlogged}SEQUENCE {item.identity}"
    return [f"CREATE {name} AS {item.type} INCREMENT BY {item.increment} {words}{owned}"]


def _type(item: Type) -> list[str] | None:
    match item.form:
        case "enum":
            return [f"CREATE TYPE {item.identity} AS ENUM ({', '.join(map(literal, item.labels))})"]
        case "composite":
            comments = [comment.partition(": ") for comment in item.attribute_comments]
            return [
                f"CREATE TYPE {item.identity} AS ({', '.join(item.attributes)})",
                *(f"COMMENT ON COLUMN {item.identity}.{name} IS {literal(text)}" for name, _, text in comments),
            ]
        case "domain":
            collate = f" COLLATE {item.collation}" if item.collation else ""
            default = f" DEFAULT {item.default}" if item.default else ""
            not_null = " NOT NULL" if item.not_null else ""
            return [f"CREATE DOMAIN {item.identity} AS {item.base_type}{collate}{default}{not_null}"]
        case "range":
            parts = [f"SUBTYPE = {item.subtype}", f"SUBTYPE_OPCLASS = {item.subtype_operator_class}"]
            parts += [f"COLLATION = {item.collation}"] if item.collation else []
            if item.subtype_difference_function:
                parts.append(f"SUBTYPE_DIFF = {routine_name(item.subtype_difference_function)}")
            parts.append(f"MULTIRANGE_TYPE_NAME = {item.multirange}")
            # A canonical function takes the type itself, which has to be announced before.
            return (
                None if item.canonical_function else [f"CREATE TYPE {item.identity} AS RANGE ({', '.join(parts)})"]
            )
        case "shell":
            return [f"CREATE TYPE {item.identity}"]
        case _:
            return None


def _aggregate(item: Aggregate) -> list[str]:
    parts = [f"SFUNC = {routine_name(item.transition_function)}", f"STYPE = {item.state_type}"]
    functions = {
        "FINALFUNC": item.final_function,
        "COMBINEFUNC": item.combine_function,
        "SERIALFUNC": item.serial_function,
        "DESERIALFUNC": item.deserial_function,
        "MSFUNC": item.moving_transition_function,
        "MINVFUNC": item.moving_inverse_function,
        "MFINALFUNC": item.moving_final_function,
    }
    parts += [f"{word} = {routine_name(name)}" for word, name in functions.items() if name]
    parts += [f"SSPACE = {item.state_space}"] if item.state_space else []
    parts += [f"INITCOND = {literal(item.initial_value)}"] if item.initial_value is not None else []
    parts += ["FINALFUNC_EXTRA"] if item.final_extra else []
    parts += [f"FINALFUNC_MODIFY = {item.final_modify}"] if item.final_function else []
    if item.moving_state_type:
        parts.append(f"MSTYPE = {item.moving_state_type}")
        parts += [f"MSSPACE = {item.moving_state_space}"] if item.moving_state_space else []
        parts += (
            [f"MINITCOND = {literal(item.moving_initial_value)}"] if item.moving_initial_value is not None else []
        )
        parts += ["MFINALFUNC_EXTRA"] if item.moving_final_extra else []
        parts += [f"MFINALFUNC_MODIFY = {item.moving_final_modify}"] if item.moving_final_function else []
    parts += [f"SORTOP = {operator_name(item.sort_operator)}"] if item.sort_operator else []
    parts.append(f"PARALLEL = {item.parallel}")
    parts += ["HYPOTHETICAL"] if item.form == "hypothetical-set" else []
    return [f"CREATE OR REPLACE AGGREGATE {routine_name(item.identity)}({item.arguments}) ({', '.join(parts)})"]


_MAKERS: Mapping[type[CatalogObject], Callable[..., list[str] | None]] = {
    AccessMethod: _access_method,
    Aggregate: _aggregate,
    Cast: _cast,
    Collation: _collation,
    Conversion: _conversion,
    ForeignDataWrapper: _wrapper,
    Language: _language,
    Operator: _operator,
    OperatorClass: _operator_class,
    OperatorFamily: _operator_family,
    Publication: _publication,
    Role: _role,
    SecurityLabel: _label,
    Sequence: _sequence,
    Server: _server,
    StatisticsObject: _statistics,
    TextSearchConfiguration: _configuration,
    TextSearchDictionary: _dictionary,
    TextSearchParser: _parser,
    TextSearchTemplate: _template,
    Transform: _transform,
    Type: _type,
    UserMapping: _user_mapping,
}
