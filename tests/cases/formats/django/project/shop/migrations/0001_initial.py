import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("crm", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="crm.customer"),
                ),
            ],
            options={"db_table": "orders"},
        ),
        migrations.AddConstraint(
            "order", models.UniqueConstraint(fields=["id", "customer"], name="once")
        ),
    ]
