"""A witness's part in a draw: bound beforehand, told for one closed list in a tree it has seen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tanhui.tlog import draws
from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.draws import Binding, Telling, Told
from tanhui.tlog.encoding import Malformed, Unproven, encode
from tanhui.tlog.keys import COSIGNATURE, Signer
from tanhui.tlog.proof import Proof
from tanhui.tlog.tree import inclusion_proof
from tanhui.tlog.witness import Refused
from tests.tlog.test_notes import LOG
from tests.tlog.trees import MemoryLog, some_leaves

OWN = Signer.software("w1.example", COSIGNATURE, b"\x01" * 32)
OTHER = Signer.software("w2.example", COSIGNATURE, b"\x02" * 32)
LOGS = {LOG.key.name: [LOG.key]}
LABEL = hashlib.sha256(b"seed").hexdigest()
BINDING = Binding(LOG.key.name, LABEL)


def _json(leaf: dict[str, Any]) -> bytes:
    return json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()


def _opened(**changed: Any) -> bytes:
    secret = draws.secret_of(BINDING, OWN.sign_message)
    bound = [[OWN.key.vkey, draws.bound(secret)]]
    return _json({"t": "drop", "drop": "D-0001", "commit": LABEL, "witnesses": bound, **changed})


def _closed(opened: bytes, **changed: Any) -> bytes:
    digest = hashlib.sha256(opened).hexdigest()
    return _json({"t": "drop-closed", "drop": "D-0001", "opened": digest, "n": 3, **changed})


def _asked(
    opened: bytes, closed: bytes, *, signer: Signer = LOG, seen_by: tuple[Signer, ...] = (OWN,)
) -> bytes:
    """A request whose closing leaf is the tenth of a log of thirty."""
    log = MemoryLog()
    leaves = some_leaves(30)
    log.append([*leaves[:9], closed, *leaves[10:]])
    note = notes.sign(Checkpoint(signer.key.name, 30, log.edge.root).text, signer)
    note = note.with_lines(notes.cosign(note, each, 1_800_000_000) for each in seen_by)
    proof = Proof(9, tuple(inclusion_proof(9, 30, log.hashes(30))), note)
    return Telling(opened, closed, proof.written.encode()).written


def _judge(
    body: bytes, last: Callable[[str], bytes | None] = lambda _: None
) -> tuple[Binding, Telling] | Refused:
    return draws.judge(body, logs=LOGS, own=OWN.key, sign=OWN.sign_message, last=last)


def _status(body: bytes, last: Callable[[str], bytes | None] = lambda _: None) -> int:
    found = _judge(body, last)
    return found.status if isinstance(found, Refused) else 200


def test_a_secret_is_the_same_for_one_draw_and_another_for_any_other() -> None:
    secret = draws.secret_of(BINDING, OWN.sign_message)
    assert draws.secret_of(BINDING, OWN.sign_message) == secret
    others = [
        draws.secret_of(
            Binding(BINDING.origin, hashlib.sha256(b"x").hexdigest()), OWN.sign_message
        ),
        draws.secret_of(Binding("another.log", LABEL), OWN.sign_message),
        draws.secret_of(BINDING, OTHER.sign_message),
    ]
    assert len({secret, *others}) == 4


def test_whoever_asks_is_bound_for_a_known_log_and_a_label_alone() -> None:
    origins = list(LOGS)
    assert draws.parse_binding(BINDING.written, origins=origins) == BINDING
    for body, status in (
        (b"", 400),
        (b"\xff\xff\n", 400),
        (BINDING.written + b"\n", 400),
        (f"{LOG.key.name}\n{LABEL.upper()}\n".encode(), 400),
        (f"{LOG.key.name}\n../{LABEL[3:]}\n".encode(), 400),
        (Binding("another.log", LABEL).written, 404),
    ):
        found = draws.parse_binding(body, origins=origins)
        assert isinstance(found, Refused)
        assert found.status == status


def test_it_tells_for_a_closed_list_in_a_tree_that_it_has_cosigned() -> None:
    opened = _opened()
    closed = _closed(opened)
    found = _judge(_asked(opened, closed))
    assert isinstance(found, tuple)
    assert (found[0], found[1].closed) == (BINDING, closed)
    assert _status(_asked(opened, closed), lambda label: closed if label == LABEL else None) == 200


@pytest.mark.parametrize(
    ("opened", "closed", "more", "status"),
    [
        (_opened(t="rule"), None, {}, 400),
        (_opened(commit="../../etc"), None, {}, 400),
        (_opened(), _closed(_opened(), t="drop-drawn"), {}, 400),
        (_opened(witnesses=[]), None, {}, 422),
        (_opened(witnesses=[[OWN.key.vkey, "00" * 32]]), None, {}, 422),
        (_opened(), _closed(_opened(units=9)), {}, 422),
        (_opened(), None, {"seen_by": (OTHER,)}, 403),
        (_opened(), None, {"signer": Signer.software("another.log", 1, b"\x09" * 32)}, 404),
    ],
)
def test_it_tells_for_nothing_else(
    opened: bytes, closed: bytes | None, more: dict[str, Any], status: int
) -> None:
    assert _status(_asked(opened, closed or _closed(opened), **more)) == status


def test_it_tells_for_one_list_and_one_that_stands_where_it_is_said_to() -> None:
    opened = _opened()
    closed, other = _closed(opened), _closed(opened, n=4)
    assert _status(_asked(opened, closed), lambda _: other) == 409
    body = _asked(opened, closed)
    assert _status(body.replace(encode(closed).encode(), encode(other).encode())) == 422
    assert _status(b"nonsense") == 400
    assert _status(body[:-20]) == 400


def test_what_was_told_is_checked_by_digest_and_signature() -> None:
    closed = _closed(_opened())
    secret = draws.secret_of(BINDING, OWN.sign_message)
    told = Told(secret, OWN.sign_message(draws.told_message(closed, secret)))
    assert Told.parse(told.written) == told
    draws.check_told(told, key=OWN.key, digest=draws.bound(secret), closed=closed)
    for key, digest, leaf in (
        (OTHER.key, draws.bound(secret), closed),
        (OWN.key, "00" * 32, closed),
        (OWN.key, draws.bound(secret), b"another"),
    ):
        with pytest.raises(Unproven):
            draws.check_told(told, key=key, digest=digest, closed=leaf)
    for body in ("", "x\ny\n", told.written + "\n", f"{encode(b'short')}\n{encode(b'x')}\n"):
        with pytest.raises(Malformed):
            Told.parse(body)
