from sqlalchemy import delete, func, insert, select, text, update
from app import db
from app.models import ExecutorJob, Note, SpecialNote, Tick, documents

def write(session, row, note: Note):
    """INSERT INTO executor_jobs VALUES (1) is prose here"""
    job = ExecutorJob(**row)
    db.session.add(job)
    session.add_all([Note(), Tick()])
    session.merge(note)
    session.execute(insert(ExecutorJob).values(row))
    session.execute(update(ExecutorJob).where(ExecutorJob.id == 1).values(row))
    session.execute(delete(Tick))
    session.execute(documents.insert().values(row))
    session.query(ExecutorJob).filter_by(id=1).delete()
    ExecutorJob.query.filter(ExecutorJob.id == 1).update({"a": 1})
    session.bulk_insert_mappings(ExecutorJob, [row])
    session.delete(session.query(Note).first())

def read(session):
    session.query(ExecutorJob).filter_by(id=1).all()
    session.scalars(select(SpecialNote)).all()
    ExecutorJob.query.get(1)
    session.execute(select(func.claim_orchestrator_jobs(10)))
    session.execute(text("SELECT * FROM executor_jobs WHERE id = :id"), {"id": 1})
    seen = set()
    seen.add("executor_jobs")
    items.filter(lambda x: x).get(1)
