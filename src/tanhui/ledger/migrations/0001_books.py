"""The books: tables by SQL, the chart of accounts, and the functions that alone may write."""

from typing import Any, ClassVar

from django.db import migrations, models

from tanhui.ledger.seeding import seed_chart
from tanhui.runtime.sql import load

FUNCTIONS = ("open_accounts", "lock_holders", "issue", "post")


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations: ClassVar[list[Any]] = [
        migrations.RunSQL(load("tanhui.ledger", "schema")),
        *(migrations.RunSQL(load("tanhui.ledger", f"function_{name}")) for name in FUNCTIONS),
        migrations.RunPython(seed_chart),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "holder_id",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("holder_id", models.BigIntegerField()),
                ("kind", models.SmallIntegerField()),
                ("debits_pending", models.BigIntegerField()),
                ("debits_posted", models.BigIntegerField()),
                ("credits_pending", models.BigIntegerField()),
                ("credits_posted", models.BigIntegerField()),
            ],
            options={"db_table": "ledger_account", "managed": False},
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("debit_holder_id", models.BigIntegerField()),
                ("debit_kind", models.SmallIntegerField()),
                ("credit_holder_id", models.BigIntegerField()),
                ("credit_kind", models.SmallIntegerField()),
                ("amount", models.BigIntegerField()),
                ("phase", models.SmallIntegerField()),
                ("reason", models.SmallIntegerField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={"db_table": "ledger_transfer", "managed": False},
        ),
    ]
