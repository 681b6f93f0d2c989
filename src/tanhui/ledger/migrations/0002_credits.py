"""What credits need of the books: their kinds of account, and posting one transfer by itself."""

from typing import Any, ClassVar

from django.db import migrations

from tanhui.ledger.seeding import seed_chart
from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("ledger", "0001_books")]

    operations: ClassVar[list[Any]] = [
        migrations.RunPython(seed_chart),
        migrations.RunSQL(load("tanhui.ledger", "function_post_one")),
    ]
