"""Keys, deliveries, quota, contract test and declared days of partners."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_partners")]

    operations = [
        migrations.RunSQL(
            load("tanhui.partners", "interface"),
            state_operations=[
                migrations.AddField(
                    "partner", "expected_hours", models.IntegerField(db_default=24)
                ),
                migrations.AddField(
                    "partner", "modes", ArrayField(models.TextField(), default=list)
                ),
                migrations.AddField(
                    "partner", "items_per_day", models.IntegerField(db_default=2_000_000)
                ),
                migrations.AddField(
                    "partner", "requests_per_minute", models.IntegerField(db_default=6_000)
                ),
            ],
        ),
    ]
