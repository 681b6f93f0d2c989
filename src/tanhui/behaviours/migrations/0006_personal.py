"""Telling a person everything that is kept, and forgetting a person."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [
        ("behaviours", "0005_appeals"),
        ("identity", "0003_consents"),
        ("partners", "0003_consent"),
    ]

    operations = [migrations.RunSQL(load("tanhui.behaviours.personal", "schema"))]
