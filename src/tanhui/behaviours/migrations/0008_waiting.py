"""Points that may not be spent yet, for whoever spends inside the database."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0007_day_totals")]

    operations = [migrations.RunSQL(load("tanhui.behaviours", "function_waiting"))]
