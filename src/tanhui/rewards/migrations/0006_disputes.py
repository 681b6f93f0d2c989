"""Disputes about redemptions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0005_expiry")]

    operations = []
