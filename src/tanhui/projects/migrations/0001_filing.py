"""Projects from a draft to their registration."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema", "function_start", "function_change", "function_move", "function_checks")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0007_organisations"),
        ("vault", "0001_vault"),
        ("cases", "0001_cases"),
    ]

    operations = [migrations.RunSQL(load("tanhui.projects", part)) for part in PARTS]
