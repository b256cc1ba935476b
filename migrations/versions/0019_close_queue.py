"""the listener is the only entry to the queue

Revision ID: 0019
Revises: 0018
Create Date: 2025-02-18 09:05:12

Refused while a job of the old ways is open, or a job has no entity: finish or mend those first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("REVOKE SELECT, INSERT ON public.executor_jobs FROM app_gateway")
    # Whoever writes a job must say who it is, and for what request.
    op.alter_column("executor_jobs", "enqueue_source", server_default=None)
    op.alter_column("executor_jobs", "correlation_id", server_default=None)
    # In production the foreign key was made by hand, during the incident of 2025-02-10.
    op.execute(
        """
        DO $$
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_constraint
                            WHERE conrelid = 'public.executor_jobs'::regclass
                              AND conname = 'executor_jobs_entity_id_fkey') THEN
                ALTER TABLE public.executor_jobs
                    ADD CONSTRAINT executor_jobs_entity_id_fkey
                    FOREIGN KEY (entity_id) REFERENCES public.document_entities (id) NOT VALID;
            END IF;
        END
        $$
        """
    )
    op.execute("ALTER TABLE public.executor_jobs VALIDATE CONSTRAINT executor_jobs_entity_id_fkey")
    op.create_check_constraint(
        "executor_jobs_listener_only",
        "executor_jobs",
        "enqueue_source = 'listener' OR status NOT IN ('queued', 'running')",
    )


def downgrade() -> None:
    op.drop_constraint("executor_jobs_listener_only", "executor_jobs", type_="check")
    op.drop_constraint("executor_jobs_entity_id_fkey", "executor_jobs", type_="foreignkey")
    op.alter_column("executor_jobs", "correlation_id", server_default=sa.text("gen_random_uuid()"))
    op.alter_column("executor_jobs", "enqueue_source", server_default="listener")
    op.execute("GRANT SELECT, INSERT ON public.executor_jobs TO app_gateway")
