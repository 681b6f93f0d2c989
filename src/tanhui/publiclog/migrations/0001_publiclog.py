"""Leaves that wait for the public log, the trees it has signed, and its alarms."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema", "function_number", "function_grow")


class Migration(migrations.Migration):
    initial = True

    operations = [migrations.RunSQL(load("tanhui.publiclog", part)) for part in PARTS]
