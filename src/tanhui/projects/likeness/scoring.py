"""How alike two projects are: signs, each with its weight and its words. Pure.

A sign is never more than a sign: what follows from a score is decided by persons.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import shapely

from tanhui.geo.ground import overlap_percent
from tanhui.projects.likeness.weights import FULL, Weights


@dataclass(frozen=True)
class Traits:
    """What of a project is compared.

    `ref` is its code here (`CDCER-…`) or the register's and its own there (`VCS-674`); `register`
    is empty for ours. `shape` is in degrees of WGS84, or None; `documents` are hashes (hex).
    """

    ref: str
    register: str
    name_zh: str
    name_en: str
    owners: tuple[str, ...] = ()
    credit_code: str = ""
    meters: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    shape: shapely.Geometry | None = field(default=None, repr=False)
    methodology: str = ""

    @property
    def shown_name(self) -> str:
        """What it is called where one name is shown."""
        return self.name_zh or self.name_en


@dataclass(frozen=True, slots=True)
class Reason:
    """One sign that two projects are one: `kind` is a table of likeness.toml."""

    kind: str
    zh: str
    en: str
    weight: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike another project is, and why; `register` is empty where it is one of ours.

    `barred` says that it keeps a project from being registered: it scores too much and nobody
    has waived it.
    """

    other: str
    other_name: str
    register: str
    score: int
    reasons: tuple[Reason, ...]
    barred: bool = False
    waived: str = ""


def normal_name(text: str, passed_over: Sequence[str] = ()) -> str:
    """A name as it is compared: one width, one case, letters and digits alone, without the words
    that say nothing."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for word in passed_over:
        plain = plain.replace(word.casefold(), " ")
    return "".join(letter for letter in plain if letter.isalnum())


def normal_meter(text: str) -> str:
    """A meter's or machine's number as it is compared."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in plain if letter.isalnum()).lstrip("0")


def alike_percent(one: str, other: str) -> int:
    """How many of the pairs of letters of two normal names they share, of all pairs, in per cent.

    Formula: Dice, 2 * shared / (pairs of one + pairs of the other), floored.
    """
    pairs, others = _pairs(one), _pairs(other)
    whole = pairs.total() + others.total()
    return 2 * (pairs & others).total() * 100 // whole if whole else 0


def _pairs(text: str) -> Counter[str]:
    return Counter(text[place : place + 2] for place in range(len(text) - 1))


def compare(one: Traits, other: Traits, weights: Weights) -> Likeness:
    """The score of two projects, at most 100, and the signs it is made of, the heaviest first."""
    signs = [sign for sign in _signs(one, other, weights) if sign.weight > 0]
    if signs and one.methodology and one.methodology == other.methodology:
        signs.append(
            Reason("methodology", "方法学相同", "the same methodology", weights.methodology)
        )
    signs.sort(key=lambda sign: (-sign.weight, sign.kind))
    score = min(FULL, sum(sign.weight for sign in signs))
    return Likeness(other.ref, other.shown_name, other.register, score, tuple(signs))


def _signs(one: Traits, other: Traits, weights: Weights) -> Iterator[Reason]:
    if one.shape is not None and other.shape is not None:
        share = overlap_percent(one.shape, other.shape)
        yield Reason(
            "geometry",
            f"用地重叠，占较小一方的 {share}%",
            f"the land overlaps by {share}% of the smaller",
            _graded(share, weights.geometry, weights.geometry_least, weights.geometry_full),
        )
    if meters := sorted(one.meters & other.meters):
        yield Reason(
            "meter",
            f"表计或设备编号相同：{'、'.join(meters[:3])}",
            f"the same meter or machine: {', '.join(meters[:3])}",
            weights.meter,
        )
    if papers := one.documents & other.documents:
        yield Reason(
            "document",
            f"有 {len(papers)} 份文件完全相同",
            f"{len(papers)} of the papers are the same file",
            weights.document,
        )
    yield from _owners(one, other, weights)
    share = max(_names_alike(one, other, weights))
    yield Reason(
        "name",
        f"名称有 {share}% 相同",
        f"the names are {share}% alike",
        _graded(share, weights.name, weights.name_least, 100),
    )


def _owners(one: Traits, other: Traits, weights: Weights) -> Iterator[Reason]:
    if one.credit_code and one.credit_code == other.credit_code:
        yield Reason(
            "credit_code",
            "业主的信用代码相同",
            "the owners have the same credit code",
            weights.credit_code,
        )
        return
    shares = [
        alike_percent(
            normal_name(mine, weights.names_passed_over),
            normal_name(theirs, weights.names_passed_over),
        )
        for mine in one.owners
        for theirs in other.owners
    ]
    share = max(shares, default=0)
    yield Reason(
        "owner_name",
        f"业主名称有 {share}% 相同",
        f"the owners' names are {share}% alike",
        _graded(share, weights.owner_name, weights.owner_name_least, 100),
    )


def _names_alike(one: Traits, other: Traits, weights: Weights) -> Iterator[int]:
    # Another register has one name, in whatever language.
    for mine in (one.name_zh, one.name_en):
        for theirs in (other.name_zh, other.name_en):
            yield alike_percent(
                normal_name(mine, weights.names_passed_over),
                normal_name(theirs, weights.names_passed_over),
            )


def _graded(share: int, weight: int, least: int, full: int) -> int:
    """Nothing below `least`, the whole weight from `full` on, and evenly between."""
    if share < least:
        return 0
    if share >= full:
        return weight
    # From half of its weight on: what counts at all says something.
    return weight * (full - least + share - least) // (2 * (full - least))
