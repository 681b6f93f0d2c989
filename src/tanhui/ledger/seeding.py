"""Writing the chart of accounts into the books, once more whenever it has grown."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from tanhui.ledger.chart import CHART
from tanhui.runtime.sql import load


def seed_chart(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Adds the kinds of account that the books do not know yet."""
    with schema_editor.connection.cursor() as cursor:
        for kind in CHART:
            cursor.execute(
                load("tanhui.ledger", "seed_chart"),
                {
                    "number": kind.number,
                    "code": kind.code,
                    "asset": str(kind.asset),
                    "pooled": kind.pooled,
                },
            )
