"""SQL lives in files: `sql/<name>.sql` beside the room that runs it."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def load(package: str, name: str) -> str:
    """The text of `sql/<name>.sql` in the package of a room, for example `tanhui.ledger`."""
    return (resources.files(package) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
