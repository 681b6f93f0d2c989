"""Messages, addresses, what people chose to be told."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [("identity", "0008_merchants")]

    operations = []
