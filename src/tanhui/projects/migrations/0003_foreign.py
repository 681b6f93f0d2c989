"""Other registers and what is like one of our projects."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_monitoring")]

    operations = []
