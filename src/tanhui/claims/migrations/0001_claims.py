"""A person's time and days, and the trips that other schemes have rewarded."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = (
    "schema",
    "function_open_days",
    "function_extend",
    "function_give_back",
    "function_give_back_days",
    "function_bits",
)


class Migration(migrations.Migration):
    initial = True

    operations = [migrations.RunSQL(load("tanhui.claims", part)) for part in PARTS]
