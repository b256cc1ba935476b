"""A broken contract as an operation of Alembic; a module of its own because it needs Alembic to be loaded."""

from __future__ import annotations

from alembic.operations.ops import ExecuteSQLOp

from auditor.model import Finding


class Repair(ExecuteSQLOp):
    """What mends one finding, or for want of that only what is wrong, as a comment."""

    @classmethod
    def of(cls, finding: Finding) -> Repair:
        """The operation that `alembic check` names and `alembic revision --autogenerate` writes."""
        told = f"-- {finding.code} {' '.join(finding.message.split())}"
        return cls(f"{told}\n{finding.repair}" if finding.repair else told)

    def reverse(self) -> Repair:
        """Alembic makes a downgrade of every operation; nobody wants the contract broken again."""
        return Repair("-- nothing to take back")
