from django.db import models
class Base(models.Model):
    class Meta:
        abstract = True
class ExecutorJob(Base):
    class Meta:
        db_table = "executor_jobs"
class Order(Base):
    total = models.IntegerField()
