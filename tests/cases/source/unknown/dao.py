from sqlalchemy.orm import Session
from app.models import Job

def save(session: Session, thing, job, sql, rows):
    session.add(thing)
    session.add(job)
    session.add_all([Job() for row in rows])
    session.delete(thing)
    session.execute(sql)
    self.model.query.filter_by(id=1).update({"a": 1})
    template = "UPDATE {} SET a = 1"
    session.execute(text(template.format("executor_jobs")))

def web(session, url):
    session.get(url)
    session.post(url)
