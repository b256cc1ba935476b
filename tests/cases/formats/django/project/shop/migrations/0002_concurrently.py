from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("shop", "0001_initial")]
    operations = [
        TrigramExtension(),
        AddIndexConcurrently("order", models.Index(fields=["customer"], name="orders_by_customer")),
        migrations.RunSQL([("INSERT INTO crm_customer (name) VALUES (%s)", ["O'Brien"])]),
        migrations.RunPython(migrations.RunPython.noop),
    ]
