"""What a witness answers, by C2SP tlog-witness: decided here, stored and signed by who serves.

A witness remembers of each log the last tree it cosigned, and cosigns only what continues it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed, Unproven, decimal, decode_hash, encode
from tanhui.tlog.keys import PublicKey
from tanhui.tlog.note import Note
from tanhui.tlog.tree import EMPTY_ROOT, verify_consistency

PROOF_LINES_MAX = 63
BODY_BYTES_MAX = 1 << 20
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a witness: the tree it should know, and the proof that leads to the note."""

    old: int
    proof: Sequence[bytes]
    note: Note

    @property
    def written(self) -> bytes:
        """The body of the request."""
        lines = [f"old {self.old}", *(encode(each) for each in self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.written.encode()


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer other than a cosignature."""

    status: int
    body: str
    content_type: str = TEXT


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint to be stored, and only then cosigned."""

    checkpoint: Checkpoint
    note: Note


def parse(body: bytes) -> Request:
    """The request in this body; raises Malformed."""
    head, blank, rest = body.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise Malformed("no request") from None
    if not blank or not lines[0].startswith("old "):
        raise Malformed("no request")
    if len(lines) > PROOF_LINES_MAX + 1:
        raise Malformed("a proof that is too long")
    old = decimal(lines[0].removeprefix("old "))
    return Request(old, tuple(decode_hash(line) for line in lines[1:]), notes.parse(rest))


def judge(
    body: bytes,
    *,
    logs: Mapping[str, Sequence[PublicKey]],
    last: Callable[[str], Checkpoint | None],
) -> Accepted | Refused:
    """What to answer: 400, 403, 404, 409 or 422, or a checkpoint that continues the last one.

    `logs` holds the keys of each known origin, `last` what was cosigned of it. Whoever calls holds
    a lock from before `last` is asked until the checkpoint is stored.
    """
    try:
        request = parse(body)
        new = Checkpoint.parse(request.note.text)
    except Malformed as fault:
        return Refused(400, f"{fault}\n")
    keys = logs.get(new.origin)
    if keys is None:
        return Refused(404, "unknown log\n")
    try:
        if not request.note.check(keys):
            return Refused(403, "no signature of a known key\n")
    except Unproven as fault:
        return Refused(403, f"{fault}\n")
    if request.old > new.size:
        return Refused(400, "the old size is larger than the checkpoint's\n")
    known = last(new.origin) or Checkpoint(new.origin, 0, EMPTY_ROOT)
    if request.old != known.size:
        return Refused(409, f"{known.size}\n", SIZE)
    if new.size == known.size and new.root != known.root:
        return Refused(409, "another tree of this size was cosigned before\n")
    try:
        _check(known, new, request.proof)
    except Unproven as fault:
        return Refused(422, f"{fault}\n")
    return Accepted(new, request.note)


def _check(known: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    if known.size:
        verify_consistency(
            old=known.size, new=new.size, old_root=known.root, new_root=new.root, proof=proof
        )
    elif proof:
        raise Unproven("every tree continues the empty one, so there is nothing to prove")
