"""The audit rows, append-only by privilege."""

from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("action", models.TextField()),
                ("subject", models.TextField()),
                ("facts", models.JSONField(default=dict)),
            ],
            options={"db_table": "governance_audit"},
        ),
        migrations.RunSQL(load("tanhui.governance", "grants")),
    ]
