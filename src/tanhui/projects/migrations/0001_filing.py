"""Projects from a draft to their registration."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("identity", "0007_organisations"),
        ("vault", "0001_vault"),
        ("cases", "0001_cases"),
    ]

    operations = []
