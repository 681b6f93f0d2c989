"""What a person has agreed to, for which purpose."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_memberships")]

    operations = [migrations.RunSQL(load("tanhui.identity", "consents"))]
