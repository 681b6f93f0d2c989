"""What erasing a person needs of partners: blanking references in stored answers."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_interface"), ("identity", "0003_consents")]

    operations = [migrations.RunSQL(load("tanhui.partners", "grants_forgetting"))]
