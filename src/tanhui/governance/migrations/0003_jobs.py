"""How the rounds of the platform's own jobs went."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_chain")]

    operations = [migrations.RunSQL(load("tanhui.governance", "schema_jobs"))]
