"""Holds that end by a case."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0004_totals")]

    operations = []
