"""A role is missing, or its attributes, memberships or settings are not the declared ones.

What it means
    `contract.roles` names the role. It is not in the cluster; or an attribute is on that is not among
    `attributes`, or off that is; or it is a member of other roles than `member_of`; or ALTER ROLE ... SET gives
    its sessions other settings than `settings`. Passwords are never read.

Why it matters
    Grants say what a role may do, these say who may act as it and what it may do without any grant. BYPASSRLS, or
    a membership given by hand for an incident, undoes what the migrations grant and policies keep apart.

What to do
    Run the statements shown, or change the contract with the migration that changes the role.

How to allow it
    `mode: compat` on the entry counts it as a warning for a while; or by object, with a reason and an end:
    `{code: CON014, object: "role decision_worker", reason: ..., until: ...}`.
"""

from __future__ import annotations

from auditor.model import Severity
from auditor.model.rule import Rule

BAD = {
    "classifications.yaml": """\
version: 1
migrations: [{path: migrations}]
classes: {infra: [role example_*]}
contract:
  roles:
    - {name: example_worker, attributes: [inherit, login], member_of: [example_app]}
""",
    "migrations/0001_roles.sql": """\
CREATE ROLE example_app;
CREATE ROLE example_worker LOGIN BYPASSRLS IN ROLE example_app;
""",
}
GOOD = BAD | {"migrations/0002_roles.sql": "ALTER ROLE example_worker NOBYPASSRLS;\n"}

RULE = Rule(
    code="CON014",
    name="role-contract",
    severity=Severity.ERROR,
    help="run the statements shown, or change the contract with the migration that changes the role",
    page=__doc__,
    bad=BAD,
    good=GOOD,
)
