"""Functions that read and rewrite sealed columns page by page, for the owner alone."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_second_factor")]

    operations = [migrations.RunSQL(load("tanhui.identity", "function_sealed"))]
