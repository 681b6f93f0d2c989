"""A witness cosigns what continues the last tree it saw, and answers all else by its code."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.keys import NOTE, Signer
from tanhui.tlog.tree import EMPTY_ROOT, consistency_proof
from tanhui.tlog.witness import SIZE, Accepted, Refused, Request, judge
from tests.tlog.test_notes import LOG
from tests.tlog.trees import MemoryLog, some_leaves

LOGS = {LOG.key.name: [LOG.key]}


@pytest.fixture(scope="module")
def log() -> MemoryLog:
    made = MemoryLog()
    made.append(some_leaves(50))
    return made


def _at(log: MemoryLog, size: int) -> Checkpoint:
    made = MemoryLog()
    made.append(some_leaves(size))
    assert log.edge.size >= size
    return Checkpoint(LOG.key.name, size, made.edge.root)


def _ask(
    known: Checkpoint | None,
    old: int,
    new: Checkpoint,
    proof: Sequence[bytes],
    signer: Signer = LOG,
) -> Accepted | Refused:
    body = Request(old, tuple(proof), notes.sign(new.text, signer)).written
    return judge(body, logs=LOGS, last=lambda _: known)


def _status(answer: Accepted | Refused) -> int:
    return 200 if isinstance(answer, Accepted) else answer.status


def test_it_cosigns_the_first_tree_and_what_continues_it(log: MemoryLog) -> None:
    first, second = _at(log, 20), _at(log, 33)
    assert _status(_ask(None, 0, first, [])) == 200
    proof = consistency_proof(20, 33, log.hashes(33))
    answer = _ask(first, 20, second, proof)
    assert isinstance(answer, Accepted)
    assert answer.checkpoint == second
    assert _status(_ask(second, 33, second, [])) == 200
    assert _status(_ask(None, 0, Checkpoint(LOG.key.name, 0, EMPTY_ROOT), [])) == 200


def test_it_says_how_far_it_knows_the_log(log: MemoryLog) -> None:
    first, second = _at(log, 20), _at(log, 33)
    for old in (0, 19, 33):
        answer = _ask(first, old, second, [])
        assert answer == Refused(409, "20\n", SIZE)
    assert _ask(None, 1, second, []) == Refused(409, "0\n", SIZE)


def test_it_never_cosigns_a_second_history(log: MemoryLog) -> None:
    first = _at(log, 20)
    other = Checkpoint(LOG.key.name, 20, bytes(32))
    same_size = _ask(first, 20, other, [])
    assert isinstance(same_size, Refused)
    assert (same_size.status, same_size.content_type != SIZE) == (409, True)
    forked = Checkpoint(LOG.key.name, 33, bytes(32))
    proof = consistency_proof(20, 33, log.hashes(33))
    assert _status(_ask(first, 20, forked, proof)) == 422
    assert _status(_ask(first, 20, _at(log, 33), proof[:-1])) == 422
    assert _status(_ask(first, 20, first, proof)) == 422
    assert _status(_ask(None, 0, first, proof)) == 422
    assert _status(_ask(first, 20, _at(log, 19), [])) == 400


def test_it_knows_whose_log_it_is(log: MemoryLog) -> None:
    unknown = Checkpoint("somebody.example", 1, bytes(32))
    assert _status(_ask(None, 0, unknown, [])) == 404
    stranger = Signer.software(LOG.key.name, NOTE, bytes([7] * 32))
    assert _status(_ask(None, 0, _at(log, 20), [], stranger)) == 403
    forged = notes.Note(
        _at(log, 20).text, (notes.Line(LOG.key.name, LOG.key.id, bytes(64)),)
    ).written
    body = f"old 0\n\n{forged}".encode()
    assert _status(judge(body, logs=LOGS, last=lambda _: None)) == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n\n",
        b"old 00\n\n{note}",
        b"old x\n\n{note}",
        b"new 0\n\n{note}",
        b"old 0\n{note}",
        b"old 0\nAAAA\n\n{note}",
        b"old 0\n\xff\n\n{note}",
        b"old 0\n" + b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + b"\n{note}",
        b"old 0\n\nno checkpoint\n\n\xe2\x80\x94 a AAAAAAA=\n",
    ],
)
def test_what_is_no_request_is_refused(log: MemoryLog, body: bytes) -> None:
    note = notes.sign(_at(log, 20).text, LOG).written.encode()
    answer = judge(body.replace(b"{note}", note), logs=LOGS, last=lambda _: None)
    assert _status(answer) == 400
