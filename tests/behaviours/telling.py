"""Telling the books what was ridden, and reading back what became of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from tanhui.behaviours.commands import FileResult, record_file
from tanhui.config.database import Database
from tanhui.kernel.periods import CITY_ZONE
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.ledger.queries import balances
from tanhui.partners.commands import bind_riders, register_partner
from tests.cast import (
    BIKE,
    BIKE_DESK,
    LAYOUT,
    LIN_RIDER,
    NOW,
    OPERATOR,
    ZHOU_RIDER,
    Seated,
    write_rides,
)

_NUMBERS = count(1)
# Noon of a Monday when grades are paid by and the day has a limit in all.
JULY = datetime(2026, 7, 20, 12, 0, tzinfo=CITY_ZONE)


@dataclass
class City:
    """The cast, a folder for their files, and the books they are written into."""

    seated: Seated
    folder: Path
    books: Database
    files: list[Path] = field(default_factory=list)

    def ingest(
        self, rides: Iterable[dict[str, Any]] | Path, *, at: datetime = NOW, **options: Any
    ) -> FileResult:
        """Records rides as a file of the bike partner; a path is sent as it is."""
        if isinstance(rides, Path):
            path = rides
        else:
            path = write_rides(self.folder / f"rides-{next(_NUMBERS)}.ndjson", rides)
        self.files.append(path)
        options = {"partner_code": BIKE, "layout_name": LAYOUT, "actor": BIKE_DESK, **options}
        return record_file(path=path, at=at, **options)

    def partner(self, code: str, *, name_zh: str = "天府单车", name_en: str = "Tianfu") -> int:
        """Registers another partner, which calls our citizens as the bike partner does."""
        partner_id = register_partner(
            actor=OPERATOR,
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            scene="",
            simulated=True,
            at=NOW,
        ).id
        bind_riders(
            actor=OPERATOR,
            partner_code=code,
            riders=[LIN_RIDER, ZHOU_RIDER],
            citizen_ids=[self.seated.lin, self.seated.zhou],
            at=NOW,
        )
        return partner_id

    def tell(self, code: str, *rides: dict[str, Any], **options: Any) -> FileResult:
        """Records rides as a file of that partner; the clock stands at noon of 20 July 2026."""
        return self.ingest(list(rides), partner_code=code, **{"at": JULY, **options})

    def rows(self, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
        """What the books' owner reads."""
        with psycopg.connect(self.books.owner_url) as owner:
            return owner.execute(statement, facts or None).fetchall()

    def tamper(self, *statements: str) -> None:
        """What only the books' owner could do, and must not."""
        with psycopg.connect(self.books.owner_url) as owner:
            for statement in statements:
                owner.execute(statement)


def told(result: FileResult) -> dict[int, str]:
    """The reason of each line that was not recorded, from the file's report."""
    with Path(result.report).open(encoding="utf-8-sig", newline="") as stream:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(stream)}


def balance(citizen_id: int) -> tuple[int, int]:
    """A citizen's points and milligrams."""
    held = balances(holder_id=citizen_id, kinds=(CITIZEN_POINTS, CITIZEN_REDUCTION))
    return held[CITIZEN_POINTS].available, held[CITIZEN_REDUCTION].available


def add_up(result: FileResult) -> bool:
    """Whether every row is accounted for once."""
    parts = (result.recorded, result.exists, *result.held.values(), *result.refused.values())
    return result.rows == sum(parts)
