"""Settlements between sponsors and merchants."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0002_catalogue")]

    operations = []
