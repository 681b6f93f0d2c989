"""How much a partner may send: items a day of the city, requests a minute. Counted in the database.

The sandbox is counted apart, under the same limits. A request that is refused is not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_end
from tanhui.kernel.refusals import Exhausted, Invalid, Refusal
from tanhui.partners import queries
from tanhui.partners.rows import fetch
from tanhui.partners.signing import Environment

QUOTA_MAX = 2_000_000_000
MINUTE_SECONDS = 60
_MINUTE = timedelta(seconds=MINUTE_SECONDS)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """One limit: how many in a window of `window_seconds`, how many are left, when it begins anew.

    These are the `q`, `w`, `r` and `t` of the RateLimit header fields.
    """

    name: str
    limit: int
    window_seconds: int
    remaining: int
    reset_seconds: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a partner may still send in one environment."""

    items: Window
    requests: Window


def take(
    *, partner_id: int, environment: Environment, items: int, at: datetime, requests: int = 1
) -> Allowance:
    """Counts requests of so many items in all, in one statement, and answers what is left.

    To be called outside of a longer transaction: the row stays locked until the transaction ends.
    Refuses: `quota_used_up` (with `retry_after_seconds`), and then counts nothing.
    """
    facts = _facts(partner_id, environment, at) | {"items": items, "requests": requests}
    taken = fetch("take_quota", facts)
    if not taken:
        raise _used_up(
            allowance(partner_id=partner_id, environment=environment, at=at), items, requests
        )
    return _allowance(taken[0], at)


def allowance(*, partner_id: int, environment: Environment, at: datetime) -> Allowance:
    """What is left now, without counting anything."""
    return _allowance(fetch("quota", _facts(partner_id, environment, at))[0], at)


def set_quota(
    *,
    actor: Actor,
    partner_code: str,
    items_per_day: int,
    requests_per_minute: int,
    at: datetime,
) -> None:
    """Sets both limits of a partner; they hold from the next request on.

    Refuses: `not_permitted`, `no_such_partner`, `quota_out_of_range`.
    """
    require(actor, "partner.quota")
    partner = queries.partner(partner_code)
    limits = {"items_per_day": items_per_day, "requests_per_minute": requests_per_minute}
    if not all(1 <= limit <= QUOTA_MAX for limit in limits.values()):
        raise Invalid(
            "quota_out_of_range",
            zh="配额应在 1 到 {most} 之间。",
            en="A quota is between 1 and {most}.",
            most=QUOTA_MAX,
        )
    with transaction.atomic():
        fetch("set_quota", {"partner_id": partner.id, **limits})
        write_audit(
            actor=actor,
            action="partner.set_quota",
            subject=f"partner:{partner.code}",
            facts={**limits},
            at=at,
        )


def _used_up(left: Allowance, items: int, requests: int) -> Refusal:
    """Which limit it is, and when to try again; the other one is at fault only if this is not."""
    if left.requests.remaining < requests:
        return Exhausted(
            "quota_used_up",
            zh="本分钟已用完 {limit} 次请求的配额，请 {retry_after_seconds} 秒后再试。",
            en="The quota of {limit} requests a minute is used up;"
            " try again in {retry_after_seconds} s.",
            transient=True,
            limit=left.requests.limit,
            retry_after_seconds=left.requests.reset_seconds,
        )
    return Exhausted(
        "quota_used_up",
        zh="今日配额共 {limit} 条，还剩 {remaining} 条，这次要发 {items} 条；"
        "请 {retry_after_seconds} 秒后再试，或先少发一些。",
        en="Of today's quota of {limit} items {remaining} are left, and these are {items};"
        " try again in {retry_after_seconds} s, or send fewer.",
        transient=True,
        limit=left.items.limit,
        remaining=left.items.remaining,
        items=items,
        retry_after_seconds=left.items.reset_seconds,
    )


def _facts(partner_id: int, environment: Environment, at: datetime) -> dict[str, Any]:
    return {
        "partner_id": partner_id,
        "environment": environment,
        "day": city_day(at),
        "minute": at.astimezone(UTC).replace(second=0, microsecond=0),
    }


def _allowance(cells: tuple[Any, ...], at: datetime) -> Allowance:
    item_limit, request_limit, items, requests, minute = cells
    until = [day_end(city_day(at)) - at, minute + _MINUTE - at]
    # Clocks of two machines may differ: a window never begins anew in the past.
    day_seconds, minute_seconds = (max(1, -(-left // _SECOND)) for left in until)
    return Allowance(
        items=Window(
            name="items",
            limit=item_limit,
            window_seconds=24 * 60 * MINUTE_SECONDS,
            remaining=max(0, item_limit - items),
            reset_seconds=day_seconds,
        ),
        requests=Window(
            name="requests",
            limit=request_limit,
            window_seconds=MINUTE_SECONDS,
            remaining=max(0, request_limit - requests),
            reset_seconds=minute_seconds,
        ),
    )
