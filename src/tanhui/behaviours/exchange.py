"""Telling another scheme by file what we have rewarded, and hearing from it what it has.

A trip is rewarded by one scheme. What the other has claimed first is kept, and a report of it that
comes to us later is merged with it; what we have paid already is answered as `taken`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tanhui.behaviours import store
from tanhui.behaviours.changes import supersede
from tanhui.behaviours.exchange_files import read_claims, write_lines
from tanhui.behaviours.judging import DECLARED
from tanhui.behaviours.known import MERGED, Known
from tanhui.claims import commands as claims
from tanhui.claims import queries
from tanhui.claims.lines import (
    ANSWER_FORMAT,
    FORMAT,
    OURS,
    SLOTS_A_DAY,
    Claim,
    header,
    token,
)
from tanhui.claims.matching import GROUPS, UNKNOWN, Ints, Trips, judge
from tanhui.claims.slots import SLOT_US, SLOTS, day_of, first_block, slots_of
from tanhui.claims.tolerance import city_tolerance
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.consents.purposes import EXCHANGE
from tanhui.identity.consents.queries import refusers
from tanhui.identity.queries import phones
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_end, day_start
from tanhui.kernel.refusals import Invalid
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import CITIZEN_POINTS
from tanhui.runtime import binary
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary

_ROOM = "tanhui.behaviours"
_NAME = re.compile(r"[A-Z][A-Z0-9-]{1,31}")
KEY_BYTES_MIN = 32
DAYS_MAX = 92
# So many faults are told by line; the rest is counted.
FAULTS_TOLD = 100
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written: a line for each trip, of so many people."""

    lines: int
    people: int
    path: str


@dataclass
class ImportResult:
    """What became of a file's lines: each is counted once.

    `kept` newly, `exists` as kept before, `taken` by a trip we have paid, `unknown` people, and
    `bad` ones by their fault. `displaced` are trips that our citizens had only declared. `answer`
    is the file for the other scheme, with a line for each that was taken.
    """

    lines: int = 0
    kept: int = 0
    exists: int = 0
    taken: int = 0
    unknown: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    displaced: int = 0
    answer: str = ""


def register_scheme(*, actor: Actor, name: str, key: str, at: datetime) -> None:
    """Registers another scheme and the key shared with it, in hex; again changes nothing.

    Refuses: `not_permitted`, `scheme_name_malformed`, `scheme_key_malformed`, `scheme_exists`.
    """
    require(actor, "claims.exchange")
    if not _NAME.fullmatch(name) or name == OURS:
        raise Invalid(
            "scheme_name_malformed",
            zh="机制名应为 2 到 32 位大写字母、数字或连字符，且不是 {ours}。",
            en="A scheme's name is 2 to 32 capital letters, digits or hyphens, and not {ours}.",
            ours=OURS,
        )
    try:
        octets = bytes.fromhex(key)
    except ValueError:
        octets = b""
    if len(octets) < KEY_BYTES_MIN:
        raise Invalid(
            "scheme_key_malformed",
            zh="共享密钥应为至少 {digits} 位十六进制数字。",
            en="The shared key must be at least {digits} hex digits.",
            digits=KEY_BYTES_MIN * 2,
        )
    with transaction.atomic():
        claims.add_scheme(name=name, key=octets, at=at)
        write_audit(
            actor=actor, action="claims.register_scheme", subject=f"scheme:{name}", facts={}, at=at
        )


def export_claims(
    *, actor: Actor, scheme: str, first: date, last: date, path: Path, at: datetime
) -> ExportResult:
    """Writes what we have paid on these days to a file for another scheme.

    People without a phone are left out, as nobody else knows them, and so are those who do not
    agree to it, and what is only declared. Refuses: `not_permitted`, `no_such_scheme`,
    `days_malformed`, `file_unwritable`.
    """
    require(actor, "claims.exchange")
    key = queries.scheme(scheme).key
    if not first <= last <= city_day(at) or (last - first).days >= DAYS_MAX:
        raise Invalid(
            "days_malformed",
            zh="起止日期应先后有序、不晚于今天，且最多 {days} 天。",
            en="The days must be in order, not after today, and at most {days}.",
            days=DAYS_MAX,
        )
    refused = refusers(EXCHANGE)
    people = {number: phone for number, phone in phones() if number not in refused}
    lines, told = [header(FORMAT, OURS, at)], set[int]()
    for number in range((last - first).days + 1):
        found = _claims_of_day(first + timedelta(days=number), people, key)
        told |= {citizen for citizen, _ in found}
        # In the order of tokens, the file does not tell in what order people are registered.
        lines += sorted(claim.line() for _, claim in found)
    write_lines(path, lines)
    with transaction.atomic():
        write_audit(
            actor=actor,
            action="claims.export",
            subject=f"scheme:{scheme}",
            facts={"from": first.isoformat(), "to": last.isoformat(), "lines": len(lines) - 1},
            at=at,
        )
    return ExportResult(len(lines) - 1, len(told), str(path))


def _claims_of_day(day: date, people: dict[int, str], key: bytes) -> list[tuple[int, Claim]]:
    """Each citizen's trips that began on the day."""
    groups = _groups(library_in_force())
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load(_ROOM, "claimed_trips"),
            {
                "citizen_ids": binary.Int8Array(np.array(sorted(people), dtype=np.int64)),
                "scenes": binary.Int2Array(np.flatnonzero(groups >= 0)),
                "day_start": day_start(day),
                "day_end": day_end(day),
                "merged": MERGED,
                "declared": DECLARED,
            },
        )
        citizen, started, ended, scene, recorded = map(binary.int8_array, cursor.fetchall()[0])
    begins, ends = slots_of(started, ended)
    # A trip that begins in a day's last minutes is rounded into the next day.
    days = day_of(begins // SLOTS)
    origin = np.asarray(first_block(days)) * SLOTS
    columns = zip(
        citizen.tolist(),
        days.tolist(),
        (begins - origin).tolist(),
        np.minimum(ends - origin + 1, begins - origin + SLOTS_A_DAY).tolist(),
        groups[scene].tolist(),
        recorded.tolist(),
        strict=True,
    )
    return [
        (person, _claim(key, people[person], store.to_date(number), *rest))
        for person, number, *rest in columns
    ]


def _claim(
    key: bytes, phone: str, day: date, start: int, end: int, group: int, recorded: int
) -> Claim:
    named = token(key, day, phone)
    return Claim(named, day, start, end, GROUPS[group], store.to_instant(recorded))


def _groups(library: SceneLibrary) -> Ints:
    """By scene number: the place of its group among GROUPS, -1 where it takes no one's time."""
    groups = np.full(max(scene.number for scene in library.scenes) + 1, -1, dtype=np.int64)
    for scene in library.scenes:
        if scene.claim.rule == "trip":
            groups[scene.number] = GROUPS.index(scene.claim.group)
    return groups


def import_claims(
    *, actor: Actor, scheme: str, path: Path, answer: Path, at: datetime
) -> ImportResult:
    """Reads what another scheme has rewarded; reading it again keeps nothing twice.

    Each day is one transaction. Bad lines are told and nothing else is lost by them; people we do
    not know are counted and not kept. Refuses: `not_permitted`, `no_such_scheme`,
    `file_unreadable`, `not_a_claims_file`, `wrong_scheme`, `file_too_long`, `file_unwritable`.
    """
    require(actor, "claims.exchange")
    known = queries.scheme(scheme)
    result = ImportResult(answer=str(answer))
    by_day: dict[date, list[Claim]] = {}
    for number, claim in read_claims(path, scheme, city_day(at)):
        result.lines += 1
        if isinstance(claim, Claim):
            by_day.setdefault(claim.day, []).append(claim)
            continue
        result.bad[claim] = result.bad.get(claim, 0) + 1
        if len(result.faults) < FAULTS_TOLD:
            result.faults.append((number, claim))
    people = list(phones()) if by_day else []
    answers = [header(ANSWER_FORMAT, OURS, at)]
    for day in sorted(by_day):
        citizens = {token(known.key, day, phone): citizen for citizen, phone in people}
        ours = [claim for claim in by_day[day] if claim.token in citizens]
        result.unknown += len(by_day[day]) - len(ours)
        if ours:
            owners = np.array([citizens[claim.token] for claim in ours], dtype=np.int64)
            with transaction.atomic():
                taken = _keep(ours, owners, known, result, at)
            answers += [claim.line(result="taken") for claim in taken]
    write_lines(answer, answers)
    with transaction.atomic():
        write_audit(
            actor=actor,
            action="claims.import",
            subject=f"scheme:{scheme}",
            facts={
                name: getattr(result, name)
                for name in ("lines", "kept", "exists", "taken", "unknown", "bad", "displaced")
            },
            at=at,
        )
    return result


def _keep(
    told: list[Claim], citizen: Ints, scheme: queries.Scheme, result: ImportResult, at: datetime
) -> list[Claim]:
    """Keeps one day's claims of known people, under their locks; answers those that are taken."""
    ledger.lock_holders(holder_ids=np.unique(citizen), kind=CITIZEN_POINTS)
    trips = _as_trips(told, citizen, scheme)
    since, until = int(trips.started.min()) - _DAY_US, int(trips.ended.max()) + _DAY_US
    before = queries.foreign_trips(citizen, since, until)
    kept_before = set(_keys(before.keep(before.partner == scheme.partner)))
    places: dict[tuple[int, int, int, int], int] = {}
    for place, key in enumerate(_keys(trips)):
        if key not in kept_before:
            places.setdefault(key, place)
    new = np.array(sorted(places.values()), dtype=np.int64)
    result.exists += len(told) - len(new)
    ours, library = _known(trips), library_in_force()
    group = _groups(library)
    others = _ours(ours, group).followed_by(before.keep(before.partner != scheme.partner))
    verdict = judge(trips.keep(new), others, city_tolerance(settings.TANHUI.content_root))
    is_taken = (verdict.same_as >= 0) & (verdict.same_as < len(others))
    stays = new[~is_taken]
    days = store.city_days(trips.started[stays])
    claimed = [round(told[place].claimed_at.timestamp()) * 1_000_000 for place in stays]
    claims.add_foreign_trips(
        trips=trips.keep(stays),
        scheme=scheme,
        days=days,
        claimed=np.array(claimed, dtype=np.int64),
    )
    if len(verdict.displaced):
        gone = np.zeros(len(ours), dtype=np.bool_)
        gone[verdict.displaced] = True
        supersede(ours.keep(gone), ours.keep(~gone), library, at=at)
    result.kept += len(stays)
    result.taken += int(is_taken.sum())
    result.displaced += len(verdict.displaced)
    return [told[place] for place in new[is_taken]]


def _as_trips(told: Iterable[Claim], citizen: Ints, scheme: queries.Scheme) -> Trips:
    rows = [(claim.started, claim.ended, GROUPS.index(claim.group)) for claim in told]
    started, ended, group = np.array(rows, dtype=np.int64).T
    return Trips(
        citizen=citizen,
        started=started,
        ended=ended,
        amount=np.full(len(citizen), UNKNOWN, dtype=np.int64),
        group=group,
        partner=np.full(len(citizen), scheme.partner, dtype=np.int64),
        declared=np.zeros(len(citizen), dtype=np.bool_),
    )


def _keys(trips: Trips) -> Iterator[tuple[int, int, int, int]]:
    columns = (trips.citizen, trips.started, trips.ended, trips.group)
    return zip(*(column.tolist() for column in columns), strict=True)


def _known(trips: Trips) -> Known:
    """Our trips of these citizens on these days and the days beside them."""
    days = day_of(trips.started // (SLOT_US * SLOTS))
    around = np.concatenate([days - 1, days, days + 1])
    met = store.known_on_days(np.tile(trips.citizen, 3), around).live
    groups = _groups(library_in_force())
    return met.keep(groups[met.scene] >= 0)


def _ours(known: Known, group: Ints) -> Trips:
    return Trips(
        citizen=known.citizen,
        started=known.started,
        ended=known.ended,
        amount=known.amount,
        group=group[known.scene],
        partner=known.partner,
        declared=known.grade == DECLARED,
        merged=known.state == MERGED,
    )
