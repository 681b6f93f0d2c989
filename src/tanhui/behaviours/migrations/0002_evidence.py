"""Measures of every scene, merged and held deeds, deeds that are taken back."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("evidence", "function_deed_transfer_id")


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0001_behaviours")]

    operations = [migrations.RunSQL(load("tanhui.behaviours", part)) for part in PARTS]
