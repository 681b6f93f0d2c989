"""The registry: accounts, blocks, what moved them, retirements."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = (
    "schema",
    "guards",
    "function_account",
    "function_take",
    "function_move",
    "function_end_hold",
    "function_issue",
    "function_cancel",
    "function_note",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0002_monitoring"),
        ("ledger", "0002_credits"),
        ("publiclog", "0001_publiclog"),
    ]

    operations = [migrations.RunSQL(load("tanhui.registry", part)) for part in PARTS]
