"""What rewards need of the books: where points go, and who pays for a reward."""

from typing import Any, ClassVar

from django.db import migrations

from tanhui.ledger.seeding import seed_chart
from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("ledger", "0002_credits")]

    operations: ClassVar[list[Any]] = [
        migrations.RunPython(seed_chart),
        migrations.RunSQL(load("tanhui.ledger", "points_stay")),
        migrations.RunSQL(load("tanhui.ledger", "function_post")),
        migrations.RunSQL(load("tanhui.ledger", "function_post_one")),
    ]
