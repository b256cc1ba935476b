"""user documents

Revision ID: 0003
Revises: 0002
Create Date: 2024-02-09 15:01:27
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_documents",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("draft", "protection_requested", "protected", name="user_document_status"),
            nullable=False,
            server_default="draft",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_user_documents_owner_id", "user_documents", ["owner_id", "created_at"])
    op.create_index(
        "ix_user_documents_title_trgm",
        "user_documents",
        ["title"],
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON user_documents TO app_gateway")


def downgrade() -> None:
    op.drop_table("user_documents")
    op.execute("DROP TYPE user_document_status")
