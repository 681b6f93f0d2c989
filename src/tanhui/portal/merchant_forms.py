"""What the form of an offer carries, and how its choices are called."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from tanhui.geo.districts import District, Districts
from tanhui.rewards.offer_fields import ARTS, OfferFields
from tanhui.rewards.terms import Level, city_terms
from tanhui.web.desk import typed_number, typed_yuan
from tanhui.web.entrance import PageRequest

# Gifts are the operator's to set up, since somebody has to tell what became of them.
KINDS = ("voucher", "coupon", "ticket", "goods", "service")
DELIVERIES = ("scan", "code")
RELEASES = ("open", "drop")
CATEGORIES = ("food", "travel", "culture", "daily")
_TEXTS = (
    "title_zh",
    "title_en",
    "about_zh",
    "about_en",
    "terms_zh",
    "terms_en",
    "place_zh",
    "place_en",
)
_EMPTY = OfferFields(
    kind="voucher",
    delivery="scan",
    category="food",
    title_zh="",
    price_points=0,
    value_fen=0,
    valid_days=30,
)

Choice = tuple[str, str]


def yuan_text(fen: int) -> str:
    """Fen as they are typed: `15` or `2.50`; nothing for 0."""
    whole, rest = divmod(fen, 100)
    return "" if not fen else f"{whole}.{rest:02d}" if rest else str(whole)


def typed_fields(request: PageRequest) -> OfferFields:
    """The form as an offer's fields; refuses as `typed_number` and `typed_yuan`."""
    posted = request.POST
    return OfferFields(
        kind=posted.get("kind", ""),
        delivery=posted.get("delivery", ""),
        category=posted.get("category", ""),
        price_points=typed_number(request, "price_points") or 0,
        value_fen=typed_yuan(posted.get("value", "").strip() or "0"),
        valid_days=typed_number(request, "valid_days") or 0,
        district=posted.get("district") or None,
        person_max=typed_number(request, "person_max"),
        person_day_max=typed_number(request, "person_day_max"),
        min_level=typed_number(request, "min_level") or 0,
        art=posted.get("art", ""),
        release=posted.get("release", "open"),
        **{name: posted.get(name, "") for name in _TEXTS},
    )


def form_of(fields: OfferFields | None) -> dict[str, Any]:
    """The cells of the form: those of an offer, or of a new one."""
    told = fields or _EMPTY
    cells: dict[str, Any] = asdict(told)
    for name in ("price_points", "person_max", "person_day_max"):
        cells[name] = cells[name] or ""
    return {**cells, "value": yuan_text(told.value_fen)}


def typed_again(request: PageRequest) -> dict[str, Any]:
    """The cells as they were just typed, after a refusal."""
    return {name: request.POST.get(name, "") for name in form_of(None)}


def kinds() -> list[Choice]:
    """What an offer can be, in words."""
    said = (
        gettext("体验券"),
        gettext("优惠券"),
        gettext("乘车票"),
        gettext("实物，到店取"),
        gettext("服务"),
    )
    return list(zip(KINDS, said, strict=True))


def deliveries() -> list[Choice]:
    """How it is handed over, in words."""
    said = gettext("到店扫码核销"), gettext("发给市民一个券码")
    return list(zip(DELIVERIES, said, strict=True))


def releases() -> list[Choice]:
    """Who gets it where more want it than there are, in words."""
    said = gettext("先到先得"), gettext("抽签发放")
    return list(zip(RELEASES, said, strict=True))


def categories() -> list[Choice]:
    """Where it stands on the shelf, in words."""
    said = gettext("吃喝"), gettext("出行"), gettext("文化"), gettext("日用")
    return list(zip(CATEGORIES, said, strict=True))


def arts() -> tuple[str, ...]:
    """The drawings of offers without a picture."""
    return ARTS


def levels() -> tuple[Level, ...]:
    """The city's levels."""
    return city_terms(settings.TANHUI.content_root).levels


def districts() -> tuple[District, ...]:
    """The city's districts."""
    return Districts.load(settings.TANHUI.content_root).all
