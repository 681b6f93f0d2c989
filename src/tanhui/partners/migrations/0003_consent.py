"""Riders whose citizen has withdrawn the consent."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_interface")]

    operations = []
