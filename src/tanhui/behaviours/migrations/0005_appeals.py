"""Holds that end by a case, and who opened their evidence."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0004_totals"), ("cases", "0001_cases")]

    operations = [migrations.RunSQL(load("tanhui.behaviours", "holds_by_case"))]
