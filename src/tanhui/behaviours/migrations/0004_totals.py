"""Prepared totals of deeds by partner, day, scene and district, and the district on the deed."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = (
    "column_district",
    "view_counted",
    "schema",
    "view_prepared",
    "function_roll",
    "function_changes",
)


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0003_freshness"), ("identity", "0002_memberships")]

    operations = [migrations.RunSQL(load("tanhui.behaviours.totals", part)) for part in PARTS]
