"""The kinds of account that credits need; a database of earlier days has none of them."""

from typing import Any, ClassVar

from django.db import migrations

from tanhui.ledger.seeding import seed_chart


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("ledger", "0001_books")]

    operations: ClassVar[list[Any]] = [migrations.RunPython(seed_chart)]
