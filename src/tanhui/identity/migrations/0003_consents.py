"""What a person has agreed to, for which purpose."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0002_memberships")]

    operations = []
