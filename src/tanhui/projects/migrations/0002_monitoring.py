"""Monitoring periods, reports, findings and verifiers" signatures."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_filing")]

    operations = []
