from django.db import migrations, models


def fill(apps, schema_editor):
    raise SystemExit("never run")


class Migration(migrations.Migration):
    dependencies = [("crm", "0001_initial"), ("shop", "0001_initial")]
    operations = [
        migrations.AddField("customer", "note", models.TextField(default="it's 5%")),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(
            """
            CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$
              SELECT 1; -- 100%
            $$;
            CREATE VIEW v AS SELECT 1;
            """,
            "DROP FUNCTION f()",
        ),
    ]
