"""Every rule: one small module each, whose docstring is its page; the registry is the literal below."""

from __future__ import annotations

from auditor.model.rule import Rule
from auditor.rules.bodies import (
    ambiguous_column,
    discarded_row,
    missing_return,
    projection_decides,
    queue_back_door,
    swallowed_error,
    unfounded_conflict,
    unsafe_claim,
)
from auditor.rules.classification import mixed_migration, unowned_object
from auditor.rules.configuration import (
    allowance_expired,
    allowance_unused,
    allowance_without_reason,
    entry_matches_nothing,
)
from auditor.rules.contract import (
    applied_file_edited,
    claim_scope,
    conflict_without_arbiter,
    dedupe_key,
    function_contract,
    job_types,
    ledger_disagrees,
    lookup_rows,
    not_deployed,
    projection_read,
    projection_write,
    queue_writer,
    role_contract,
    trigger_contract,
)
from auditor.rules.dead import dead_function, legacy_trigger_fires
from auditor.rules.drift import (
    function_body_changed,
    function_security_changed,
    legacy_revived,
    object_changed,
    object_missing,
    object_unexpected,
    privileges_changed,
    trigger_state_changed,
)
from auditor.rules.flow import event_without_job, flow_threshold
from auditor.rules.gate import criterion_not_met
from auditor.rules.guard import (
    access_not_understood,
    access_outside,
    baseline_stale,
    forbidden_access,
    guard_without_files,
    source_not_read,
)
from auditor.rules.migrations import (
    core_owner_changed,
    core_policy_dropped,
    core_trigger_dropped,
    core_trigger_off,
    granted_to_public,
    grants_lost,
    legacy_recreated,
    replication_role_set,
    rogue_schedule,
    row_security_off,
    security_flipped,
    unique_key_dropped,
    whitelist_shrinks,
)
from auditor.rules.reading import (
    needs_a_database,
    not_understood,
    parsers_disagree,
    syntax_error,
    unreadable_input,
)
from auditor.rules.replay import change_missed, change_wrong, last_definer_differs, migration_failed
from auditor.rules.review import core_conflict, evidence_missing, migration_edited, migration_out_of_order
from auditor.rules.security import definer_for_everybody, definer_search_path, unquoted_dynamic_sql

RULES: tuple[Rule, ...] = (
    not_understood.RULE,
    syntax_error.RULE,
    parsers_disagree.RULE,
    needs_a_database.RULE,
    unreadable_input.RULE,
    unowned_object.RULE,
    mixed_migration.RULE,
    entry_matches_nothing.RULE,
    allowance_unused.RULE,
    allowance_expired.RULE,
    allowance_without_reason.RULE,
    change_missed.RULE,
    change_wrong.RULE,
    migration_failed.RULE,
    last_definer_differs.RULE,
    object_missing.RULE,
    object_unexpected.RULE,
    function_body_changed.RULE,
    object_changed.RULE,
    trigger_state_changed.RULE,
    function_security_changed.RULE,
    privileges_changed.RULE,
    legacy_revived.RULE,
    trigger_contract.RULE,
    function_contract.RULE,
    dedupe_key.RULE,
    job_types.RULE,
    queue_writer.RULE,
    claim_scope.RULE,
    projection_read.RULE,
    not_deployed.RULE,
    event_without_job.RULE,
    flow_threshold.RULE,
    criterion_not_met.RULE,
    migration_edited.RULE,
    migration_out_of_order.RULE,
    core_conflict.RULE,
    evidence_missing.RULE,
    conflict_without_arbiter.RULE,
    projection_write.RULE,
    applied_file_edited.RULE,
    ledger_disagrees.RULE,
    lookup_rows.RULE,
    role_contract.RULE,
    ambiguous_column.RULE,
    missing_return.RULE,
    swallowed_error.RULE,
    unfounded_conflict.RULE,
    unsafe_claim.RULE,
    queue_back_door.RULE,
    projection_decides.RULE,
    discarded_row.RULE,
    definer_search_path.RULE,
    definer_for_everybody.RULE,
    unquoted_dynamic_sql.RULE,
    forbidden_access.RULE,
    access_outside.RULE,
    guard_without_files.RULE,
    source_not_read.RULE,
    access_not_understood.RULE,
    baseline_stale.RULE,
    core_trigger_off.RULE,
    core_trigger_dropped.RULE,
    row_security_off.RULE,
    core_policy_dropped.RULE,
    granted_to_public.RULE,
    unique_key_dropped.RULE,
    whitelist_shrinks.RULE,
    core_owner_changed.RULE,
    security_flipped.RULE,
    replication_role_set.RULE,
    rogue_schedule.RULE,
    legacy_recreated.RULE,
    grants_lost.RULE,
    dead_function.RULE,
    legacy_trigger_fires.RULE,
)

RETIRED: frozenset[str] = frozenset()
"""Codes of rules that are gone; none of them is given to another rule."""

BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
