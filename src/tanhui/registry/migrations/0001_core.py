"""The registry: accounts, blocks, what moved them, retirements."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("projects", "0002_monitoring"),
        ("ledger", "0002_credits"),
        ("publiclog", "0001_publiclog"),
    ]

    operations = []
