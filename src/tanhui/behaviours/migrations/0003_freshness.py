"""When a partner last brought anything, found without reading all that it ever brought."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("behaviours", "0002_evidence")]

    operations = [migrations.RunSQL(load("tanhui.behaviours", "chunk_recorded"))]
