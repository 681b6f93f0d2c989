"""Fair drops: entries, seeds, draws, waiting credit."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema", "function_run", "function_entries")


class Migration(migrations.Migration):
    dependencies = [("rewards", "0003_funding")]

    operations = [migrations.RunSQL(load("tanhui.rewards.drops", part)) for part in PARTS]
