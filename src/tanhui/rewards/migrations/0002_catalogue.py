"""Offers as they are drafted, approved and published; codes; pictures."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("offers_kept", "function_offer")


class Migration(migrations.Migration):
    dependencies = [("rewards", "0001_core")]

    operations = [migrations.RunSQL(load("tanhui.rewards", part)) for part in PARTS]
