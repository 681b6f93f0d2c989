"""Audit rows that are chained."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_audit")]

    operations = []
