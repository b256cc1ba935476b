"""an entity for every user document

Revision ID: 0011
Revises: 0010
Create Date: 2024-05-02 07:30:45

Rows that stand in user_documents alone become entities with the same id. Their past is one event,
`document.imported`, which asks for no job; and an INSERT does not call the listener.
"""

import uuid

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IMPORTED = uuid.UUID("6a1f1c1e-8d5f-4b43-9a0a-0d9b8ef7c0a1")

ENTITIES = sa.table(
    "document_entities",
    sa.column("id", sa.Uuid()),
    sa.column("owner_id", sa.Uuid()),
    sa.column("title", sa.Text()),
    sa.column("events", postgresql.JSONB()),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    bind = op.get_bind()
    documents = bind.execute(
        sa.text(
            """
            SELECT u.id, u.owner_id, u.title, u.status::text AS status, u.created_at, u.updated_at
              FROM user_documents AS u
             WHERE NOT EXISTS (SELECT FROM document_entities AS d WHERE d.id = u.id)
             ORDER BY u.created_at, u.id
            """
        )
    ).all()
    for document in documents:
        event = {
            "kind": "document.imported",
            "at": document.updated_at.isoformat(),
            # The same id whenever and wherever the row is imported.
            "correlation_id": str(uuid.uuid5(IMPORTED, str(document.id))),
            "trace_id": None,
            "payload": {"status": document.status},
        }
        bind.execute(
            sa.insert(ENTITIES).values(
                id=document.id,
                owner_id=document.owner_id,
                title=document.title,
                events=[event],
                created_at=document.created_at,
            )
        )


def downgrade() -> None:
    # Only what was imported and not used since; the guard must look away for it.
    op.execute("ALTER TABLE document_entities DISABLE TRIGGER guard_document_entity_events")
    op.execute(
        """
        DELETE FROM document_entities
         WHERE jsonb_array_length(events) = 1 AND events -> 0 ->> 'kind' = 'document.imported'
        """
    )
    op.execute("ALTER TABLE document_entities ENABLE TRIGGER guard_document_entity_events")
