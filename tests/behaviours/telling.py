"""Telling the books what was ridden, and reading back what became of it."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connections, transaction

from tanhui.behaviours.appeals import decide_appeal, intend_to_refuse, speak
from tanhui.behaviours.bill import day_bill
from tanhui.behaviours.commands import FileResult, record_file
from tanhui.behaviours.desk_evidence import deed_of
from tanhui.behaviours.queries import rows_of_days, why
from tanhui.behaviours.recount import recount
from tanhui.behaviours.rows import BehaviourRow
from tanhui.config.database import Database
from tanhui.identity.commands import register_simulated
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import CITY_ZONE
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    CITY_HOLDER_ID,
    POINTS_USED,
    Reason,
)
from tanhui.ledger.commands import post_transfers
from tanhui.ledger.queries import balances
from tanhui.ledger.queries import recount as recount_ledger
from tanhui.ledger.transfers import AccountKey, Transfer
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
PATIENCE_SECONDS = 60
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

    def riders(self, people: int, *codes: str) -> list[str]:
        """So many riders whom these partners know by the same names."""
        citizens = register_simulated(actor=OPERATOR, count=people + 2, at=NOW)[2:]
        names = [f"rider-{number}" for number in range(people)]
        for code in codes:
            bind_riders(
                actor=OPERATOR, partner_code=code, riders=names, citizen_ids=citizens, at=NOW
            )
        return names

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


def at_once(*acts: Callable[[], FileResult]) -> list[FileResult]:
    """Runs the acts in threads that set out together, each with a connection of its own."""
    gate = threading.Barrier(len(acts))
    answers: list[FileResult | BaseException | None] = [None] * len(acts)

    def run(place: int, act: Callable[[], FileResult]) -> None:
        try:
            gate.wait(PATIENCE_SECONDS)
            answers[place] = act()
        except BaseException as error:
            answers[place] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, act), daemon=True)
        for place, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    results = []
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
        assert answer is not None, "a delivery never came to its end"
        results.append(answer)
    return results


def proved(city: City) -> None:
    """The books recount, every day's bill agrees, and every card tells what was used before it."""
    assert recount().matches, recount()
    assert all(asset.matches for asset in recount_ledger())
    # What is claimed is the time and the days of what stands, no more and no less.
    assert city.rows(_WRONG_CLAIMS) == []
    days = city.rows(
        "SELECT DISTINCT citizen_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date"
        " FROM behaviours_behaviour"
    )
    for citizen, day in days:
        assert day_bill(citizen_id=citizen, day=day).agrees
        for row in rows_of_days(citizen_id=citizen, first=day, last=day):
            told = why(citizen_id=citizen, key=row.key).points
            room = max(0, told.tariff.points_per_day_max - told.used_before)
            if told.limit is not None:
                room = min(room, max(0, told.limit.per_day_max_in_all - told.used_in_all))
            assert row.points == min(row.points_uncapped, room)


_STANDING = """
    SELECT b.citizen_id, b.started_at, b.ended_at, b.partner_id, b.scene
    FROM behaviours_behaviour AS b
    LEFT JOIN behaviours_void AS v USING (citizen_id, started_at, partner_id, reference_digest)
    LEFT JOIN behaviours_hold AS h USING (citizen_id, started_at, partner_id, reference_digest)
    LEFT JOIN behaviours_hold_end AS e ON e.hold_id = h.id AND e.outcome = 'reversed'
    WHERE b.state <> 1 AND v.citizen_id IS NULL AND e.hold_id IS NULL
"""
# Scenes 1 to 5 claim time; of the others steps are kind 0 of a day, an electric car's ways kind 1.
_WRONG_CLAIMS = f"""
    WITH standing AS ({_STANDING}),
    slots AS (
        SELECT s.citizen_id, c.block, bit_or(c.bits) AS bits
        FROM standing AS s, claims_bits(s.started_at, s.ended_at) AS c
        WHERE s.scene <= 5 GROUP BY 1, 2
    ),
    days AS (
        SELECT DISTINCT s.citizen_id, (s.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
            CASE s.scene WHEN 8 THEN 0 ELSE 1 END AS kind
        FROM standing AS s WHERE s.scene > 5
    )
    SELECT 'time', citizen_id, block::text FROM slots
    FULL JOIN (SELECT * FROM claims_time WHERE taken <> 0) AS t USING (citizen_id, block)
    WHERE slots.bits IS DISTINCT FROM t.taken
    UNION ALL
    SELECT 'day', coalesce(d.citizen_id, c.citizen_id), coalesce(d.day, c.day)::text FROM days AS d
    FULL JOIN claims_day AS c ON (c.citizen_id, c.day, c.kind) = (d.citizen_id, d.day, d.kind)
    WHERE d.kind IS NULL OR c.kind IS NULL
"""


def rows_of(citizen_id: int, day: date) -> dict[datetime, BehaviourRow]:
    """A citizen's deeds of one day as they are told, by when they began."""
    found = rows_of_days(citizen_id=citizen_id, first=day, last=day)
    return {row.started_at.astimezone(CITY_ZONE): row for row in found}


def standing(city: City) -> list[Any]:
    """The deeds that are paid or held: citizen, start, end, partner, scene."""
    return city.rows(f"{_STANDING} ORDER BY b.citizen_id, b.started_at")


def citizen(citizen_id: int) -> Actor:
    """A citizen who acts for themselves."""
    return Actor("person", frozenset({"citizen"}), person_id=citizen_id, assurance=Assurance.PHONE)


def desk(partner_id: int) -> Actor:
    """The data desk of a partner."""
    return Actor("desk", frozenset({"partner"}), organisation_id=partner_id)


def spend(citizen_id: int, points: int) -> str:
    """Takes points from a citizen as an exchange would; answers what the ledger said."""
    used = AccountKey(CITY_HOLDER_ID, POINTS_USED)
    account = AccountKey(citizen_id, CITIZEN_POINTS)
    with transaction.atomic():
        return post_transfers(
            transfers=[Transfer(uuid4(), account, used, points, Reason.POINTS_SPENT)], at=JULY
        )[0]


def pending(city: City, citizen_id: int) -> tuple[int, int]:
    """Points and milligrams that wait for the end of holds."""
    found = dict(
        city.rows(
            "SELECT kind, credits_pending FROM ledger_account WHERE holder_id = %s", citizen_id
        )
    )
    return found.get(CITIZEN_POINTS.number, 0), found.get(CITIZEN_REDUCTION.number, 0)


def reviewer(number: int, role: str = "operator") -> Actor:
    """A member of staff with a seat, so that it is known who decided."""
    return Actor(f"person:{number}", frozenset({role}), person_id=number)


# Beyond the numbers of the citizens that tests make.
FIRST, SECOND = reviewer(9_000_021), reviewer(9_000_022, "regulator")


def refuse_hold(*, hold_id: UUID, reason: str, at: datetime, actor: Actor | None = None) -> None:
    """Refuses a held deed by the whole way: said, objected to, upheld by somebody else."""
    del actor
    citizen_id, key = deed_of(hold_id)
    intend_to_refuse(actor=FIRST, hold_id=hold_id, reason=reason, at=at)
    speak(actor=citizen(citizen_id), key=key, words="不是这样", at=at)
    decide_appeal(actor=SECOND, hold_id=hold_id, decision="uphold", message=reason, at=at)
