"""The kinds of object that are read, one module and one query (`NAME.py`, `NAME.sql`) for each family.

In every field:

- a name or identity is spelled as PostgreSQL spells it, quoted where it has to be: `"Order"`, `public.jobs`;
  a role too, whether in `owner`, `roles` or `privileges`;
- `owner` is the name of a role; whether it is the right one is said relative to `Snapshot.migration_role`;
- `privileges` are sorted texts `GRANTEE: PRIVILEGE`, with `*` behind it for the grant option: `app: SELECT*`.
  Everybody is `public`, the owner is `owner` (a role of that name is `"owner"`). What PostgreSQL grants when
  nobody granted anything is there too;
- an expression is as the server prints it with an empty `search_path`, so every name in it is qualified;
- a list whose order means nothing is sorted by the bytes of its texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from auditor.catalog.kinds.aggregate import Aggregate
from auditor.catalog.kinds.default_acl import DefaultAcl
from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.extension import Extension
from auditor.catalog.kinds.foreign_table import ForeignTable
from auditor.catalog.kinds.function import Function, Procedure
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.policy import Policy
from auditor.catalog.kinds.publication import Publication
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.schema import Schema
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import ForeignTableColumn, TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.view import View
from auditor.model import CatalogObject

KINDS: tuple[type[CatalogObject], ...] = (
    Schema,
    Extension,
    Type,
    DomainConstraint,
    Table,
    ForeignTable,
    TableColumn,
    ForeignTableColumn,
    TableConstraint,
    Index,
    Sequence,
    View,
    MaterializedView,
    Function,
    Procedure,
    Aggregate,
    Trigger,
    Policy,
    Rule,
    EventTrigger,
    DefaultAcl,
    Publication,
)
"""Every kind that is read. Classes of one module share its query."""

BY_KIND: Mapping[str, type[CatalogObject]] = MappingProxyType({kind.KIND: kind for kind in KINDS})
"""The class of a kind by PostgreSQL's name for it."""
