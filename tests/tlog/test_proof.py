"""A proof is one file: it proves its leaf, and nothing once a single bit of it has changed."""

from __future__ import annotations

import random

import pytest

from tanhui.tlog import note as notes
from tanhui.tlog import proof as proofs
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.proof import Proof
from tanhui.tlog.tree import inclusion_proof
from tests.tlog.test_notes import LOG, policy, seen_by
from tests.tlog.trees import MemoryLog, some_leaves

SIZE = 1000
FLIPS = 5000


@pytest.fixture(scope="module")
def log() -> MemoryLog:
    made = MemoryLog()
    made.append(some_leaves(SIZE))
    return made


def _proof(log: MemoryLog, index: int, extra: bytes | None = None) -> bytes:
    text = Checkpoint(LOG.key.name, SIZE, log.edge.root).text
    note = policy().enough_of(seen_by(1, 2, 3, text=text))
    hashes = inclusion_proof(index, SIZE, log.hashes(SIZE))
    return Proof(index, tuple(hashes), note, extra).written.encode()


def test_a_proof_proves_its_leaf_and_no_other(log: MemoryLog) -> None:
    for index in (0, 1, 499, 998, 999):
        written = _proof(log, index)
        assert len(written) <= 2048
        assert proofs.verify(written, some_leaves(SIZE)[index], policy()) == ""
        assert proofs.verify(written, b"another leaf", policy()) != ""
        assert proofs.parse(written).written.encode() == written
    with_extra = _proof(log, 7, b"salt")
    assert proofs.parse(with_extra).extra == b"salt"
    assert proofs.verify(with_extra, some_leaves(SIZE)[7], policy()) == ""


def test_no_changed_bit_is_accepted(log: MemoryLog) -> None:
    written, leaf = _proof(log, 700), some_leaves(SIZE)[700]
    bits = random.Random(5).sample(range(len(written) * 8), FLIPS)
    accepted = []
    for bit in bits:
        changed = bytearray(written)
        changed[bit // 8] ^= 1 << bit % 8
        if proofs.verify(bytes(changed), leaf, policy()) == "":
            accepted.append(bit)
    assert accepted == []


def test_too_few_witnesses_prove_nothing(log: MemoryLog) -> None:
    found = proofs.parse(_proof(log, 3))
    fewer = Proof(3, found.hashes, notes.Note(found.note.text, found.note.lines[:2]))
    why = proofs.verify(fewer.written.encode(), some_leaves(SIZE)[3], policy())
    assert why == "too few witnesses have seen the checkpoint"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"index 3", b"index 03"),
        (b"index 3", b"index"),
        (b"index 3\n", b""),
        (b"index 3", b"extra AA\nindex 3"),
        (b"index 3", b"extra AA=="),
        (b"index 3\n", b"index 3\nAAAA\n"),
        (b"index 3\n", b"index 3\n\xff\n"),
        (b"index 3\n", b"index 3\n" + b"A" * 43 + b"=\n" * 64),
        (b"\n\n", b"\n"),
        (b"\n\n", b"\n\n\n"),
    ],
)
def test_what_is_no_proof_is_refused(log: MemoryLog, old: bytes, new: bytes) -> None:
    written = _proof(log, 3)
    assert old in written
    assert proofs.verify(written.replace(old, new, 1), some_leaves(SIZE)[3], policy()) != ""
