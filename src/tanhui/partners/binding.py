"""Binding riders to citizens by their phones, as an operator does it: one, or a file of them."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from django.conf import settings

from tanhui.governance.permissions import require
from tanhui.identity.phones import parse_phone
from tanhui.identity.queries import registered_phones
from tanhui.kernel.actors import Actor
from tanhui.kernel.references import REFERENCE_BYTES_MAX
from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.partners import queries
from tanhui.partners.commands import bind_riders
from tanhui.partners.riders import NOBODY, byte_strings, rider_digests
from tanhui.partners.rows import require_own

Outcome = Literal["bound", "already", "no_such_citizen", "bound_elsewhere", "malformed"]
OUTCOMES: tuple[Outcome, ...] = (
    "bound",
    "already",
    "no_such_citizen",
    "bound_elsewhere",
    "malformed",
)
HEADER = ["rider", "phone"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, counted from 1, and what it says; None where it says no rider or phone."""

    number: int
    rider: str | None
    phone: str | None


def read_riders(path: Path) -> list[Line]:
    """The lines of a CSV in UTF-8 with the header `rider,phone`; refuses `riders_unreadable`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            if next(rows, None) != HEADER:
                raise _unreadable()
            return [_line(rows.line_num, cells) for cells in rows if cells]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise _unreadable() from None


def bind_lines(
    *, actor: Actor, partner_code: str, lines: Sequence[Line], at: datetime
) -> list[Outcome]:
    """Binds each line's rider to the citizen with its phone; one outcome each, in order.

    A line that cannot be bound keeps no other from it. Refuses: `not_permitted`, `no_such_partner`,
    and with nothing bound `rider_bound_elsewhere` where another bound one of them meanwhile.
    """
    require(actor, "partner.bind_riders")
    partner = queries.partner(partner_code)
    require_own(actor, partner.id, "partner.bind_riders")
    told: list[Outcome] = ["malformed"] * len(lines)
    sound = [
        (place, line.rider, line.phone)
        for place, line in enumerate(lines)
        if line.rider is not None and line.phone is not None
    ]
    citizens = registered_phones({phone for _, _, phone in sound})
    riders = byte_strings([rider for _, rider, _ in sound])
    digests = rider_digests(settings.TANHUI.reference_key, riders)
    bound = queries.rider_book(partner.id).citizens_of(digests)
    new: dict[str, int] = {}
    for (place, rider, phone), before in zip(sound, bound.tolist(), strict=True):
        citizen = citizens.get(phone)
        known = new.get(rider) if before == NOBODY else before
        if citizen is None:
            told[place] = "no_such_citizen"
        elif known is None:
            new[rider] = citizen
            told[place] = "bound"
        else:
            told[place] = "already" if known == citizen else "bound_elsewhere"
    if new:
        bind_riders(
            actor=actor,
            partner_code=partner_code,
            riders=list(new),
            citizen_ids=list(new.values()),
            at=at,
        )
    return told


def bind_rider(*, actor: Actor, partner_code: str, rider: str, phone: str, at: datetime) -> None:
    """Binds one rider to the citizen with this phone; the same again changes nothing.

    Refuses: `not_permitted`, `no_such_partner`, `rider_malformed`, `phone_invalid`,
    `phone_not_registered`, `rider_bound_elsewhere`.
    """
    require(actor, "partner.bind_riders")
    name = _rider(rider)
    if name is None:
        raise Invalid(
            "rider_malformed",
            zh="骑行者编号不能为空，不超过 {most} 个字节，不含控制字符。",
            en="A rider's id has 1 to {most} bytes and no control characters.",
            most=REFERENCE_BYTES_MAX,
        )
    number = parse_phone(phone)
    citizen = registered_phones([number]).get(number)
    if citizen is None:
        raise NotFound(
            "phone_not_registered",
            zh="这个手机号还没有注册市民账户，请市民先注册。",
            en="No citizen is registered with this phone; the citizen registers first.",
        )
    bind_riders(actor=actor, partner_code=partner_code, riders=[name], citizen_ids=[citizen], at=at)


def _line(number: int, cells: Sequence[str]) -> Line:
    if len(cells) != len(HEADER):
        return Line(number, None, None)
    try:
        return Line(number, _rider(cells[0]), parse_phone(cells[1]))
    except Invalid:
        return Line(number, None, None)


def _rider(typed: str) -> str | None:
    """A rider's id as batches send it, without the blanks around it; None where it cannot be."""
    name = typed.strip()
    # The surrogates of a broken text have the category Cs and cannot be encoded.
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        return None
    return name if 1 <= len(name.encode()) <= REFERENCE_BYTES_MAX else None


def _unreadable() -> Invalid:
    return Invalid(
        "riders_unreadable",
        zh="读不了这个文件：应是 UTF-8 的 CSV，表头为 rider,phone。",
        en="This file cannot be read: it should be a CSV in UTF-8 with the header rider,phone.",
    )
