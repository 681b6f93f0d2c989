"""What sponsors gave their word for, and the settlements between sponsors and merchants."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = (
    "funding",
    "function_agreement",
    "function_funding",
    "function_statement_lines",
    "function_close_month",
    "function_settlement_say",
)


class Migration(migrations.Migration):
    dependencies = [("rewards", "0002_catalogue")]

    operations = [migrations.RunSQL(load("tanhui.rewards", part)) for part in PARTS]
