"""Files by hash, their versions, whose they are, and what was erased."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    initial = True
    dependencies = [("identity", "0001_persons")]

    operations = [migrations.RunSQL(load("tanhui.vault", "schema"))]
