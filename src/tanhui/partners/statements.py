"""What a partner says that it delivered on a day of the city, to be held against our rows.

A day may be declared again: the newest version counts and the earlier ones stay.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Invalid
from tanhui.partners import contract, queries
from tanhui.partners.rows import fetch, require_own
from tanhui.partners.signing import Environment

ROWS_MAX = 1_000_000_000
AMOUNT_MAX = 10**15
# Nobody declares what happened before the mechanism, nor what has not happened yet.
_BACK = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class DayStatement:
    """What a partner declared for a day; an empty `mode` stands for all modes together.

    `amount` is in the unit of the mode's measure (m, steps, Wh), or None where it was not said.
    """

    day: date
    mode: str
    version: int
    rows: int
    amount: int | None
    declared_at: datetime
    declared_by: str


def declare_day(
    *,
    actor: Actor,
    partner_code: str,
    day: date,
    rows: int,
    at: datetime,
    amount: int | None = None,
    mode: str = "",
    modes: Collection[str] = (),
    environment: Environment = "production",
) -> DayStatement:
    """Writes down what a partner says of one day; the same again answers what is written.

    `modes` are the modes the city has, of which `mode` must be one where it is given. In the
    sandbox it ticks `day_declared` and touches no real day. Refuses: `not_permitted`,
    `no_such_partner`, `day_out_of_range`, `count_out_of_range`, `mode_unknown`.
    """
    require(actor, "partner.declare")
    partner = queries.partner(partner_code)
    require_own(actor, partner.id, "partner.declare")
    _check_day(day, city_day(at))
    _check_counts(rows, amount)
    if mode and mode not in modes:
        raise Invalid(
            "mode_unknown",
            zh="没有出行方式“{mode}”。",
            en="There is no mode “{mode}”.",
            mode=mode,
        )
    facts = {
        "partner_id": partner.id,
        "environment": environment,
        "day": day,
        "mode": mode,
        "rows": rows,
        "amount": amount,
        "at": at,
        "actor": actor.name,
    }
    with transaction.atomic():
        fetch("lock_partner", facts)
        if fetch("declare_day", facts):
            write_audit(
                actor=actor,
                action="partner.declare_day",
                subject=f"partner:{partner.code}",
                facts={
                    "day": day.isoformat(),
                    "mode": mode,
                    "environment": environment,
                    "rows": rows,
                    "amount": amount,
                },
                at=at,
            )
        if environment == "sandbox":
            contract.tick(partner_id=partner.id, codes=["day_declared"], at=at)
    return next(
        told
        for told in declared_days(
            partner_id=partner.id, first=day, last=day, environment=environment
        )
        if told.mode == mode
    )


def declared_days(
    *, partner_id: int, first: date, last: date, environment: Environment = "production"
) -> list[DayStatement]:
    """The newest version of each day and mode that a partner declared, by day."""
    facts = {"partner_id": partner_id, "environment": environment, "first": first, "last": last}
    return [DayStatement(*cells) for cells in fetch("declared_days", facts)]


def history(
    *, partner_id: int, day: date, environment: Environment = "production"
) -> list[DayStatement]:
    """Every version that a partner ever declared for one day, oldest first."""
    facts = {"partner_id": partner_id, "environment": environment, "day": day}
    return [DayStatement(*cells) for cells in fetch("declared_history", facts)]


def _check_day(day: date, today: date) -> None:
    if not today - _BACK <= day <= today:
        raise Invalid(
            "day_out_of_range",
            zh="只能申报今天及以前三年内的日期。",
            en="Only today and the three years before it can be declared.",
        )


def _check_counts(rows: int, amount: int | None) -> None:
    if not 0 <= rows <= ROWS_MAX or not 0 <= (amount or 0) <= AMOUNT_MAX:
        raise Invalid(
            "count_out_of_range",
            zh="行数与总量须是不小于 0 的整数，且不超出范围。",
            en="Rows and amount are whole numbers, not negative and not beyond the range.",
        )
