"""The rules of squawk: what each says in a line, how bad it is here, where its own page is.

https://squawkhq.com/docs/rules
"""

from __future__ import annotations

from auditor.model import OwnerClass, Severity
from auditor.rules.neighbour import Neighbour

PREFIX = "squawk/"

RULES: dict[str, str] = {
    "adding-field-with-default": "A new column with a volatile default rewrites the whole table.",
    "adding-foreign-key-constraint": "A new foreign key scans the table and blocks writes of both tables.",
    "adding-not-nullable-field": "SET NOT NULL scans the whole table while nobody may use it.",
    "adding-required-field": "A new NOT NULL column without a default fails as soon as there are rows.",
    "adding-serial-primary-key-field": "A primary key builds its index while nobody may use the table.",
    "ban-add-column": "A column that is added is not there for the version before (opt-in).",
    "ban-add-composite-attribute": "An attribute is added to a composite type that others read (opt-in).",
    "ban-add-enum-value": "The version before does not know a new value of an enum (opt-in).",
    "ban-alter-database-options": "Options of the database change (opt-in).",
    "ban-alter-domain-with-add-constraint": "A new constraint of a domain scans every table that uses it.",
    "ban-alter-extension": "An extension changes (opt-in).",
    "ban-alter-function-options": "Options of a function change (opt-in).",
    "ban-alter-generated-expression": "The expression of a generated column changes (opt-in).",
    "ban-alter-identity": "An identity column changes (opt-in).",
    "ban-alter-policy-condition": "The condition of a policy changes (opt-in).",
    "ban-alter-policy-roles": "The roles of a policy change (opt-in).",
    "ban-alter-role-options": "Options of a role change (opt-in).",
    "ban-alter-row-level-security": "Row-level security is switched on or off (opt-in).",
    "ban-alter-sequence-values": "What a sequence gives next changes (opt-in).",
    "ban-alter-system-options": "ALTER SYSTEM changes the whole server (opt-in).",
    "ban-alter-view-options": "Options of a view change (opt-in).",
    "ban-char-field": "character(n) pads with blanks; text does not.",
    "ban-concurrent-index-creation-in-transaction": "CREATE INDEX CONCURRENTLY does not run in a transaction.",
    "ban-create-domain-with-constraint": "A constraint of a domain cannot be changed without scanning its tables.",
    "ban-create-policy": "A new policy may hide rows from the version before (opt-in).",
    "ban-detach-inheritance": "A table leaves its parent (opt-in).",
    "ban-disable-trigger": "A trigger is switched off (opt-in).",
    "ban-drop-column": "What still reads or writes the column fails.",
    "ban-drop-constraint": "A constraint that the version before relies on goes (opt-in).",
    "ban-drop-database": "A whole database goes.",
    "ban-drop-default": "A default that the version before relies on goes (opt-in).",
    "ban-drop-domain": "A domain that the version before uses goes (opt-in).",
    "ban-drop-extension": "An extension goes, and all that needs it (opt-in).",
    "ban-drop-function": "A function that the version before calls goes (opt-in).",
    "ban-drop-generated-expression": "A generated column stops being generated (opt-in).",
    "ban-drop-index": "An index that the version before relies on goes (opt-in).",
    "ban-drop-not-null": "Readers that rely on a value meet NULL.",
    "ban-drop-policy": "A policy goes, and rows are seen that were hidden, or the reverse (opt-in).",
    "ban-drop-schema": "A schema goes, and all in it (opt-in).",
    "ban-drop-sequence": "A sequence that the version before uses goes (opt-in).",
    "ban-drop-table": "What still reads or writes the table fails.",
    "ban-drop-trigger": "A trigger goes (opt-in).",
    "ban-drop-type": "A type that the version before uses goes (opt-in).",
    "ban-drop-view": "A view that the version before reads goes (opt-in).",
    "ban-duplicate-column-assignments": "A statement sets one column twice.",
    "ban-new-write-restriction": "A new constraint refuses what the version before writes (opt-in).",
    "ban-replace-view-function": "A view or function is replaced under the version before (opt-in).",
    "ban-replica-identity": "What replication sends of old rows changes (opt-in).",
    "ban-revoke": "A privilege that the version before needs goes (opt-in).",
    "ban-set-default": "A default changes under the version before (opt-in).",
    "ban-set-schema": "An object moves away from where the version before looks for it (opt-in).",
    "ban-truncate-cascade": "TRUNCATE ... CASCADE empties tables that the statement does not name.",
    "ban-uncommitted-transaction": "A transaction is begun and never ended.",
    "changing-column-type": "Another type rewrites the table while nobody may use it, and may not suit clients.",
    "constraint-missing-not-valid": "A constraint without NOT VALID scans the table while writes wait.",
    "disallowed-unique-constraint": "A unique constraint builds its index while nobody may use the table.",
    "identifier-too-long": "PostgreSQL cuts a name of more than 63 bytes, and another may become the same.",
    "prefer-bigint-over-int": "integer ends at two thousand million; a key may reach that.",
    "prefer-bigint-over-smallint": "smallint ends at 32,767.",
    "prefer-identity": "serial leaves its sequence with privileges and defaults of its own; identity does not.",
    "prefer-repack": "VACUUM FULL and CLUSTER let nobody use the table meanwhile.",
    "prefer-robust-stmts": "A migration that stopped half-way cannot be run again without IF [NOT] EXISTS.",
    "prefer-text-field": "A limit of varchar(n) is dear to change; a CHECK on text is not.",
    "prefer-timestamptz": "timestamp forgets the time zone.",
    "renaming-column": "What still uses the old name fails.",
    "renaming-object": "What still uses the old name fails (opt-in).",
    "renaming-table": "What still uses the old name fails.",
    "require-concurrent-index-creation": "CREATE INDEX without CONCURRENTLY blocks writes while it runs.",
    "require-concurrent-index-deletion": "DROP INDEX without CONCURRENTLY waits for, and then blocks, everybody.",
    "require-concurrent-partition-detach": "DETACH PARTITION without CONCURRENTLY blocks the whole table.",
    "require-concurrent-reindex": "REINDEX without CONCURRENTLY blocks writes while it runs.",
    "require-enum-value-ordering": "A new value of an enum without BEFORE or AFTER goes to the end.",
    "require-lock-timeout": "Without lock_timeout a migration that waits makes everybody behind it wait.",
    "require-statement-timeout": "Without statement_timeout a statement may hold its locks for hours.",
    "require-table-schema": "A table without its schema is made wherever search_path says (opt-in).",
    "require-timeout-settings": "No timeouts are set: a migration that waits makes everybody behind it wait.",
    "transaction-nesting": "BEGIN or COMMIT in a migration that its tool runs in a transaction.",
}
"""Name -> what it says. `(opt-in)`: only where squawk is asked for it, which this program does not do.

https://squawkhq.com/docs/application-rollback-compatibility is about most of those.
"""

_HARMLESS = "prefer-"
"""How rules begin that are about style: no error, whatever they are about."""

_PRECAUTIONS = frozenset({"require-lock-timeout", "require-statement-timeout", "require-timeout-settings"})
"""Rules that find no hazard, but that nothing was done about one that may be there: a warning for core."""


def severity_of(rule: str, owner_class: OwnerClass | None) -> Severity:
    """How bad a finding of the rule is, by whose object it is about."""
    if rule.startswith(_HARMLESS):
        return Severity.NOTE
    if owner_class is OwnerClass.CORE:
        return Severity.WARNING if rule in _PRECAUTIONS else Severity.ERROR
    return Severity.NOTE if owner_class is OwnerClass.LEGACY or rule in _PRECAUTIONS else Severity.WARNING


def link(rule: str) -> str:
    """Its own page."""
    return f"https://squawkhq.com/docs/{rule}"


def neighbour(rule: str) -> Neighbour:
    """What is known of a rule, even of one that a newer squawk brings."""
    summary = RULES.get(rule, "A rule of squawk that is newer than this program.")
    by_class = {one: severity_of(rule, one) for one in (OwnerClass.CORE, OwnerClass.INFRA, OwnerClass.LEGACY)}
    told = ", ".join(f"{severity} for {owner_class}" for owner_class, severity in by_class.items())
    severity = "note" if len(set(by_class.values())) == 1 else told
    return Neighbour(
        f"{PREFIX}{rule}", rule, severity, summary, _PAGE.format(rule=rule, summary=summary, link=link(rule))
    )


# Private

_PAGE = """\
{summary}

What it means
    squawk found this in a statement of a migration that is new: the newest one for `check`, those of the change
    for `review` (`squawk: migrations:` of classifications.yaml: new, all or none). Message and advice of the
    finding are squawk's own; object, class and severity are auditor's. Its own page: {link}

Why it matters
    A migration runs while others work. Locks that it waits for or holds, tables that it rewrites, and what the
    version of the program before it still expects make an outage of a change that is right.

What to do
    Follow the advice of the finding, or that of the page.

How to allow it
    By object, with a reason and an end: `{{code: squawk/{rule}, object: "table public.t", reason: ...}}`; in the
    file, before the statement: `-- auditor: allow squawk/{rule} REASON`; for good:
    `squawk: {{off: [{rule}]}}`.
"""
