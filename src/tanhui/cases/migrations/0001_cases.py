"""Cases, their steps, and the words of those who took them."""

from django.db import migrations

from tanhui.runtime.sql import load

PARTS = ("schema", "function_open", "function_lock", "function_move", "function_assign")


class Migration(migrations.Migration):
    initial = True

    operations = [migrations.RunSQL(load("tanhui.cases", part)) for part in PARTS]
