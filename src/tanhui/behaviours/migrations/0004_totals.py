"""Prepared totals of deeds by day, scene and district."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0003_freshness")]

    operations = []
