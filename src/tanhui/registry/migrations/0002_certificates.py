"""Certificates of retirement."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_core")]

    operations = []
