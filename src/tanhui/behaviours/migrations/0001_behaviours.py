"""Deeds, their references, the chunks and the rules they were recorded under."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema", "function_open_days", "function_posting_id")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0001_books"), ("partners", "0001_partners")]

    operations = [migrations.RunSQL(load("tanhui.behaviours", part)) for part in PARTS]
