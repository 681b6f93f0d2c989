"""Audit rows that are chained."""

from typing import Any

from django.db import migrations, models

from tanhui.governance.codes import code_of, content
from tanhui.runtime.sql import load

_ROWS = 10_000


def _code_older_rows(apps: Any, schema_editor: Any) -> None:
    """Gives every row that is there already its code, and lets it wait for the chain."""
    del apps
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(load("tanhui.governance", "uncoded"), {"most": _ROWS})
            rows = cursor.fetchall()
            if not rows:
                return
            numbers = [row[0] for row in rows]
            codes = [code_of(content(*row)) for row in rows]
            cursor.execute(
                load("tanhui.governance", "code_older"), {"numbers": numbers, "codes": codes}
            )


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_audit")]

    operations = [
        migrations.AddField("auditrow", "mac", models.BinaryField(max_length=36, null=True)),
        migrations.CreateModel(
            name="Waiting",
            fields=[("audit_id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "governance_audit_waiting"},
        ),
        migrations.CreateModel(
            name="ChainLink",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("audit_id", models.BigIntegerField(unique=True)),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={"db_table": "governance_audit_chain"},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.BinaryField(max_length=32)),
                ("mac", models.BinaryField(max_length=36)),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "governance_audit_seal"},
        ),
        migrations.CreateModel(
            name="Published",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("audit_id", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("leaf", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={"db_table": "governance_audit_published"},
        ),
        migrations.RunPython(_code_older_rows, migrations.RunPython.noop),
        migrations.RunSQL(load("tanhui.governance", "schema_chain")),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("auditrow", "mac", models.BinaryField(max_length=36)),
            ]
        ),
    ]
