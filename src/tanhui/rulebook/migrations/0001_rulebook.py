"""Proposals, replays and publications."""

from typing import ClassVar

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = []

    operations = [migrations.RunSQL(load("tanhui.rulebook", "schema"))]
