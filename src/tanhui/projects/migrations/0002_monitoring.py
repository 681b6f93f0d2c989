"""Monitoring periods, reports, findings and verification bodies' signatures."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("monitoring", "function_period", "function_finding")


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_filing")]

    operations = [migrations.RunSQL(load("tanhui.projects", part)) for part in PARTS]
