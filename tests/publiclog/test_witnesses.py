"""Witnesses as programs of their own: over HTTP, after a restart, and when many ask at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tanhui.cli.witness import Memory, known_logs, own_signer
from tanhui.kernel.refusals import Invalid
from tanhui.publiclog.asking import Answer, Witnesses, post
from tanhui.tlog import note as notes
from tanhui.tlog import policy as policies
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.keys import NOTE, PublicKey, Signer
from tanhui.tlog.policy import Witness
from tanhui.tlog.tree import consistency_proof
from tanhui.tlog.witness import SIZE, Request
from tests.tlog.trees import MemoryLog, some_leaves

NAME = "w1.example"
LOG = Signer.software("tanhui.example/test", NOTE, bytes([4] * 32))
PROGRAM = [sys.executable, "-m", "tanhui.cli.witness"]


def _log(size: int) -> MemoryLog:
    made = MemoryLog()
    made.append(some_leaves(size))
    return made


def _request(old: int, size: int) -> Request:
    log = _log(size)
    text = Checkpoint(LOG.key.name, size, log.edge.root).text
    proof = consistency_proof(old, size, log.hashes(size))
    return Request(old, tuple(proof), notes.sign(text, LOG))


@contextmanager
def _running(folder: Path, *words: str) -> Iterator[tuple[Witness, subprocess.Popen[str]]]:
    """The witness's program on a port of its own choice; ended as by a power cut."""
    environment = {"PATH": os.environ["PATH"], "LANG": "en"}
    program = subprocess.Popen(
        [*PROGRAM, NAME, "--folder", str(folder), "--log", LOG.key.vkey, *words],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    with program:
        assert program.stderr is not None
        vkey, address = program.stderr.readline().split()
        try:
            yield Witness(NAME, PublicKey.parse(vkey), address), program
        finally:
            program.kill()


def test_its_program_answers_by_the_protocol_and_remembers(tmp_path: Path) -> None:
    with _running(tmp_path) as (witness, _):
        answer = post(witness, _request(0, 10))
        assert answer.status == 200
        [line] = notes.parse_lines(answer.body)
        note = _request(0, 10).note.with_lines([line])
        assert policies.simple(LOG.key, (witness,), 1).believe(note).checkpoint.size == 10
        assert post(witness, _request(0, 12)) == Answer(409, "10\n", SIZE)
        assert post(witness, _request(10, 20)).status == 200
        assert (
            post(Witness(NAME, witness.key, f"{witness.address}/x"), _request(20, 20)).status == 404
        )
        key = (tmp_path / "key").stat().st_mode
        assert key & 0o077 == 0
    with _running(tmp_path) as (again, program):
        assert again.key == witness.key
        assert post(again, _request(10, 30)) == Answer(409, "20\n", SIZE)
        assert post(again, _request(20, 30)).status == 200
        program.send_signal(signal.SIGTERM)
        program.wait(10)
    assert post(again, _request(30, 31)).status == 0


def test_bodies_that_are_none_are_refused_at_the_door(tmp_path: Path) -> None:
    with _running(tmp_path) as (witness, _):
        host = witness.address.removeprefix("http://")
        for length in ("x", str(1 << 21)):
            assert _asked(host, "POST", "/add-checkpoint", length) == 400
        assert _asked(host, "POST", "/add-checkpoint", "0") == 400
        assert _asked(host, "GET", "/", "0") == 404


def _asked(host: str, method: str, path: str, length: str) -> int:
    connection = HTTPConnection(host, timeout=5)
    try:
        connection.putrequest(method, path)
        connection.putheader("Content-Length", length)
        connection.endheaders()
        with connection.getresponse() as response:
            response.read()
            return response.status
    finally:
        connection.close()


def test_a_second_program_with_the_same_memory_is_refused(tmp_path: Path) -> None:
    with _running(tmp_path):
        second = subprocess.run(
            [*PROGRAM, NAME, "--folder", str(tmp_path)],
            env={"PATH": os.environ["PATH"], "LANG": "en"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 2
    assert second.stderr.startswith("witness_running: ")


def test_two_histories_at_once_and_one_is_cosigned(tmp_path: Path) -> None:
    """Of many that ask at the same time with different trees, the witness believes exactly one."""
    memory = Memory(tmp_path, own_signer(NAME, tmp_path), {LOG.key.name: [LOG.key]})
    bodies = []
    for number in range(24):
        log = MemoryLog()
        log.append([b"history %d" % number])
        text = Checkpoint(LOG.key.name, 1, log.edge.root).text
        bodies.append(Request(0, (), notes.sign(text, LOG)).written)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(memory.answer, bodies))
    assert sorted(answer.status for answer in answers) == [200] + [409] * 23


def test_the_tree_is_on_disk_before_it_is_cosigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signer = own_signer(NAME, tmp_path)
    memory = Memory(tmp_path, signer, {LOG.key.name: [LOG.key]})

    def cut(*_: object) -> None:
        raise SystemExit("the power was cut")

    with monkeypatch.context() as patched:
        patched.setattr(notes, "cosign", cut)
        with pytest.raises(SystemExit):
            memory.answer(_request(0, 10).written)
    again = Memory(tmp_path, signer, {LOG.key.name: [LOG.key]})
    assert again.answer(_request(0, 11).written).body == "10\n"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, ""),
        Answer(200, "nothing\n"),
        Answer(200, "— other.example AAAAAAA=\n"),
        Answer(409, "x\n", SIZE),
        Answer(409, "99999\n", SIZE),
        Answer(409, "0\n", SIZE),
        Answer(500, "", ""),
    ],
)
def test_a_witness_that_answers_nonsense_is_only_missed(tmp_path: Path, answer: Answer) -> None:
    signer = own_signer(NAME, tmp_path)
    policy = policies.simple(LOG.key, (Witness(NAME, signer.key, "http://nowhere"),), 1)
    asked = Witnesses(lambda *_: answer)
    request, log = _request(0, 5), _log(5)
    assert asked.cosign(request.note, policy, log.hashes(5)) == []
    bare = policies.simple(LOG.key, (Witness(NAME, signer.key),), 1)
    assert asked.cosign(request.note, bare, log.hashes(5)) == []


def test_names_and_keys_that_cannot_be_are_refused(tmp_path: Path) -> None:
    for name in ("a b", "a+b", "", "../up", ".hidden"):
        with pytest.raises(Invalid, match="witness_name_invalid"):
            own_signer(name, tmp_path / "x")
    (tmp_path / "key").write_text("not hexadecimal")
    with pytest.raises(Invalid, match="witness_key_unreadable"):
        own_signer(NAME, tmp_path)
    with pytest.raises(Invalid, match="log_key_invalid"):
        known_logs(["nonsense"], tmp_path)
    (tmp_path / "logs").write_text(f"{LOG.key.vkey}\n")
    assert known_logs([], tmp_path) == {LOG.key.name: [LOG.key]}


def test_a_port_that_is_taken_is_refused(tmp_path: Path) -> None:
    with _running(tmp_path / "one") as (witness, _):
        port = witness.address.rpartition(":")[2]
        second = subprocess.run(
            [*PROGRAM, NAME, "--folder", str(tmp_path / "two"), "--port", port],
            env={"PATH": os.environ["PATH"], "LANG": "en"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.stderr.startswith("witness_port_in_use: ")
