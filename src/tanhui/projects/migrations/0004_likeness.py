"""By which signs a project that is like another one is found, and what is waived."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_foreign")]

    operations = [migrations.RunSQL(load("tanhui.projects.likeness", "schema"))]
