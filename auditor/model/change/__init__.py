"""What the text of one statement asks for: a small vocabulary, names as written.

A parse tree is reduced to these early (`auditor.migrations.effects`), nothing behind that sees a tree.
A `Change` knows nothing of what exists: names may lack their schema, a constraint may lack its name.
`auditor.history` folds changes, in order, into :class:`~auditor.model.effect.Effect`, whose names are
PostgreSQL's own. Because a change depends on its statement alone it can be cached by content.

All are msgspec structs with a tag, so that a cache can hold them.
"""

from __future__ import annotations

from auditor.model.change.objects import (
    Alter,
    AlterSequence,
    Comment,
    Create,
    CreateAggregate,
    CreateFunction,
    CreatePolicy,
    CreateRule,
    CreateSequence,
    CreateTrigger,
    CreateType,
    CreateView,
    Drop,
    Rename,
    SetSchema,
)
from auditor.model.change.parts import (
    Access,
    Arbiter,
    Argument,
    Change,
    Column,
    Constraint,
    Guard,
    IndexElement,
    Like,
    Name,
    Output,
    Reference,
    TypeName,
)
from auditor.model.change.sessions import (
    DefaultPrivileges,
    DropOwned,
    Grant,
    GrantRole,
    Harmless,
    Rows,
    SetRole,
    SetSearchPath,
    Transaction,
    Unknown,
)
from auditor.model.change.tables import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    Inherit,
    SetTriggerState,
)

AnyChange = (
    CreateTable
    | AddColumn
    | DropColumn
    | AlterColumn
    | AddConstraint
    | AlterTable
    | AlterConstraint
    | Inherit
    | SetTriggerState
    | CreateIndex
    | CreateView
    | CreateSequence
    | AlterSequence
    | CreateFunction
    | CreateAggregate
    | CreateTrigger
    | CreatePolicy
    | CreateRule
    | CreateType
    | Create
    | Alter
    | Drop
    | Rename
    | SetSchema
    | Comment
    | Grant
    | GrantRole
    | DefaultPrivileges
    | SetSearchPath
    | SetRole
    | Transaction
    | Rows
    | DropOwned
    | Harmless
    | Unknown
)
"""Every change, for decoding a cache and for exhaustive matching."""

__all__ = [
    "Access",
    "AddColumn",
    "AddConstraint",
    "Alter",
    "AlterColumn",
    "AlterConstraint",
    "AlterSequence",
    "AlterTable",
    "AnyChange",
    "Arbiter",
    "Argument",
    "Change",
    "Column",
    "Comment",
    "Constraint",
    "Create",
    "CreateAggregate",
    "CreateFunction",
    "CreateIndex",
    "CreatePolicy",
    "CreateRule",
    "CreateSequence",
    "CreateTable",
    "CreateTrigger",
    "CreateType",
    "CreateView",
    "DefaultPrivileges",
    "Drop",
    "DropColumn",
    "DropOwned",
    "Grant",
    "GrantRole",
    "Guard",
    "Harmless",
    "IndexElement",
    "Inherit",
    "Like",
    "Name",
    "Output",
    "Reference",
    "Rename",
    "Rows",
    "SetRole",
    "SetSchema",
    "SetSearchPath",
    "SetTriggerState",
    "Transaction",
    "TypeName",
    "Unknown",
]
