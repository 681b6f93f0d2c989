"""Marks of months, what people chose for expiring points, causes and their reports."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = (
    "schema",
    "function_expiring",
    "function_mark_chunk",
    "function_expire_chunk",
    "function_pause",
)


class Migration(migrations.Migration):
    dependencies = [("rewards", "0004_drops"), ("ledger", "0004_collect")]

    operations = [migrations.RunSQL(load("tanhui.rewards.expiry", part)) for part in PARTS]
