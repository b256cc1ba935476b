from .models import ExecutorJob, Order
from shop import models

def view(request):
    ExecutorJob.objects.create(type="x")
    ExecutorJob.objects.filter(id=1).update(type="y")
    Order.objects.filter(id=1).first()
    order = Order.objects.get(pk=1)
    order.total = 3
    order.save()
    models.Order.objects.all().delete()
    Order(total=1).save()
    job = ExecutorJob()
    job.save()
