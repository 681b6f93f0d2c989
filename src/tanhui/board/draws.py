"""Draws as anybody checks them: what was bound beforehand, the list, who won, and the files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tanhui.publiclog import queries as publiclog
from tanhui.rewards import queries as rewards
from tanhui.rewards.drops import drawing, files, queries
from tanhui.rewards.drops.drawing import Entries
from tanhui.rewards.drops.queries import Live
from tanhui.rewards.drops.records import DrawWitness, Drop
from tanhui.rewards.records import Offer
from tanhui.web.entrance import PageRequest, entrance

# A longer list is counted and not drawn: the page would take seconds.
_PICTURED_MOST = 20_000
_MARKS_MOST = 600
_WON_SHOWN = 100
_WIDTH, _HEIGHT, _FOOT = 640, 96, 18


@dataclass(frozen=True, slots=True)
class Line:
    """A drop in the public list."""

    drop: Drop
    offer: Offer
    live: Live


@dataclass(frozen=True, slots=True)
class Told:
    """What the log was told: `kind`, its place in the log if it has one, the digest of the leaf."""

    kind: str
    position: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry in the picture: how far right its lowest score lies, and whether it won."""

    x: int
    won: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Every entry's lowest score on a line: the leftmost win. `sampled` where not all are shown."""

    marks: tuple[Mark, ...]
    sampled: bool
    width: int = _WIDTH
    height: int = _HEIGHT
    foot: int = _HEIGHT - _FOOT


@dataclass(frozen=True, slots=True)
class DrawPage:
    """One draw. `won` are place, number and code; `chance` is what decided, in hexadecimal."""

    drop: Drop
    offer: Offer
    live: Live
    told: tuple[Told, ...]
    witnesses: tuple[DrawWitness, ...]
    won: tuple[tuple[int, int, str], ...]
    won_more: int
    chance: str
    picture: Picture | None
    provable: bool


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """Every drop there was, the newest first."""
    found = queries.drops()
    live = queries.live(each.id for each in found)
    lines = [Line(each, rewards.offer_by_id(each.offer_id), live[each.id]) for each in found]
    return render(request, "board/draws/index.html", {"lines": lines, "now": request.at})


@entrance
@require_safe
def draw(request: PageRequest, code: str) -> HttpResponse:
    """One drop: its leaves, witnesses, winners, and how to recompute it. Refuses `no_such_drop`."""
    return render(request, "board/draws/draw.html", {"page": _page(code), "now": request.at})


@entrance
@require_safe
def entries(request: PageRequest, code: str) -> HttpResponse:
    """The frozen list. Refuses `no_such_drop` and `entries_not_yet`."""
    del request
    return _file(files.entries_file(queries.drop(code)).encode(), f"{code}.txt", "text/plain")


@entrance
@require_safe
def file(request: PageRequest, code: str) -> HttpResponse:
    """Everything from which a draw is recomputed. Refuses `no_such_drop` and `draw_not_yet`."""
    del request
    return _file(files.draw_file(queries.drop(code)), f"{code}.json", "application/json")


def _page(code: str) -> DrawPage:
    found = queries.drop(code)
    witnesses = queries.witnesses(found.id)
    kept = queries.leaves(found.id)
    told = tuple(
        Told(each.kind, _published(each.outbox_id), sha256(each.leaf).hexdigest())
        for each in kept.values()
    )
    won = queries.won(found.id)
    chance = b""
    if found.seed is not None:
        secrets = [each.secret for each in witnesses if each.secret is not None]
        chance = drawing.randomness(found.seed, kept["closed"].leaf, secrets)
    return DrawPage(
        drop=found,
        offer=rewards.offer_by_id(found.offer_id),
        live=queries.live([found.id])[found.id],
        told=told,
        witnesses=tuple(witnesses),
        won=tuple(
            (place, number, opened.hex())
            for place, (number, opened) in enumerate(won[:_WON_SHOWN], start=1)
        ),
        won_more=max(0, len(won) - _WON_SHOWN),
        chance=chance.hex(),
        picture=_picture(found, chance, {number for number, _ in won}),
        provable=len(told) == 3 and all(each.position is not None for each in told),
    )


def _published(outbox_id: int) -> int | None:
    """The place of a leaf in the log, once a checkpoint covers it."""
    place, head = publiclog.position(outbox_id), publiclog.checkpoint()
    return place if place is not None and head is not None and place < head.size else None


def _picture(found: Drop, chance: bytes, won: set[int]) -> Picture | None:
    if not chance or not found.entries or found.entries > _PICTURED_MOST:
        return None
    listed = queries.frozen(found.id)
    step = -(-len(listed.numbers) // _MARKS_MOST)
    marks = [
        Mark(_place(score), number in won)
        for at, (number, score) in enumerate(
            zip(listed.numbers, _lowest(chance, listed), strict=True)
        )
        if at % step == 0 or number in won
    ]
    return Picture(tuple(sorted(marks, key=lambda mark: (mark.won, mark.x))), step > 1)


def _lowest(chance: bytes, listed: Entries) -> Sequence[bytes]:
    return [
        min(sha256(chance + code + bytes((n,))).digest() for n in range(1, count + 1))
        for code, count in zip(listed.codes, listed.tickets, strict=True)
    ]


def _place(score: bytes) -> int:
    """How far right a score lies: from 0 to the width of the picture."""
    return int.from_bytes(score[:4], "big") * _WIDTH >> 32


def _file(data: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
