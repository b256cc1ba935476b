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

from auditor.catalog.kinds.access_method import AccessMethod
from auditor.catalog.kinds.aggregate import Aggregate
from auditor.catalog.kinds.cast import Cast
from auditor.catalog.kinds.collation import Collation
from auditor.catalog.kinds.conversion import Conversion
from auditor.catalog.kinds.cron_job import CronJob
from auditor.catalog.kinds.database import Database
from auditor.catalog.kinds.default_acl import DefaultAcl
from auditor.catalog.kinds.domain_constraint import DomainConstraint
from auditor.catalog.kinds.event_trigger import EventTrigger
from auditor.catalog.kinds.extension import Extension
from auditor.catalog.kinds.foreign_data_wrapper import ForeignDataWrapper
from auditor.catalog.kinds.foreign_table import ForeignTable
from auditor.catalog.kinds.function import Function, Procedure
from auditor.catalog.kinds.index import Index
from auditor.catalog.kinds.language import Language
from auditor.catalog.kinds.materialized_view import MaterializedView
from auditor.catalog.kinds.operator import Operator
from auditor.catalog.kinds.operator_class import OperatorClass
from auditor.catalog.kinds.operator_family import OperatorFamily
from auditor.catalog.kinds.parameter_acl import ParameterAcl
from auditor.catalog.kinds.policy import Policy
from auditor.catalog.kinds.publication import Publication
from auditor.catalog.kinds.role import Role
from auditor.catalog.kinds.rule import Rule
from auditor.catalog.kinds.schema import Schema
from auditor.catalog.kinds.security_label import SecurityLabel
from auditor.catalog.kinds.sequence import Sequence
from auditor.catalog.kinds.server import Server
from auditor.catalog.kinds.statistics_object import StatisticsObject
from auditor.catalog.kinds.subscription import Subscription
from auditor.catalog.kinds.table import Table
from auditor.catalog.kinds.table_column import ForeignTableColumn, TableColumn
from auditor.catalog.kinds.table_constraint import TableConstraint
from auditor.catalog.kinds.tablespace import Tablespace
from auditor.catalog.kinds.text_search_configuration import TextSearchConfiguration
from auditor.catalog.kinds.text_search_dictionary import TextSearchDictionary
from auditor.catalog.kinds.text_search_parser import TextSearchParser
from auditor.catalog.kinds.text_search_template import TextSearchTemplate
from auditor.catalog.kinds.transform import Transform
from auditor.catalog.kinds.trigger import Trigger
from auditor.catalog.kinds.type import Type
from auditor.catalog.kinds.user_mapping import UserMapping
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
    Subscription,
    Operator,
    OperatorFamily,
    OperatorClass,
    Cast,
    Collation,
    Conversion,
    StatisticsObject,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Language,
    Transform,
    AccessMethod,
    ForeignDataWrapper,
    Server,
    UserMapping,
    SecurityLabel,
    CronJob,
    Role,
    Database,
    Tablespace,
    ParameterAcl,
)
"""Every kind that is read. Classes of one module share its query."""

BY_KIND: Mapping[str, type[CatalogObject]] = MappingProxyType({kind.KIND: kind for kind in KINDS})
"""The class of a kind by PostgreSQL's name for it."""
