"""The log by HTTP: C2SP's paths, what they say of themselves, and a stranger's own audit."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tanhui.publiclog import queries
from tanhui.publiclog.audit import audit, opened
from tanhui.tlog import policy as policies
from tanhui.tlog import proof as proofs
from tanhui.tlog.policy import Policy
from tanhui.tlog.tiles import entries
from tests.publiclog.logs import PublicLog, append

pytestmark = pytest.mark.database

PREFIX = "/api/v1/log"
CLIENT = Client(headers={"accept-language": "en"})


def policy() -> Policy:
    answer = CLIENT.get(f"{PREFIX}/policy")
    assert answer.status_code == 200
    return policies.parse(answer.content.decode())


def test_before_anything_is_published_nothing_is_there(log: PublicLog) -> None:
    append(1)
    for path in ("checkpoint", "tile/0/000", "proof/0", "leaf/0"):
        answer = CLIENT.get(f"{PREFIX}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "log_has_no_such_file")
    (log.root / "policy").unlink()
    assert CLIENT.get(f"{PREFIX}/policy").json()["code"] == "log_policy_missing"


def test_every_path_answers_as_c2sp_says(log: PublicLog) -> None:
    append(300)
    log.publish()
    checkpoint = CLIENT.get(f"{PREFIX}/checkpoint")
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert "immutable" not in checkpoint["Cache-Control"]
    assert checkpoint.content == (log.root / "checkpoint").read_bytes()
    for path, size in (
        ("0/000", 8192),
        ("0/001.p/44", 1408),
        ("0/001.p/7", 224),
        ("1/000.p/1", 32),
    ):
        tile = CLIENT.get(f"{PREFIX}/tile/{path}")
        assert (tile.status_code, len(tile.content)) == (200, size), path
        assert tile["Content-Type"] == "application/octet-stream"
        assert "immutable" in tile["Cache-Control"]
    bundle = CLIENT.get(f"{PREFIX}/tile/entries/001.p/44").content
    assert entries(bundle) == queries.leaves(256, 44)
    for path in ("0/001", "0/001.p/45", "0/1", "2/000.p/1", "entries/001", "0/../../policy"):
        assert CLIENT.get(f"{PREFIX}/tile/{path}").status_code == 404, path


def test_a_proof_and_its_leaf_check_with_the_policy(log: PublicLog) -> None:
    append(300)
    log.publish()
    leaf = CLIENT.get(f"{PREFIX}/leaf/299").content
    proof = CLIENT.get(f"{PREFIX}/proof/299").content
    assert proofs.verify(proof, leaf, policy()) == ""
    assert all(witness.address == "" for witness in policy().witnesses)
    for index in (300, 10**18, 10**40):
        assert CLIENT.get(f"{PREFIX}/proof/{index}").status_code == 404
        assert CLIENT.get(f"{PREFIX}/leaf/{index}").status_code == 404


def test_a_stranger_audits_it_by_http_and_from_a_copy(
    log: PublicLog, live_server: LiveServer
) -> None:
    append(600)
    log.publish()
    trusted = policy()
    found = audit(opened(f"{live_server.url}{PREFIX}"), trusted)
    assert (found.size, found.matches) == (600, True)
    assert found == audit(opened(str(log.root)), trusted)


@pytest.mark.parametrize(
    "name",
    ["checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000"],
)
def test_a_copy_with_any_changed_file_is_found_out(log: PublicLog, name: str) -> None:
    append(300)
    log.publish()
    path: Path = log.root / name
    whole = path.read_bytes()
    for at in (0, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not audit(opened(str(log.root)), policy()).matches
    path.unlink()
    if name != "checkpoint":
        assert not audit(opened(str(log.root)), policy()).matches
