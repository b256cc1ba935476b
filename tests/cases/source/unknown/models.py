class Job(Base):
    __tablename__ = "jobs"
