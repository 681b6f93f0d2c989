"""Offers, who pays for them, stock, redemptions, and the functions that alone may move them."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = (
    "schema",
    "function_stock",
    "function_take_stock",
    "function_redemption_parts",
    "function_money_parts",
    "function_reserve",
    "function_go_on",
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("behaviours", "0008_waiting"),
        ("identity", "0008_merchants"),
        ("ledger", "0003_rewards"),
    ]

    operations = [migrations.RunSQL(load("tanhui.rewards", part)) for part in PARTS]
