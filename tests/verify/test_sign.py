"""The program by which verification bodies sign: what it signs, and what it refuses to."""

from __future__ import annotations

import importlib.util
import json
import stat
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tanhui.projects.verification.signing import evidence_root, signer_of, statement_bytes
from tanhui.tlog.keys import NOTE, PublicKey

SCRIPT = Path(__file__).resolve().parents[2] / "verify" / "tanhui_sign.py"
SAID: dict[str, object] = {
    "v": 1,
    "t": "verification",
    "project": "CDCER-0007",
    "period": 1,
    "first": "2026-01-01",
    "last": "2026-12-31",
    "methodology": "energy-substitution.chengdu@1.0.0",
    "digest": "sha256:" + "a" * 64,
    "calculation": "sha256:" + "b" * 64,
    "report": "c" * 64,
    "evidence": "d" * 64,
    "kg": 3_117_356,
    "opinion": "positive",
}


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tanhui_sign", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


program = _load()


def _run(*words: object, answer: str = "") -> tuple[int, str, str]:
    """The exit code, what it printed and what it said."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, words)],
        input=answer,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip(), done.stderr


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    place = tmp_path / "statement.json"
    place.write_bytes(statement_bytes(SAID))
    return place


@pytest.fixture
def key(tmp_path: Path) -> Path:
    place = tmp_path / "verify-a.key"
    program.new_key(place, "VERIFY-A", b"")
    return place


def test_what_it_signs_is_what_the_platform_and_strangers_check(
    tmp_path: Path, statement: Path
) -> None:
    place = tmp_path / "new.key"
    code, vkey, _ = _run("new-key", place, "VERIFY-A")
    assert code == 0
    assert PublicKey.parse(vkey).type == NOTE
    code, signature, said = _run("sign", statement, "--key", place, answer="yes\n")
    assert code == 0
    # Whoever signs has seen what it is about.
    assert "CDCER-0007" in said
    assert "3117356" in said
    assert signer_of([vkey], statement.read_bytes(), signature) == vkey
    assert _run("check", statement, signature, "--vkey", vkey)[:2] == (0, "valid")


def test_a_key_is_its_owners_alone_and_never_written_over(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    code, _, said = _run("new-key", key, "VERIFY-A")
    assert (code, key.read_bytes()) == (2, before)
    assert "there already" in said


def test_nothing_is_signed_without_a_yes(statement: Path, key: Path) -> None:
    for answer in ("", "no\n", "YES\n"):
        code, signature, said = _run("sign", statement, "--key", key, answer=answer)
        assert (code, signature) == (2, "")
        assert "nothing was signed" in said


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"VERIFY\n12\nAAAA\n",
        statement_bytes(SAID) + b"\n",
        json.dumps(SAID).encode(),
        statement_bytes({**SAID, "t": "totals"}),
        statement_bytes({**SAID, "v": 2}),
        statement_bytes(SAID).replace(b'"v":1', b'"v":1,"v":1'),
    ],
)
def test_it_signs_nothing_but_a_statement_as_it_was_downloaded(
    data: bytes, tmp_path: Path, key: Path
) -> None:
    place = tmp_path / "other"
    place.write_bytes(data)
    code, signature, said = _run("sign", place, "--key", key, "--yes")
    assert (code, signature) == (2, "")
    assert said.startswith("refused: ")


def test_the_report_and_papers_that_were_read_must_be_those_of_the_statement(
    tmp_path: Path, key: Path
) -> None:
    report, papers = tmp_path / "report.json", tmp_path / "papers"
    report.write_text('{"t":"report"}')
    papers.mkdir()
    for number in range(5):
        (papers / f"{number}.csv").write_text(f"day,MWh\n2026-01-01,{number}\n")
    own = {
        **SAID,
        "report": program.sha256(report.read_bytes()).hexdigest(),
        "evidence": evidence_root(
            program.sha256(one.read_bytes()).hexdigest() for one in papers.iterdir()
        ),
    }
    place = tmp_path / "own.json"
    place.write_bytes(statement_bytes(own))
    told = ("sign", place, "--key", key, "--yes", "--report", report, "--papers", papers)
    assert _run(*told)[0] == 0
    (papers / "0.csv").write_text("day,MWh\n2026-01-01,9\n")
    assert "other papers" in _run(*told)[2]
    report.write_text('{"t":"report" }')
    assert "another report" in _run(*told)[2]


def test_a_key_under_a_passphrase_opens_with_nothing_else(tmp_path: Path, statement: Path) -> None:
    place = tmp_path / "shut.key"
    vkey = program.new_key(place, "VERIFY-A/2026", b"three words here")
    assert program.open_key(place, b"three words here")[0] == vkey
    for passphrase in (b"", b"three words"):
        with pytest.raises(program.Wrong):
            program.open_key(place, passphrase)
    assert _run("sign", statement, "--key", place, "--yes")[0] == 2


def test_a_changed_key_file_is_refused(key: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    program.new_key(other, "VERIFY-B", b"")
    line, rest = key.read_bytes().split(b"\n", 1)
    key.write_bytes(other.read_bytes().split(b"\n", 1)[0] + b"\n" + rest)
    with pytest.raises(program.Wrong):
        program.open_key(key, b"")
    key.write_bytes(line + b"\n" + rest)
    assert program.open_key(key, b"")[0] == line.decode()


def test_a_flipped_bit_of_statement_or_signature_is_found(statement: Path, key: Path) -> None:
    vkey = program.open_key(key, b"")[0]
    signature = _run("sign", statement, "--key", key, "--yes")[1]
    statement.write_bytes(statement_bytes({**SAID, "kg": 3_117_357}))
    assert _run("check", statement, signature, "--vkey", vkey)[0] == 2
    statement.write_bytes(statement_bytes(SAID))
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    assert _run("check", statement, flipped, "--vkey", vkey)[0] == 2
    assert _run("check", statement, signature, "--vkey", vkey.replace("VERIFY", "VERIFI"))[0] == 2
