"""Taking one asset from many holders at once, which the end of a month does."""

from typing import Any, ClassVar

from django.db import migrations

from tanhui.runtime.sql import load


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("ledger", "0003_rewards")]

    operations: ClassVar[list[Any]] = [migrations.RunSQL(load("tanhui.ledger", "function_collect"))]
