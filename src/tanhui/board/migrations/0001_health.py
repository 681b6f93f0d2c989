"""Lets the application see which migrations are applied."""

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [migrations.RunSQL(load("tanhui.board", "grants"))]
