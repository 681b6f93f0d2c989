"""Certificates of retirement."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_core")]

    operations = [migrations.RunSQL(load("tanhui.registry", "certificate_schema"))]
