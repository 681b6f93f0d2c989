"""What is told of settlements: lines by offer, what became of each, and whether the books agree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from tanhui.kernel.periods import day_start
from tanhui.rewards import funding_refusals, queries
from tanhui.rewards.settlements import month_of, next_month


@dataclass(frozen=True, slots=True)
class Line:
    """What one window owes one merchant for one offer in one month: units, points, fen.

    What came back after it was due is `returned_…`.
    """

    month: date
    sponsor_id: int
    merchant_id: int
    funding_id: int
    offer_id: int
    units: int
    points: int
    owed_fen: int
    returned_units: int
    returned_points: int
    returned_fen: int

    @property
    def net_fen(self) -> int:
        """What is owed less what came back."""
        return self.owed_fen - self.returned_fen


@dataclass(frozen=True, slots=True)
class Act:
    """What one side said: `paid`, `received`, `disputed`, `answered`; or `own`."""

    kind: str
    organisation_id: int
    reference: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """One sponsor and one merchant for one month that is closed.

    `brought_fen` and `carried_fen` (both 0 or below) are what came back beyond what was owed, from
    an earlier month and to a later one.
    """

    id: int
    month: date
    sponsor_id: int
    merchant_id: int
    owed_fen: int
    returned_fen: int
    brought_fen: int
    due_fen: int
    carried_fen: int
    at: datetime
    acts: tuple[Act, ...]

    @property
    def number(self) -> str:
        """How people call it, such as `ST-202611-0007`."""
        return f"ST-{self.month:%Y%m}-{self.id:04d}"

    @property
    def state(self) -> str:
        """`nothing` to pay, `open`, said `paid`, `disputed`, or `settled`."""
        if self.due_fen == 0:
            return "nothing"
        if not self.acts:
            return "open"
        last = self.acts[-1].kind
        if last in ("received", "own"):
            return "settled"
        if last == "disputed":
            return "disputed"
        return "paid" if any(act.kind == "paid" for act in self.acts) else "open"

    @property
    def reference(self) -> str:
        """The bank's reference that the sponsor gave last."""
        return next((act.reference for act in reversed(self.acts) if act.kind == "paid"), "")

    @property
    def open_fen(self) -> int:
        """What is still to be paid."""
        return 0 if self.state in ("nothing", "settled") else self.due_fen


@dataclass(frozen=True, slots=True)
class MonthSum:
    """A month of one organisation: its sums, and how much of it is still to be paid."""

    month: date
    closed: bool
    units: int
    points: int
    owed_fen: int
    returned_fen: int
    open_fen: int
    disputed: bool

    @property
    def net_fen(self) -> int:
        """What is owed less what came back."""
        return self.owed_fen - self.returned_fen


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is told of money and is not what the books say; both in fen."""

    what: str
    number: int
    told: int
    booked: int


def first_open_month(at: datetime) -> date:
    """The first month that is not closed."""
    (found,) = queries.rows("months_closed", {})
    if found["last_closed"]:
        return next_month(found["last_closed"])
    return month_of(found["first_opened"] or at)


def lines(
    *, month: date, at: datetime, sponsor_id: int | None = None, merchant_id: int | None = None
) -> list[Line]:
    """A month's lines: as they were closed, or as the books stand. Refuses `no_such_month`."""
    if month.day != 1 or month > month_of(at):
        raise funding_refusals.no_such_month()
    who = {"sponsor_id": sponsor_id, "merchant_id": merchant_id}
    if month < first_open_month(at):
        return [Line(**row) for row in queries.rows("settled_lines", {"month": month, **who})]
    within = {"starts_at": day_start(month), "ends_at": day_start(next_month(month))}
    return [Line(**row) for row in queries.rows("live_lines", {**within, **who})]


def settlements(
    *,
    sponsor_id: int | None = None,
    merchant_id: int | None = None,
    month: date | None = None,
    settlement_id: int | None = None,
) -> list[Settlement]:
    """Settlements, the newest month first: all, those of one side, of a month, or one."""
    asked = {
        "id": settlement_id,
        "month": month,
        "sponsor_id": sponsor_id,
        "merchant_id": merchant_id,
    }
    heads: dict[int, dict[str, object]] = {}
    acts: dict[int, list[Act]] = defaultdict(list)
    for row in queries.rows("settlements", asked):
        act = Act(
            kind=row.pop("kind"),
            organisation_id=row.pop("organisation_id"),
            reference=row.pop("reference"),
            words=row.pop("words"),
            at=row.pop("said_at"),
        )
        heads[row["id"]] = row
        if act.kind is not None:
            acts[row["id"]].append(act)
    return [
        Settlement(**head, acts=tuple(acts[number]))  # type: ignore[arg-type]
        for number, head in heads.items()
    ]


def settlement(settlement_id: int) -> Settlement:
    """One settlement; refuses `no_such_settlement`."""
    found = settlements(settlement_id=settlement_id)
    if not found:
        raise funding_refusals.no_such_settlement()
    return found[0]


def months(
    *, at: datetime, sponsor_id: int | None = None, merchant_id: int | None = None
) -> list[MonthSum]:
    """The months of one side in which anything became due or came back, the newest first.

    The present month is always among them.
    """
    who = {"sponsor_id": sponsor_id, "merchant_id": merchant_id}
    begin = first_open_month(at)
    after = next_month(month_of(at))
    within = {"starts_at": day_start(begin), "ends_at": day_start(after)}
    found: dict[date, list[Line]] = {month_of(at): []}
    for row in (
        *queries.rows("live_lines", {**within, **who}),
        *queries.rows("settled_lines", {"month": None, **who}),
    ):
        found.setdefault(row["month"], []).append(Line(**row))
    due: dict[date, list[Settlement]] = defaultdict(list)
    for each in settlements(sponsor_id=sponsor_id, merchant_id=merchant_id):
        due[each.month].append(each)
    return [
        MonthSum(
            month=month,
            closed=month < begin,
            units=sum(line.units - line.returned_units for line in told),
            points=sum(line.points - line.returned_points for line in told),
            owed_fen=sum(line.owed_fen for line in told),
            returned_fen=sum(line.returned_fen for line in told),
            open_fen=sum(each.open_fen for each in due[month]),
            disputed=any(each.state == "disputed" for each in due[month]),
        )
        for month, told in sorted(found.items(), reverse=True)
    ]


def differences() -> list[Difference]:
    """Everything told of windows, statements and payments that the books say otherwise.

    Reads all transfers of money and all steps; part of `tanhui prove`.
    """
    return [Difference(**row) for row in queries.rows("funding_recount", {})]
