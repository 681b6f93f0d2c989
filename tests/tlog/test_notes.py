"""Notes, keys and policies: foreign vectors, and what must be refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.tlog import note as notes
from tanhui.tlog import policy as policies
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed, Unproven, decimal, decode, encode
from tanhui.tlog.keys import COSIGNATURE, NOTE, PublicKey, Signer
from tanhui.tlog.note import Line, Note

LOG = Signer.software("tanhui.example/log", NOTE, bytes(32))
WITNESSES = [Signer.software(f"w{n}.example", COSIGNATURE, bytes([n] * 32)) for n in (1, 2, 3)]
TEXT = Checkpoint(LOG.key.name, 3, bytes(32)).text


def policy(enough: int = 2) -> policies.Policy:
    named = tuple(
        policies.Witness(f"w{n}", signer.key) for n, signer in enumerate(WITNESSES, start=1)
    )
    return policies.simple(LOG.key, named, enough)


def seen_by(*numbers: int, text: str = TEXT) -> Note:
    note = notes.sign(text, LOG)
    return note.with_lines(notes.cosign(note, WITNESSES[n - 1], 1_700_000_000 + n) for n in numbers)


@pytest.fixture(scope="module")
def foreign(shared: Path) -> list[dict[str, Any]]:
    found = json.loads((shared / "vectors" / "vectors.json").read_text("utf-8"))
    vectors: list[dict[str, Any]] = found["signed_note"]
    return vectors


def test_the_foreign_note_is_signed_byte_for_byte(foreign: list[dict[str, Any]]) -> None:
    secret = decode(foreign[0]["private_key"].split("+", 4)[4])[1:]
    signer = Signer.software("PeterNeumann", NOTE, secret)
    assert signer.key.vkey == foreign[0]["verifier_key"]
    text = foreign[0]["note"].split("\n\n")[0] + "\n"
    assert notes.sign(text, signer).written == foreign[0]["note"]


def test_foreign_notes_verify(foreign: list[dict[str, Any]]) -> None:
    for case in foreign:
        note, key = notes.parse(case["note"].encode()), PublicKey.parse(case["verifier_key"])
        assert [each.key for each in note.check([key])] == [key]
        assert note.written == case["note"]
        with pytest.raises(Unproven):
            Note(note.text + "more\n", note.lines).check([key])


def test_a_note_ends_its_text_at_the_last_blank_line() -> None:
    note = notes.parse(notes.sign("a\n\nb\n", LOG).written.encode())
    assert note.text == "a\n\nb\n"
    assert note.check([LOG.key])


def test_unknown_lines_are_ignored_and_wrong_ones_refuse_the_note() -> None:
    note = seen_by(1)
    stranger = Line(LOG.key.name, b"sm2!", b"another algorithm")
    assert len(note.with_lines([stranger]).check([LOG.key])) == 1
    assert note.check([WITNESSES[1].key]) == []
    for forged in (bytes(64), bytes(8), bytes(72), note.lines[1].value + b"x"):
        lines = (note.lines[0], Line(note.lines[1].name, note.lines[1].id, forged))
        with pytest.raises(Unproven):
            Note(note.text, lines).check([WITNESSES[0].key])
        with pytest.raises(Unproven):
            Note(note.text, (*note.lines, lines[1])).check([WITNESSES[0].key])


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\nno line\n",
        "text\n\n— name \n".encode(),
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— name AAAAAAA=".encode(),
        "text\n\n— a b AAAAAAA=\n".encode(),
        "text\n\n— a+b AAAAAAA=\n".encode(),
        "te\txt\n\n— a AAAAAAA=\n".encode(),
        "text\r\n\n— a AAAAAAA=\n".encode(),
        "text\n\n— a AAAAAAB=\n".encode(),
        b"\xff\n\n" + "— a AAAAAAA=\n".encode(),
        b"a" * (notes.NOTE_BYTES_MAX + 1),
        b"text\n\n" + "— a AAAAAAA=\n".encode() * 101,
    ],
)
def test_what_is_no_note_is_refused(written: bytes) -> None:
    with pytest.raises(Malformed):
        notes.parse(written)


def test_sixteen_signatures_and_more_are_read() -> None:
    many = seen_by(1).with_lines(Line(f"n{n}", b"1234", bytes(2420)) for n in range(30))
    assert len(notes.parse(many.written.encode()).lines) == 32


@given(st.binary(max_size=200))
def test_any_bytes_are_a_note_or_refused(written: bytes) -> None:
    try:
        assert notes.parse(written).written.encode() == written
    except Malformed:
        return


@pytest.mark.parametrize(
    "vkey",
    [
        "name",
        "name+00000000",
        "a b+00000000+AQ==",
        "name+00000000+" + encode(b"\1" + bytes(32)),
        LOG.key.vkey.upper(),
        LOG.key.vkey[:-1],
        PublicKey("name", NOTE, bytes(31)).vkey,
        PublicKey("name", 0xFF, bytes(32)).vkey,
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(Malformed):
        PublicKey.parse(vkey)


def test_keys_keep_to_their_part() -> None:
    with pytest.raises(ValueError, match="cosigns"):
        WITNESSES[0].sign(b"")
    with pytest.raises(ValueError, match="witness"):
        LOG.cosign(b"", 0)
    with pytest.raises(ValueError, match="line's end"):
        notes.sign("no end", LOG)


@pytest.mark.parametrize(
    "text",
    [
        "o\n0\n",
        f"o\n01\n{encode(bytes(32))}\n",
        f"o\n-1\n{encode(bytes(32))}\n",
        f"o\n１\n{encode(bytes(32))}\n",
        f"o\n9223372036854775808\n{encode(bytes(32))}\n",
        f"o\n1\n{encode(bytes(31))}\n",
        f"\n1\n{encode(bytes(32))}\n",
        f"o\n1\n{encode(bytes(32))}",
        f"o\n1\n{encode(bytes(32))}\n\nx\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_a_checkpoint_keeps_its_further_lines() -> None:
    text = f"o\n1\n{encode(bytes(32))}\nmore\n"
    assert Checkpoint.parse(text).extensions == ("more",)
    assert Checkpoint.parse(text).text == text
    assert decimal("0") == 0


def test_a_quorum_believes_and_fewer_do_not() -> None:
    believed = policy().believe(seen_by(1, 3))
    assert set(believed.witnesses) == {"w1", "w3"}
    assert believed.times == [1_700_000_001, 1_700_000_003]
    for note in (seen_by(2), seen_by(2, 2), seen_by()):
        with pytest.raises(Unproven, match="too few"):
            policy().believe(note)
    stranger = Signer.software(LOG.key.name, NOTE, bytes([9] * 32))
    for text in (notes.sign(TEXT, stranger), notes.sign(TEXT.replace("log", "lag"), LOG)):
        with pytest.raises(Unproven, match="no known log"):
            policy().believe(text)


def test_no_more_cosignatures_are_kept_than_are_needed() -> None:
    kept = policy().enough_of(seen_by(1, 2, 3).with_lines([Line("x", b"1234", b"5")]))
    assert [line.name for line in kept.lines] == [LOG.key.name, "w1.example", "w2.example"]
    assert policy().believe(kept)


def test_a_policy_file_says_what_it_was_written_from() -> None:
    again = policies.parse(policy().text)
    assert again == policy()
    assert again.text == policy().text
    lines = policy().text.splitlines()
    addressed = "\n".join([lines[0], f"\t{lines[1]}  http://127.0.0.1:1 ", "# x", "", *lines[2:]])
    assert policies.parse(addressed).witnesses[0].address == "http://127.0.0.1:1"


def test_groups_within_groups() -> None:
    a, b, c = (signer.key.vkey for signer in WITNESSES)
    text = (
        f"log {LOG.key.vkey}\nwitness a {a}\nwitness b {b}\nwitness c {c}\n"
        "group ab any a b\ngroup both all ab c\nquorum both\n"
    )
    found = policies.parse(text)
    assert found.fulfilled({"b", "c"})
    assert not found.fulfilled({"a", "b"})
    nobody = policies.parse(f"log {LOG.key.vkey}\nquorum none\n")
    assert nobody.believe(seen_by()).witnesses == {}


@pytest.mark.parametrize(
    "lines",
    [
        "quorum w1\nquorum w1",
        "quorum nobody",
        "witness w1 {w2}\nquorum w1",
        "witness none {w2}\nquorum w1",
        "witness w2 {w1}\nquorum w1",
        "witness w2 {log}\nquorum w1",
        "group g 2 w1\nquorum g",
        "group g 0 w1\nquorum g",
        "group g any nobody\nquorum g",
        "group g any\nquorum w1",
        "group g any w1\ngroup h any w1\nquorum g",
        "log {log}\nquorum w1",
        "something else\nquorum w1",
        "quorum w1\r",
        "",
    ],
)
def test_what_is_no_policy_is_refused(lines: str) -> None:
    w1, w2, _ = (signer.key.vkey for signer in WITNESSES)
    rest = lines.format(w1=w1, w2=w2, log=LOG.key.vkey)
    with pytest.raises(Malformed):
        policies.parse(f"log {LOG.key.vkey}\nwitness w1 {w1}\n{rest}\n")
