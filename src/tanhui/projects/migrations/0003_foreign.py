"""Other registers and what is like one of our projects."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_monitoring")]

    operations = [migrations.RunSQL(load("tanhui.projects.foreign", "schema"))]
