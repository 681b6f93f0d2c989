"""Totals by day and scene alone, so that the board of a city with many partners reads few rows."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema_days", "function_take_sums")


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0006_personal")]

    operations = [migrations.RunSQL(load("tanhui.behaviours.totals", part)) for part in PARTS]
