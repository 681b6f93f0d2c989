"""What rewards need of the books: where points go, and who pays for a reward."""

from typing import Any, ClassVar

from django.db import migrations

from tanhui.ledger.seeding import seed_chart


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("ledger", "0002_credits")]

    operations: ClassVar[list[Any]] = [migrations.RunPython(seed_chart)]
