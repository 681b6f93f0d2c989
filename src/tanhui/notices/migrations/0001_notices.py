"""Messages, addresses, what people chose to be told."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema", "function_guards")


class Migration(migrations.Migration):
    initial = True

    dependencies = [("identity", "0008_merchants")]

    operations = [migrations.RunSQL(load("tanhui.notices", part)) for part in PARTS]
