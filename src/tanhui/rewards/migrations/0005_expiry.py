"""Marks of months, what people chose for expiring points, causes and their reports."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0004_drops")]

    operations = []
