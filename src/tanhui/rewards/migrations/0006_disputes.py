"""Disputes about redemptions."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("rewards", "0005_expiry"), ("cases", "0001_cases")]

    operations = [migrations.RunSQL(load("tanhui.rewards", "schema_disputes"))]
