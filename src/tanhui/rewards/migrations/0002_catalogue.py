"""Offers as they are drafted, approved and published; codes; pictures."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_core")]

    operations = []
