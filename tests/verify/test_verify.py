"""The verifier that stands alone: what it finds valid, and that it finds everything else."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.verify.builder import DAY, Log, Signer, b64, leaf_bytes, small_log, sums

SCRIPT = Path(__file__).resolve().parents[2] / "verify" / "tanhui_verify.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tanhui_verify", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verify = _load()


@pytest.fixture
def log() -> Log:
    return small_log()


@pytest.fixture
def folder(log: Log, tmp_path: Path) -> Path:
    return log.write(tmp_path / "log")


def _check(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What the program says last; its exit code must agree."""
    code = verify.main([str(one) for one in arguments])
    said = capsys.readouterr().out.splitlines()[-1]
    assert code == (0 if said == "valid" else 2)
    assert said == "valid" or said.startswith("invalid: ")
    return str(said)


def _check_log(capsys: pytest.CaptureFixture[str], folder: Path, *more: object) -> str:
    return _check(capsys, "log", folder, "--policy", folder / "policy", *more)


def _check_proof(
    capsys: pytest.CaptureFixture[str], folder: Path, proof: str | bytes, leaf: bytes
) -> str:
    (folder / "proof").write_bytes(proof.encode() if isinstance(proof, str) else proof)
    (folder / "leaf").write_bytes(leaf)
    files = (folder / "proof", folder / "leaf", "--policy", folder / "policy")
    return _check(capsys, "proof", *files)


def test_it_stands_alone_and_is_short() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert "tanhui." not in text.replace("tanhui_verify", "")
    assert len(text.splitlines()) <= 200
    help = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), "--help"], capture_output=True, text=True, check=True
    )
    assert "--policy" in help.stdout


@pytest.mark.parametrize("size", [6, 255, 256, 257, 600])
def test_every_leaf_of_a_log_is_proved(
    size: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = small_log(size=size)
    folder = log.write(tmp_path)
    for index in {0, 1, size // 2, size - 2, size - 1}:
        assert _check_proof(capsys, folder, log.proof(index), log.leaves[index]) == "valid"


def test_a_log_of_one_leaf_has_an_empty_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log([b"{}"])
    folder = log.write(tmp_path)
    assert _check_proof(capsys, folder, log.proof(0), b"{}") == "valid"
    assert _check_log(capsys, folder) == "valid"


def test_the_whole_log_is_read_and_its_totals_are_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = verify.main(["log", str(folder), "--policy", str(folder / "policy"), "--day", DAY])
    first, told, last = capsys.readouterr().out.splitlines()
    assert (code, last) == (0, "valid")
    assert first.startswith("600 entries, 2 days of totals")
    assert json.loads(told)["mg"] == 310


def test_a_day_that_was_never_stated_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "2020-01-01" in _check_log(capsys, folder, "--day", "2020-01-01")


def test_no_flipped_bit_of_a_proof_or_a_leaf_is_accepted(
    folder: Path, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(11)
    # As the publisher writes them: no more cosignatures than it takes, so that each of them counts.
    enough = log.checkpoint([log.signer, *log.witnesses[:2]])
    proof, leaf = log.proof(333, enough).encode(), log.leaves[333]
    policy = (folder / "policy").read_text(encoding="utf-8")
    verify.check_proof(policy, proof, leaf)
    accepted = []
    for _ in range(5_000):
        files = [bytearray(proof), bytearray(leaf)]
        which = chance.choices((0, 1), weights=(len(proof), len(leaf)))[0]
        bit = chance.randrange(len(files[which]) * 8)
        files[which][bit // 8] ^= 1 << bit % 8
        try:
            verify.check_proof(policy, bytes(files[0]), bytes(files[1]))
            accepted.append((which, bit))
        except (verify.Wrong, *verify.MALFORMED):
            continue
    assert accepted == []
    assert capsys.readouterr().out == ""


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tile/entries/001", "do not hash to the root"),
        ("tile/entries/002.p/88", "do not hash to the root"),
        ("checkpoint", "did not sign this"),
    ],
)
def test_a_changed_file_is_found(
    path: str, reason: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _flip(folder / path)
    assert reason in _check_log(capsys, folder)


@pytest.mark.parametrize("path", ["checkpoint", "tile/entries/001", "tile/entries/002.p/88"])
def test_a_missing_file_is_named(
    path: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / path).unlink()
    assert f"cannot read {path}" in _check_log(capsys, folder)


def test_entries_and_tiles_changed_together_do_not_reach_the_signed_root(
    log: Log, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = (folder / "checkpoint").read_bytes()
    other = Log([*log.leaves[:-1], leaf_bytes({"v": 1})], log.signer, log.witnesses)
    other.write(folder)
    (folder / "checkpoint").write_bytes(signed)
    assert "do not hash to the root" in _check_log(capsys, folder)


@pytest.mark.parametrize("cut", [-1, 1])
def test_a_bundle_that_is_cut_or_has_more_is_found(
    cut: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "tile/entries/000"
    data = path.read_bytes()
    path.write_bytes(data[:-1] if cut < 0 else data + b"\x00")
    assert "tile/entries/000 is cut or too long" in _check_log(capsys, folder)


@pytest.mark.parametrize(
    "lie",
    [
        {"deeds": 5},
        {"mg": 311},
        {"points": 31.0},
        {"points": True},
        {"scenes": [["shared-bike", 4, 310, 31]]},
        {"scenes": [["shared-bike", 3, 303, 30], ["bus", 1, 7, 1], ["metro", 1, 1, 1]]},
        {"scenes": ["nothing", 3, None, [], {}]},
        {"all": {"deeds": 4, "mg": 310, "points": 31}},
        {"all": {}},
        {"day": "2026-11-20"},
        {"day": "2026-11-22"},
    ],
)
def test_totals_that_are_not_the_sum_are_found(
    lie: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_log(**lie).write(tmp_path)
    assert "is not the sum" in _check_log(capsys, folder)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 60_000,
        b"1" * 10_000,
        b'{"t":"sums","v":2}',
        b'{"t":"totals","v":1}',
        b'{"v":1,"t":"rule"}',
        b'{"a":1,"a":1}',
        b'"\\ud800"',
        leaf_bytes(sums(1, (DAY, "bus", 1, 2.5, 1))),  # type: ignore[arg-type]
        leaf_bytes({**sums(1), "sums": [3, "x", None]}),
        leaf_bytes({**sums(1), "sums": [[[], "bus", 1, 1, 1]]}),
    ],
)
def test_leaves_that_nobody_can_read_are_named_and_never_crash(
    leaf: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _check_log(capsys, Log([leaf]).write(tmp_path)).index("invalid: ")


def test_a_log_that_was_rolled_back_or_rewritten_is_found_by_an_earlier_checkpoint(
    log: Log, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def signed(leaves: list[bytes]) -> Path:
        path = tmp_path / "earlier"
        path.write_text(Log(leaves, log.signer, log.witnesses).checkpoint(), encoding="utf-8")
        return path

    assert _check_log(capsys, folder, "--since", signed(log.leaves[:300])) == "valid"
    longer = signed([*log.leaves, b"{}"])
    assert "rolled back: it had 601" in _check_log(capsys, folder, "--since", longer)
    other = signed([b"{}", *log.leaves[1:300]])
    assert "changed since" in _check_log(capsys, folder, "--since", other)


def test_too_few_witnesses_or_none_of_the_log_is_said(
    log: Log, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(signers: list[Signer]) -> str:
        return _check_proof(capsys, folder, log.proof(5, log.checkpoint(signers)), log.leaves[5])

    one, two, three = log.witnesses
    assert told([log.signer, one, three]) == "valid"
    assert "too few witnesses" in told([log.signer, two])
    assert "too few witnesses" in told([log.signer, two, two])
    assert "the log has not signed" in told([one, two, three])
    assert "malformed" in told([])


def test_a_signature_under_anothers_name_or_number_is_refused_and_strangers_are_not_minded(
    log: Log, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body, (one, two, three) = log.body, log.witnesses
    enough = f"{body}\n" + log.signer.line(body) + one.line(body) + two.line(body)

    def told(line: str) -> str:
        return _check_proof(capsys, folder, log.proof(5, enough + line), log.leaves[5])

    assert told(Signer("stranger.example", 4).line(body)) == "valid"
    # A rotated key, or one of another algorithm, stands under the same name.
    assert told(Signer(three.name, 4).line(body)) == "valid"
    assert told(f"— {log.signer.name} {b64(bytes(100))}\n") == "valid"
    assert "did not sign this" in told(three.line(body, name="stranger.example"))
    assert "did not sign this" in told(three.line(body, id=b"\x00\x01\x02\x03"))
    assert "did not sign this" in told(three.line(body + "x"))
    assert "malformed" in told("— nobody\n")
    assert "malformed" in told("a line\n")


def test_anothers_proof_proves_nothing(
    log: Log, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "does not stand" in _check_proof(capsys, folder, log.proof(9), log.leaves[10])
    moved = log.proof(9).replace("index 9\n", "index 8\n")
    assert "does not stand" in _check_proof(capsys, folder, moved, log.leaves[9])
    beyond = log.proof(9).replace("index 9\n", "index 600\n")
    assert "does not fit" in _check_proof(capsys, folder, beyond, log.leaves[9])
    stranger = small_log()
    assert "not signed" in _check_proof(capsys, folder, stranger.proof(9), stranger.leaves[9])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("quorum", "quarum"),
        lambda text: text.replace("group all-of-them 2", "group all-of-them zwei"),
        lambda text: text + text,
        lambda text: text.replace("witness w1 ", "witness w2 "),
        lambda text: text.replace("+", "-"),
        lambda text: text.replace("quorum all-of-them", ""),
        lambda _: "",
        lambda _: "log\nwitness\ngroup\nquorum\n",
        lambda text: text.replace("group all-of-them 2 w1 w2 w3", "group all-of-them 2 w1 w1"),
    ],
)
def test_a_policy_that_says_nothing_clear_is_refused(
    change: Callable[[str], str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "policy"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    _check_log(capsys, folder).index("invalid: ")


@pytest.mark.parametrize(
    ("quorum", "said"),
    [
        ("quorum none", "valid"),
        ("quorum w3", "valid"),
        ("group x any w1 w2\ngroup y all x w3\nquorum y", "valid"),
        ("# Two are enough.\n\ngroup x 2 w1 w2\nquorum x", "valid"),
    ],
)
def test_groups_may_hold_groups(
    quorum: str, said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "policy"
    text = path.read_text(encoding="utf-8").partition("group")[0]
    path.write_text(f"{text}{quorum}\n", encoding="utf-8")
    assert _check_log(capsys, folder) == said


def test_rubbish_in_any_place_is_an_answer_and_no_crash(
    log: Log, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(5)
    proof, leaf = log.proof(5).encode(), log.leaves[5]
    policy = (folder / "policy").read_bytes()
    for _ in range(300):
        given = [proof, leaf, policy]
        which = chance.randrange(3)
        data = bytearray(given[which])
        at, length = chance.randrange(len(data)), chance.randrange(1, 40)
        data[at : at + length] = chance.choice(
            [b"", b"\n", b"\n\n", b"\xe2\x80", b" ", chance.randbytes(length), b"9" * 5_000]
        )
        given[which] = bytes(data)
        for name, text in zip(("proof", "leaf", "policy"), given, strict=True):
            (folder / name).write_bytes(text)
        _check(capsys, "proof", folder / "proof", folder / "leaf", "--policy", folder / "policy")
    assert "cannot read" in _check(capsys, "log", folder / "\0", "--policy", folder / "policy")
    assert "cannot read" in _check(capsys, "log", "http://[", "--policy", folder / "policy")
