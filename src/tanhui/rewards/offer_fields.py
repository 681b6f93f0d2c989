"""What a merchant says of an offer while it is a draft, and within which bounds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.conf import settings

from tanhui.geo.districts import Districts
from tanhui.rewards.catalogue_refusals import offer_invalid
from tanhui.rewards.records import Offer
from tanhui.rewards.terms import city_terms

KINDS = ("coupon", "voucher", "ticket", "goods", "service", "donation")
DELIVERIES = ("code", "scan", "none")
CATEGORIES = ("travel", "food", "culture", "daily", "giving")
RELEASES = ("open", "drop")
# What the pages can draw for an offer without a picture.
ARTS = (
    "metro",
    "bus",
    "bike",
    "ticket",
    "tea",
    "bowl",
    "cup",
    "book",
    "bag",
    "gift",
    "tree",
    "mountain",
)
# The longest texts, in letters.
MOST = {
    "title_zh": 40,
    "title_en": 80,
    "about_zh": 600,
    "about_en": 1_200,
    "terms_zh": 1_000,
    "terms_en": 2_000,
    "place_zh": 60,
    "place_en": 120,
}
PRICE_MOST, VALUE_MOST, DAYS_MOST, EACH_MOST = 1_000_000, 10_000_000, 366, 1_000
_MANY_LINES = ("about_zh", "about_en", "terms_zh", "terms_en")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFields:
    """An offer as it is drafted: points and days are whole numbers, `value_fen` what one is worth.

    `person_max` and `person_day_max` are None without a limit; `district` is a six-digit code or
    None; `min_level` 0 is everybody's.
    """

    kind: str
    delivery: str
    category: str
    title_zh: str
    price_points: int
    value_fen: int
    valid_days: int
    title_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    terms_zh: str = ""
    terms_en: str = ""
    place_zh: str = ""
    place_en: str = ""
    district: str | None = None
    person_max: int | None = None
    person_day_max: int | None = None
    min_level: int = 0
    art: str = "gift"
    release: str = "open"


def fields_of(offer: Offer) -> OfferFields:
    """What an offer says now, to begin a change from."""
    return OfferFields(**{each.name: getattr(offer, each.name) for each in fields(OfferFields)})


def checked(wish: OfferFields) -> dict[str, Any]:
    """The fields as they are written, without spaces around them; refuses `offer_invalid`."""
    told = asdict(wish)
    for name in MOST:
        told[name] = _text(name, told[name])
    if not told["title_zh"]:
        raise offer_invalid("title_zh", "要有中文名", "it needs a Chinese name")
    _one_of("kind", wish.kind, KINDS)
    _one_of("delivery", wish.delivery, DELIVERIES)
    _one_of("category", wish.category, CATEGORIES)
    _one_of("release", wish.release, RELEASES)
    _one_of("art", wish.art, ARTS)
    if (wish.kind == "donation") != (wish.delivery == "none"):
        raise offer_invalid(
            "delivery", "只有捐赠不发东西", "a gift, and only a gift, hands nothing over"
        )
    _within("price_points", wish.price_points, 1, PRICE_MOST)
    _within("value_fen", wish.value_fen, 0, VALUE_MOST)
    _within("valid_days", wish.valid_days, 1, DAYS_MOST)
    for name in ("person_max", "person_day_max"):
        if told[name] is not None:
            _within(name, told[name], 1, EACH_MOST)
    levels = len(city_terms(settings.TANHUI.content_root).levels)
    _within("min_level", wish.min_level, 0, levels - 1)
    told["district"] = _district(wish.district)
    return told


def _text(name: str, given: str) -> str:
    text = "\n".join(line.rstrip() for line in given.strip().splitlines())
    plain = text.replace("\n", "") if name in _MANY_LINES else text
    if len(text) > MOST[name] or not all(letter.isprintable() for letter in plain):
        most = MOST[name]
        raise offer_invalid(
            name,
            f"{_NAMES[name][0]}最多 {most} 字，不含控制字符",
            f"{_NAMES[name][1]} has at most {most} characters, none of them for control",
        )
    return text


def _one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise offer_invalid(
            name,
            f"{_NAMES[name][0]}只有 {'、'.join(known)}",
            f"{_NAMES[name][1]} is one of {', '.join(known)}",
        )


def _within(name: str, given: int, least: int, most: int) -> None:
    if not least <= given <= most:
        raise offer_invalid(
            name,
            f"{_NAMES[name][0]}在 {least} 到 {most:,} 之间",
            f"{_NAMES[name][1]} is from {least} to {most:,}",
        )


def _district(given: str | None) -> str | None:
    if not given:
        return None
    known = Districts.load(settings.TANHUI.content_root).all
    if given not in {str(each.adcode) for each in known}:
        raise offer_invalid("district", "没有这个区（市）县", "there is no such district")
    return given


_NAMES = {
    "title_zh": ("中文名", "the Chinese name"),
    "title_en": ("英文名", "the English name"),
    "about_zh": ("中文介绍", "the Chinese description"),
    "about_en": ("英文介绍", "the English description"),
    "terms_zh": ("中文使用说明", "the Chinese terms"),
    "terms_en": ("英文使用说明", "the English terms"),
    "place_zh": ("中文地点", "the Chinese place"),
    "place_en": ("英文地点", "the English place"),
    "kind": ("类型", "the kind"),
    "delivery": ("兑付方式", "the way it is handed over"),
    "category": ("分类", "the category"),
    "release": ("发放方式", "the release"),
    "art": ("图样", "the drawing"),
    "price_points": ("积分", "the price in points"),
    "value_fen": ("价值（分）", "the value in fen"),
    "valid_days": ("有效天数", "the number of days"),
    "person_max": ("每人限量", "the limit of a person"),
    "person_day_max": ("每人每天限量", "the daily limit of a person"),
    "min_level": ("等级", "the level"),
}
