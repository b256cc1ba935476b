"""job runs, correlation and trace ids

Revision ID: 0007
Revises: 0006
Create Date: 2024-04-11 13:07:36
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # https://www.w3.org/TR/trace-context/#trace-id
    op.execute(
        """
        CREATE DOMAIN public.w3c_trace_id AS text
            CONSTRAINT w3c_trace_id_hex CHECK (VALUE ~ '^[0-9a-f]{32}$')
        """
    )
    # Writers that know no correlation id yet get one of their own.
    op.add_column(
        "executor_jobs",
        sa.Column("correlation_id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")),
    )
    op.execute("ALTER TABLE public.executor_jobs ADD COLUMN trace_id public.w3c_trace_id")
    op.create_index("ix_executor_jobs_correlation_id", "executor_jobs", ["correlation_id"])
    op.execute(
        """
        CREATE TABLE public.executor_job_runs (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            job_id bigint NOT NULL REFERENCES public.executor_jobs (id),
            worker text NOT NULL,
            correlation_id uuid NOT NULL,
            trace_id public.w3c_trace_id,
            status text NOT NULL DEFAULT 'running'
                CHECK (status IN ('running', 'succeeded', 'failed', 'abandoned')),
            started_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            error text,
            CHECK ((status = 'running') = (finished_at IS NULL))
        )
        """
    )
    op.execute("CREATE INDEX ON public.executor_job_runs (job_id, started_at)")
    op.create_index("ix_executor_job_runs_correlation_id", "executor_job_runs", ["correlation_id"])
    op.execute("GRANT SELECT, INSERT ON public.executor_job_runs TO decision_worker, orchestrator_worker")
    op.execute(
        """
        GRANT UPDATE (status, finished_at, error)
           ON public.executor_job_runs TO decision_worker, orchestrator_worker
        """
    )


def downgrade() -> None:
    op.drop_table("executor_job_runs")
    op.drop_index("ix_executor_jobs_correlation_id", table_name="executor_jobs")
    op.drop_column("executor_jobs", "trace_id")
    op.drop_column("executor_jobs", "correlation_id")
    op.execute("DROP DOMAIN public.w3c_trace_id")
