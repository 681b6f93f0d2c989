"""Certificates by the verifier that stands alone: what is valid, and that nothing else is."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tanhui.registry.certificate.proofs import Sm2
from tests.runtime.keys.device import OpenSsl
from tests.verify.builder import Log
from tests.verify.paper import Paper, edited, put
from tests.verify.test_verify import verify


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def log(paper: Paper) -> Log:
    return paper.log()


def _check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], written: bytes, keys: str, *words: str
) -> str:
    certificate, file = put(tmp_path, written, keys)
    code = verify.main([*words, certificate, "--keys", file])
    said = capsys.readouterr().out.splitlines()[-1]
    assert code == (0 if said == "valid" else 2)
    return str(said)


def test_a_certificate_is_valid_with_one_file_and_its_keys(
    paper: Paper, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written, keys = paper.written(log), paper.keys(log)
    assert _check(tmp_path, capsys, written, keys) == "valid"
    assert _check(tmp_path, capsys, written, keys, "certificate") == "valid"
    # An editor may have put an empty line at its end.
    assert _check(tmp_path, capsys, written + b"\n", keys) == "valid"


def test_a_line_in_sm2_stands_before_and_is_signed_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = OpenSsl()
    handle = device.make_key(tmp_path)
    sm2 = Sm2(b"\1\2\3\4", device.public(17, handle), lambda text: device.sign(17, handle, text))
    paper = Paper(sm2=sm2)
    log = paper.log()
    written, keys = paper.written(log), paper.keys(log)
    assert [one.get("cryptosuite") for one in json.loads(written)["proof"]] == [
        "tanhui-sm2sm3-jcs",
        "eddsa-jcs-2022",
        None,
    ]
    assert _check(tmp_path, capsys, written, keys) == "valid"

    def other(said: dict[str, Any]) -> None:
        said["proof"][0]["proofValue"] += "1"

    def without(said: dict[str, Any]) -> None:
        del said["proof"][0]

    for edit in (other, without):
        assert "did not sign" in _check(tmp_path, capsys, edited(written, edit), keys)


def test_no_flipped_bit_is_accepted(paper: Paper, log: Log) -> None:
    written, keys = paper.written(log), paper.keys(log)
    verify.check_certificate(keys, written)
    random.seed(6)
    for place in random.sample(range(len(written) * 8), 1_500):
        data = bytearray(written)
        data[place // 8] ^= 1 << place % 8
        if data[place // 8 :].isspace():
            continue
        with pytest.raises((verify.Wrong, *verify.MALFORMED)):
            verify.check_certificate(keys, bytes(data))


def _amount(said: dict[str, Any]) -> None:
    said["credentialSubject"]["kg"] = 12_000


def _name(said: dict[str, Any]) -> None:
    said["credentialSubject"]["beneficiary"]["zh"] = "别人"


def _salt(said: dict[str, Any]) -> None:
    said["credentialSubject"]["salt"] = "ff" * 16


def _signature(said: dict[str, Any]) -> None:
    value = said["proof"][0]["proofValue"]
    said["proof"][0]["proofValue"] = value[:1] + "1" + value[1:]


def _suite(said: dict[str, Any]) -> None:
    said["proof"][0]["cryptosuite"] = "eddsa-rdfc-2022"


def _more(said: dict[str, Any]) -> None:
    said["proof"][-1]["more"] = "x"


def _unproven(said: dict[str, Any]) -> None:
    del said["proof"][-1]


def _leaf(said: dict[str, Any]) -> None:
    leaf = json.loads(said["proof"][-1]["leaf"])
    leaf["slices"] = [[1, 1200, "A-000012"]]
    said["proof"][-1]["leaf"] = verify.canonical(leaf).decode()


@pytest.mark.parametrize(
    "edit", [_amount, _name, _salt, _signature, _suite, _more, _unproven, _leaf]
)
def test_no_edit_is_accepted(
    edit: Callable[[dict[str, Any]], None],
    paper: Paper,
    log: Log,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changed = edited(paper.written(log), edit)
    assert _check(tmp_path, capsys, changed, paper.keys(log)).startswith("invalid: ")


def test_anothers_proof_leaf_and_keys_are_refused(
    paper: Paper, log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = paper.changed(number="TH-2026-000483")
    log.leaves[21] = other.leaf()
    keys = paper.keys(log)
    assert _check(tmp_path, capsys, other.written(log, index=21), keys) == "valid"
    moved = paper.written(log, leaf=other.leaf(), index=21)
    assert "another certificate's" in _check(tmp_path, capsys, moved, keys)
    misplaced = paper.written(log, index=21)
    assert "does not stand" in _check(tmp_path, capsys, misplaced, keys)
    stranger = Paper(secret=Ed25519PrivateKey.generate())
    log.leaves[20] = stranger.leaf()
    assert "does not name who signed" in _check(tmp_path, capsys, stranger.written(log), keys)
    # A log of somebody's own, with the right names, is not the one that the policy names.
    forged = paper.log()
    assert "has not signed" in _check(tmp_path, capsys, paper.written(forged), keys)


def test_what_an_issuer_signed_beyond_its_leaf_is_refused(
    paper: Paper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = paper.log()
    leaf = json.loads(paper.leaf())
    leaf["slices"] = [[1, 2, "A-000012"]]
    log.leaves[20] = verify.canonical(leaf)
    written = paper.written(log, leaf=log.leaves[20])
    assert "other numbers" in _check(tmp_path, capsys, written, paper.keys(log))


@pytest.mark.parametrize(
    "file", [b"", b"{}", b"[]", b"null", b'{"proof":[]}', b"\xff", b"[" * 9999]
)
def test_rubbish_is_an_answer_and_no_crash(
    file: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _check(tmp_path, capsys, file, "issuer x\n").startswith("invalid: ")
    assert _check(tmp_path, capsys, b"{}", "issuer\n\n").startswith("invalid: ")


def test_a_certificate_is_checked_within_ten_milliseconds(paper: Paper, log: Log) -> None:
    written, keys = paper.written(log), paper.keys(log)
    best = min(_seconds(written, keys) for _ in range(20))
    assert best < 0.01


def _seconds(written: bytes, keys: str) -> float:
    begun = time.perf_counter()
    verify.check_certificate(keys, written)
    return time.perf_counter() - begun
