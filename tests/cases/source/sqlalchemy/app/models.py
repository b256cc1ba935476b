from sqlalchemy import Column, Integer, MetaData, Table
metadata = MetaData()
class Base: ...
class ExecutorJob(Base):
    __tablename__ = "executor_jobs"
    id = Column(Integer)
class Note(db.Model):
    id = Column(Integer)
class SpecialNote(Note):
    pass
class Tick(Base):
    __tablename__ = "ticks"
    __table_args__ = {"schema": "ops"}
documents = Table("documents", metadata, Column("id", Integer), schema="app")
