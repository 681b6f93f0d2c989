"""What may happen to causes: they are opened and ended, offers lead to them, reports are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.rewards import queries as rewards
from tanhui.rewards.giving import queries, refusals
from tanhui.rewards.giving.records import Cause, Report
from tanhui.vault.commands import keep_file

PHOTOS_MAX = 6
PURPOSE = "cause-report"
ARTS = ("tree", "book", "mountain", "gift", "bike", "cup")
_TITLE, _ABOUT, _TEXT, _UNIT = 40, 600, 1_000, 20


@dataclass(frozen=True, slots=True)
class CauseWords:
    """What a cause is called, what it is for, and who receives what is given."""

    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    receiver_zh: str
    receiver_en: str
    art: str = "gift"


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What became of what was given; `quantity` may be None, and then has no unit."""

    happened_on: date
    text_zh: str
    text_en: str
    quantity: int | None = None
    unit_zh: str = ""
    unit_en: str = ""


def open_cause(*, actor: Actor, words: CauseWords, at: datetime) -> Cause:
    """Opens a cause, which citizens may choose from now on.

    Refuses `not_permitted` and `cause_invalid`.
    """
    require(actor, "rewards.causes")
    told = {
        "title_zh": words.title_zh.strip(),
        "title_en": words.title_en.strip(),
        "about_zh": words.about_zh.strip(),
        "about_en": words.about_en.strip(),
        "receiver_zh": words.receiver_zh.strip(),
        "receiver_en": words.receiver_en.strip(),
    }
    # An English sentence is about twice as long as its Chinese.
    short = all(
        0 < len(text) <= (_ABOUT if "about" in name else _TITLE) * (2 if "en" in name[-2:] else 1)
        for name, text in told.items()
    )
    if not short or words.art not in ARTS:
        raise refusals.cause_invalid()
    with transaction.atomic():
        (row,) = queries.rows("open_cause", {**told, "art": words.art, "at": at})
        _write(actor, "rewards.open_cause", row["id"], {"title_zh": told["title_zh"]}, at)
    return queries.cause(row["id"])


def end_cause(*, actor: Actor, cause_id: int, at: datetime) -> None:
    """Ends a cause: it takes no more points, and what it was given stays told.

    Whoever had chosen it for expiring points has chosen nothing from now on.
    Refuses `not_permitted`, `no_such_cause` and `cause_closed`.
    """
    require(actor, "rewards.causes")
    with transaction.atomic():
        if queries.cause(cause_id).ended_at is not None:
            raise refusals.cause_closed()
        queries.run("end_cause", {"id": cause_id, "at": at})
        _write(actor, "rewards.end_cause", cause_id, {}, at)


def lead_offer(*, actor: Actor, cause_id: int, offer_code: str, at: datetime) -> None:
    """Lets an offer of kind donation lead to a cause, for good; again changes nothing.

    Refuses `not_permitted`, `no_such_cause`, `cause_closed`, `no_such_offer`, `not_a_donation` and
    `offer_has_cause`.
    """
    require(actor, "rewards.causes")
    with transaction.atomic():
        if queries.cause(cause_id).ended_at is not None:
            raise refusals.cause_closed()
        offer = rewards.offer(offer_code)
        if offer.kind != "donation":
            raise refusals.not_a_donation()
        asked = {"offer_id": offer.id, "cause_id": cause_id, "at": at}
        if queries.rows("lead_offer", asked):
            _write(actor, "rewards.lead_offer", cause_id, {"offer": offer_code}, at)
        elif offer_code not in queries.cause(cause_id).offer_codes:
            raise refusals.offer_has_cause()


def publish_report(
    *,
    actor: Actor,
    cause_id: int,
    words: ReportWords,
    photos: Sequence[bytes] = (),
    at: datetime,
) -> Report:
    """Tells everybody what became of what was given; never changed afterwards.

    Photos are stripped of where and by what they were taken. Refuses `not_permitted`,
    `no_such_cause`, `report_invalid`, `too_many_photos`, and what the vault refuses of files.
    """
    require(actor, "rewards.causes")
    _check_report(words, photos, at)
    with transaction.atomic():
        queries.cause(cause_id)
        (row,) = queries.rows(
            "add_report",
            {
                "cause_id": cause_id,
                "happened_on": words.happened_on,
                "quantity": words.quantity,
                "unit_zh": words.unit_zh.strip(),
                "unit_en": words.unit_en.strip(),
                "text_zh": words.text_zh.strip(),
                "text_en": words.text_en.strip(),
                "at": at,
                "actor": actor.name,
            },
        )
        for number, data in enumerate(photos, start=1):
            kept = keep_file(actor=actor, purpose=PURPOSE, data=data, at=at)
            placed = {"report_id": row["id"], "number": number, "file_id": kept.file_id}
            queries.run("add_photo", placed)
        facts: dict[str, object] = {"report": row["id"], "photos": len(photos)}
        _write(actor, "rewards.publish_report", cause_id, facts, at)
    return next(each for each in queries.reports(cause_id=cause_id) if each.id == row["id"])


def _check_report(words: ReportWords, photos: Sequence[bytes], at: datetime) -> None:
    told = 0 < len(words.text_zh.strip()) <= _TEXT and 0 < len(words.text_en.strip()) <= 2 * _TEXT
    units = [words.unit_zh.strip(), words.unit_en.strip()]
    counted = words.quantity is None or (1 <= words.quantity <= 10**9 and all(units))
    short = all(len(unit) <= _UNIT for unit in units)
    if not (told and counted and short) or words.happened_on > city_day(at):
        raise refusals.report_invalid()
    if len(photos) > PHOTOS_MAX:
        raise refusals.too_many_photos(PHOTOS_MAX)


def _write(
    actor: Actor, action: str, cause_id: int, facts: dict[str, object], at: datetime
) -> None:
    write_audit(actor=actor, action=action, subject=f"cause:{cause_id}", facts=facts, at=at)
