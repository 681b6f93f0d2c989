"""`tanhui log` and `tanhui witness` as a shell sees them, and what runs beside a server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from django.conf import settings
from typer.testing import CliRunner, Result

from tanhui.cli import log as log_verbs
from tanhui.cli import witness as witness_verb
from tanhui.cli.companions import DEMO_WITNESSES, companions
from tanhui.cli.serving import Worker, verb
from tanhui.config.database import Database
from tanhui.config.settings import Mode
from tanhui.kernel.refusals import Invalid
from tanhui.publiclog import queries, site
from tanhui.publiclog.asking import Witnesses, post
from tanhui.publiclog.publisher import Publisher, right_to_publish
from tanhui.runtime.keys.algorithms import Algorithm
from tanhui.runtime.keys.file import Key, write_keys
from tanhui.runtime.keys.ring import Keys
from tanhui.tlog import policy as policies
from tanhui.tlog import proof as proofs
from tests.cli.shell import refused
from tests.publiclog.logs import AT, PublicLog, append

pytestmark = pytest.mark.database


def _run(*words: str) -> Result:
    app = typer.Typer()
    log_verbs.register(app, ready=nullcontext)
    witness_verb.register(app)
    return CliRunner().invoke(app, [*words])


def _json(*words: str, code: int = 0) -> dict[str, Any]:
    result = _run(*words, "--json")
    assert result.exit_code == code, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_the_log_is_shown_with_its_leaves_and_proofs(log: PublicLog, tmp_path: Path) -> None:
    assert _json("log", "show")["stale"] is True
    assert _run("log", "show").stdout.startswith("nothing is published yet")
    append(3)
    log.publish()
    told = _json("log", "show")
    assert (told["size"], told["waiting"], told["alarm"]) == (3, 0, None)
    assert told["cosigned_by"] == ["w1.example", "w2.example", "w3.example"]
    assert "3 leaves, root" in _run("log", "show").stdout
    leaf, proof = _run("log", "leaf", "2").stdout, _run("log", "proof", "2").stdout
    policy = _run("log", "policy").stdout
    verified = proofs.verify(proof.encode(), leaf.strip().encode(), policies.parse(policy))
    assert verified == ""
    assert _json("log", "policy")["groups"]["witnesses"]["enough"] == 2
    refused(_run("log", "leaf", "3"), "no_such_leaf")
    refused(_run("log", "proof", "3"), "no_such_leaf")
    trusted = tmp_path / "policy"
    trusted.write_text(policy)
    words = ("log", "audit", str(log.root), "--policy", str(trusted))
    assert _json(*words)["matches"] is True
    assert _run(*words).stdout.startswith("3 leaves, root")
    # The file of all keys, which certificates and draws are checked with, serves here too.
    trusted.write_text(f"{policy}\nissuer did:key:z6Mk\nverifier V+00000000+AAAA\n")
    assert _json(*words)["matches"] is True
    (log.root / "tile" / "0" / "000.p" / "3").write_bytes(bytes(96))
    found = _json(*words, code=1)
    assert found["faults"] == ["tile/0/000.p/3: differs from the entries"]
    assert "DIFFERS" in _run(*words).stdout


def test_what_cannot_be_audited_is_refused(log: PublicLog, tmp_path: Path) -> None:
    trusted = tmp_path / "policy"
    words = ("log", "audit", str(tmp_path), "--policy", str(trusted))
    refused(_run(*words), "log_policy_unreadable")
    trusted.write_text("nonsense\n")
    refused(_run(*words), "log_policy_unreadable")
    trusted.write_bytes((log.root / "policy").read_bytes())
    refused(_run(*words), "log_unreadable")
    refused(_run("log", "audit", "http://127.0.0.1:9", *words[3:]), "log_unreadable")


def test_a_policy_is_written_from_witnesses(log: PublicLog) -> None:
    given = [f"{signer.key.vkey} http://{name}/" for name, signer in log.trio.signers.items()]
    words = [word for each in given for word in ("--witness", each)]
    assert _json("log", "policy", *words, "--quorum", "3")["groups"]["witnesses"]["enough"] == 3
    assert [each.address for each in site.policy().witnesses] == [
        "http://w1.example",
        "http://w2.example",
        "http://w3.example",
    ]
    refused(_run("log", "policy", *words, "--quorum", "4"), "log_policy_unreadable")
    refused(_run("log", "policy", "--witness", "nonsense"), "witness_invalid")
    assert site.policy().fulfilled(set(log.trio.signers))


def test_one_round_says_whether_it_was_seen(log: PublicLog, books: Database) -> None:
    append(2)
    told = _json("log", "publish", "--once")
    # Nobody listens at the addresses of the trio.
    assert told == {"numbered": 2, "size": 2, "cosigned": 0, "published": False}
    assert "too few witnesses" in _run("log", "publish", "--once").stdout
    log.publish()
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("DELETE FROM publiclog_tree")
    assert "checkpoint_differs" in refused(_run("log", "publish", "--once"), "log_stopped")
    assert _json("log", "show")["alarm"]["code"] == "checkpoint_differs"
    assert "ALARM" in _run("log", "show").stdout


def test_the_log_signs_with_ed25519_and_nothing_else(
    log: PublicLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    sm2 = Key("log", Algorithm.SM2_SM3, b"sm2!", b"handle", provider="device")

    class Device:
        def public(self, algorithm: Algorithm, secret: bytes) -> bytes:
            del algorithm
            return secret

    write_keys(log.root / "ring", [sm2], replace=False)
    ring = Keys(log.root / "ring", devices={"device": Device()})  # type: ignore[dict-item]
    monkeypatch.setattr(type(settings.TANHUI), "keys", property(lambda _: ring))
    with pytest.raises(Invalid, match="log_key_not_ed25519"):
        site.signer()


def test_a_witness_shows_its_key(tmp_path: Path) -> None:
    words = ("witness", "w9.example", "--folder", str(tmp_path))
    told = _json(*words)
    assert told["vkey"] == _run(*words, "--show").stdout.strip()
    assert told["vkey"].startswith("w9.example+")


def test_a_demo_runs_three_witnesses_and_a_publisher_and_ends_them(log: PublicLog) -> None:
    programs = companions()
    assert len(programs) == 4
    assert programs[-1] == verb("log", "publish")
    policy = site.policy()
    assert tuple(witness.name for witness in policy.witnesses) == DEMO_WITNESSES
    workers = [Worker(words) for words in programs[:-1]]
    try:
        for worker in workers:
            worker.keep()
        append(5)
        publisher = Publisher(site.folder(), site.signer(), site.policy, witnesses=Witnesses(post))
        until = time.monotonic() + 30
        with right_to_publish(site.folder()):
            while not publisher.round(AT).published:
                assert time.monotonic() < until
                time.sleep(0.2)
        head = queries.checkpoint()
        assert head is not None
        assert head.size == 5
        del log
    finally:
        for worker in workers:
            worker.ask_to_end()
        for worker in workers:
            worker.end()
    with right_to_publish(site.folder()):
        assert not publisher.round(AT).published


def test_in_production_the_policy_says_whether_anything_is_published(log: PublicLog) -> None:
    settings.TANHUI = replace(settings.TANHUI, mode=Mode.PRODUCTION)
    assert companions() == [verb("log", "publish")]
    (log.root / "policy").unlink()
    assert companions() == []


def test_the_publisher_ends_in_order_when_it_is_asked_to(log: PublicLog, books: Database) -> None:
    import_and_run = "from tanhui.cli.main import run; run()"
    program = subprocess.Popen(
        [sys.executable, "-c", import_and_run, "log", "publish"],
        env={
            "PATH": "/usr/bin:/bin",
            "LANG": "en",
            "TANHUI_MODE": "test",
            "TANHUI_VAR": str(log.root.parent),
            "DATABASE_URL": books.login_url,
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    append(4)
    until = time.monotonic() + 60
    while queries.counts()[1]:
        assert program.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    program.send_signal(signal.SIGTERM)
    program.communicate(timeout=20)
    assert program.returncode == 0
    assert log.publish().published
