"""Areas in which journeys belong to a project."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_claims")]

    operations = [migrations.RunSQL(load("tanhui.claims", "areas_schema"))]
