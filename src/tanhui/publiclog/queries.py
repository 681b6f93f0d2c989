"""What anyone may know of the public log: how far it is published, its leaves and their proofs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from django.db import connection

from tanhui.kernel.refusals import Refusal
from tanhui.publiclog import site
from tanhui.runtime.sql import load
from tanhui.tlog import note as notes
from tanhui.tlog import proof as proofs
from tanhui.tlog.encoding import Malformed, Unproven
from tanhui.tlog.note import Note
from tanhui.tlog.policy import Believed
from tanhui.tlog.tiles import TileHashes
from tanhui.tlog.tree import inclusion_proof

_ROOM = "tanhui.publiclog"
# What is published may be this old; then health says so.
AGE_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The published head of the log: leaves 0 to `size` - 1; `root` in hexadecimal digits.

    `at` is when the first of the witnesses saw it that `cosigned_by` names.
    """

    size: int
    root: str
    at: datetime | None
    cosigned_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf, its place, and the file that proves it offline."""

    leaf: bytes
    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What made the publisher stop."""

    at: datetime
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Health:
    """How the log fares. `stale` tells that nothing was published for too long.

    `missing` names witnesses whose eyes the checkpoint lacks; `alarm` is one that is not over.
    """

    checkpoint: Checkpoint | None
    waiting: int
    unpublished: int
    age_seconds: int | None
    stale: bool
    missing: tuple[str, ...]
    alarm: Alarm | None

    @property
    def ok(self) -> bool:
        """Whether everything is as it should be, at most one witness aside."""
        return not self.stale and self.alarm is None


def counts() -> tuple[int, int]:
    """How many leaves have a place in the log, and how many wait for one."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "count"))
        reach, waiting = cursor.fetchone()
        return int(reach), int(waiting)


def position(outbox_id: int) -> int | None:
    """The place of the leaf with this number in the outbox, or none as yet."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "position"), {"id": outbox_id})
        row = cursor.fetchone()
        return None if row is None else row[0]


def leaves(first: int, count: int) -> list[bytes]:
    """Leaves in their order from place `first` on, as far as there are any."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "leaves"), {"first": first, "until": first + count})
        return [bytes(row[0]) for row in cursor.fetchall()]


def leaf(index: int) -> bytes | None:
    """The leaf at this place, once it is published.

    Books restored from a backup may not hold yet what the published files do: then there is none.
    """
    found = published()
    if found is None or not 0 <= index < found[1].checkpoint.size:
        return None
    return next(iter(leaves(index, 1)), None)


def published() -> tuple[Note, Believed] | None:
    """The published checkpoint as a note and what it says, if a quorum of witnesses saw it."""
    written = site.folder().text("checkpoint")
    if written is None:
        return None
    try:
        return _believed(written, site.policy_file())
    except (Malformed, Unproven, Refusal):
        return None


@lru_cache(maxsize=4)
def _believed(written: bytes, policy_file: bytes) -> tuple[Note, Believed]:
    note = notes.parse(written)
    return note, site.parse_policy(policy_file).believe(note)


def checkpoint() -> Checkpoint | None:
    """The published head of the log, or nothing before the first."""
    found = published()
    if found is None:
        return None
    said = found[1].checkpoint
    times = found[1].times
    return Checkpoint(
        said.size,
        said.root.hex(),
        datetime.fromtimestamp(times[0], UTC) if times else None,
        tuple(found[1].witnesses),
    )


def proof(outbox_id: int) -> Proof | None:
    """The proof of the leaf with this number in the outbox, once it is published."""
    place = position(outbox_id)
    return None if place is None else proof_at(place)


def proof_at(index: int) -> Proof | None:
    """The proof of the leaf at this place, once it is published.

    It carries as many cosignatures as the policy takes, and no more.
    """
    found = published()
    if found is None or not 0 <= index < found[1].checkpoint.size:
        return None
    size = found[1].checkpoint.size
    path = inclusion_proof(index, size, hashes(size))
    enough = site.policy().enough_of(found[0])
    entry = leaf(index)
    if entry is None:
        return None
    return Proof(entry, index, proofs.Proof(index, tuple(path), enough).written)


def hashes(size: int) -> TileHashes:
    """The hashes of the tree of this size, as its files have them."""
    return TileHashes(size, site.folder().read)


def last_alarm() -> Alarm | None:
    """The alarm that was raised last, also one that is over."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "last_alarm"))
        row = cursor.fetchone()
        return None if row is None else Alarm(*row)


def health(at: datetime) -> Health:
    """How the log fares at this time."""
    head, (reach, waiting) = checkpoint(), counts()
    seen = None if head is None else head.at
    age = None if seen is None else max(0, int((at - seen).total_seconds()))
    alarm = last_alarm()
    try:
        names = {witness.name for witness in site.policy().witnesses}
    except Refusal:
        names = set()
    return Health(
        checkpoint=head,
        waiting=waiting,
        unpublished=reach - (head.size if head else 0),
        age_seconds=age,
        stale=age is None or age > AGE_SECONDS_MAX,
        missing=tuple(sorted(names - set(head.cosigned_by if head else ()))),
        alarm=alarm if alarm and (seen is None or alarm.at >= seen) else None,
    )
