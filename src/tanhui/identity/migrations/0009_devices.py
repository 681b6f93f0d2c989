"""Devices of persons, and when a session last proved to have the phone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0008_merchants")]

    operations = []
