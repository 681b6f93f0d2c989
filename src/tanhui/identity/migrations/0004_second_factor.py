"""The second factor of members of staff, and seats that a second person confirms."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0003_consents")]

    operations = []
