"""What a witness does for a draw: it is bound to a secret, and tells it once entries are closed.

A cosignature would be no fair die: whoever runs the log may ask for one every second and keep the
one that suits. Here each witness binds itself by a hash before anyone has entered, and tells its
secret for one closed list alone, which must stand in a tree that it has cosigned. So the draw is
settled by what was bound before, and is unknown as long as one of them all is honest.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tanhui.tlog import proof as proofs
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import HASH_BYTES, Malformed, Unproven, decode, encode
from tanhui.tlog.keys import PublicKey
from tanhui.tlog.tree import leaf_hash, verify_inclusion
from tanhui.tlog.witness import Refused

BIND_PATH, TELL_PATH = "/bind-draw", "/tell-draw"
_LABEL = re.compile(r"[0-9a-f]{64}")
_SECRET = b"tanhui-draw-secret/v1\n"
_TOLD = b"tanhui-draw-told/v1\n"


@dataclass(frozen=True, slots=True)
class Binding:
    """A wish that a witness bind itself: for the draw of `label`, whose leaves `origin` will log.

    `label` is the digest, in hexadecimal digits, by which the operator bound itself to its own
    seed: so no two draws have one label.
    """

    origin: str
    label: str

    @property
    def written(self) -> bytes:
        """The body of the request."""
        return f"{self.origin}\n{self.label}\n".encode()


@dataclass(frozen=True, slots=True)
class Telling:
    """A wish that a witness tell its secret: the leaves that opened and closed the entries.

    `proof` is a tlog-proof of the closing leaf whose note has every cosignature there is.
    """

    opened: bytes
    closed: bytes
    proof: bytes

    @property
    def written(self) -> bytes:
        """The body of the request."""
        head = f"opened {encode(self.opened)}\nclosed {encode(self.closed)}\n"
        return head.encode() + self.proof


@dataclass(frozen=True, slots=True)
class Told:
    """What a witness told of a draw: its secret, and its signature under the closed list."""

    secret: bytes
    signature: bytes

    @property
    def written(self) -> str:
        """The body of the answer."""
        return f"{encode(self.secret)}\n{encode(self.signature)}\n"

    @classmethod
    def parse(cls, body: str) -> Told:
        """What this answer tells; raises Malformed."""
        lines = body.split("\n")
        if len(lines) != 3 or lines[2]:
            raise Malformed("no secret of a draw")
        secret, signature = decode(lines[0]), decode(lines[1])
        if (len(secret), len(signature)) != (HASH_BYTES, 2 * HASH_BYTES):
            raise Malformed("no secret of a draw")
        return cls(secret, signature)


def secret_message(binding: Binding) -> bytes:
    """What a witness signs, for itself alone, to find its secret of a draw again."""
    return _SECRET + binding.written


def told_message(closed: bytes, secret: bytes) -> bytes:
    """What a witness signs to tell its secret: for this closing leaf and no other."""
    return _TOLD + hashlib.sha256(closed).digest() + secret


def secret_of(binding: Binding, sign: Callable[[bytes], bytes]) -> bytes:
    """A witness's secret for a draw. Nothing need be remembered: the key gives it again."""
    return hashlib.sha256(sign(secret_message(binding))).digest()


def bound(secret: bytes) -> str:
    """The digest by which a secret is bound, in hexadecimal digits."""
    return hashlib.sha256(secret).hexdigest()


def is_digest(text: str) -> bool:
    """Whether this is a digest as `bound` writes it."""
    return _LABEL.fullmatch(text) is not None


def check_told(told: Told, *, key: PublicKey, digest: str, closed: bytes) -> None:
    """Raises Unproven unless `told` is what the holder of `key` bound itself to by `digest`."""
    if bound(told.secret) != digest:
        raise Unproven(f"{key.name} told another secret than it was bound to")
    if not key.holds(told_message(closed, told.secret), told.signature):
        raise Unproven(f"{key.name} did not tell its secret for this list")


def parse_binding(body: bytes, *, origins: Sequence[str]) -> Binding | Refused:
    """The wish in this body, for a log that is known; or the refusal, 400 or 404."""
    try:
        lines = body.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 3 or lines[2] or _LABEL.fullmatch(lines[1]) is None:
        return Refused(400, "no origin and label\n")
    if lines[0] not in origins:
        return Refused(404, "unknown log\n")
    return Binding(lines[0], lines[1])


def parse_telling(body: bytes) -> Telling:
    """The wish in this body; raises Malformed."""
    first, _, rest = body.partition(b"\n")
    second, _, proof = rest.partition(b"\n")
    if not (first.startswith(b"opened ") and second.startswith(b"closed ")):
        raise Malformed("no leaves of a draw")
    try:
        opened, closed = (line.partition(b" ")[2].decode("ascii") for line in (first, second))
    except UnicodeDecodeError:
        raise Malformed("no leaves of a draw") from None
    return Telling(decode(opened), decode(closed), proof)


def judge(
    body: bytes,
    *,
    logs: Mapping[str, Sequence[PublicKey]],
    own: PublicKey,
    sign: Callable[[bytes], bytes],
    last: Callable[[str], bytes | None],
) -> tuple[Binding, Telling] | Refused:
    """Whether to tell: 400, 403, 404, 409 or 422, or the draw whose secret may be told.

    `last` answers for which closing leaf the secret of a label was told before: it is never told
    for another. Whoever calls holds a lock from before `last` is asked until that is stored.
    """
    try:
        wish = parse_telling(body)
        proof = proofs.parse(wish.proof)
        checkpoint = Checkpoint.parse(proof.note.text)
        opened, closed = _leaf(wish.opened, "drop"), _leaf(wish.closed, "drop-closed")
        binding = Binding(checkpoint.origin, opened["commit"])
        if _LABEL.fullmatch(binding.label) is None:
            raise Malformed("no label of a draw")
        named = [own.vkey, bound(secret_of(binding, sign))] in opened["witnesses"]
        fits = closed["opened"] == hashlib.sha256(wish.opened).hexdigest()
    except (Malformed, KeyError, TypeError) as fault:
        return Refused(400, f"{fault}\n")
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return Refused(404, "unknown log\n")
    if not (named and fits):
        return Refused(422, "this witness is not bound to that draw\n")
    try:
        if not proof.note.check(keys) or not proof.note.check([own]):
            return Refused(403, "no tree that this witness has cosigned\n")
        verify_inclusion(
            index=proof.index,
            size=checkpoint.size,
            leaf=leaf_hash(wish.closed),
            proof=proof.hashes,
            root=checkpoint.root,
        )
    except (Unproven, Malformed) as fault:
        return Refused(422, f"{fault}\n")
    if (last(binding.label) or wish.closed) != wish.closed:
        return Refused(409, "the secret was told for another list\n")
    return binding, wish


def _leaf(written: bytes, kind: str) -> dict[str, Any]:
    try:
        said = json.loads(written)
    except ValueError:
        raise Malformed("a leaf that is no JSON") from None
    if not isinstance(said, dict) or said.get("t") != kind:
        raise Malformed(f"no leaf of the kind {kind}")
    return said
