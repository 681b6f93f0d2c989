"""The guide's examples run as they are printed, against a server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tanhui.partners.keys import NewKey, issue_key
from tests.api.sending import Desk
from tests.behaviours.telling import balance
from tests.cast import BIKE, LIN_RIDER, OPERATOR
from tests.house.test_words import blocks
from tests.house.tree import ROOT

GUIDE = ROOT / "docs" / "partner-guide.md"


def _block(kind: str, holding: str) -> str:
    text = GUIDE.read_text(encoding="utf-8")
    return next(block for block in blocks(text, kind) if holding in block)


def _environ(server: LiveServer, key: NewKey) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "TANHUI_URL": server.url,
        "TANHUI_PARTNER": BIKE,
        "TANHUI_SECRET": key.secret,
        "TANHUI_RIDER": LIN_RIDER,
    }


@pytest.mark.parametrize("algorithm", ["hmac", "ed25519"])
def test_the_python_example_is_paid(
    desk: Desk, live_server: LiveServer, tmp_path: Path, algorithm: str
) -> None:
    key = issue_key(
        actor=OPERATOR,
        partner_code=BIKE,
        environment="production",
        algorithm=algorithm,
        at=desk.now,
    )
    path = tmp_path / "example.py"
    path.write_text(_block("python", "behaviours:batch"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(path)],
        env=_environ(live_server, key),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    reference, result, points = done.stdout.split()
    assert reference.startswith("t-")
    assert result == "recorded"
    assert balance(desk.seated.lin)[0] == int(points) > 0


def test_the_curl_example_is_paid(desk: Desk, live_server: LiveServer, tmp_path: Path) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _block("sh", "curl")],
        cwd=tmp_path,
        env=_environ(live_server, desk.production),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    assert [item["result"] for item in told["results"]] == ["recorded"]
    assert balance(desk.seated.lin)[0] == told["totals"]["points"] > 0


def test_the_example_answer_has_the_form_of_answers(desk: Desk) -> None:
    example = json.loads(_block("json", '"batch"'))
    answer = desk.send([7]).json
    assert list(example) == list(answer)
    assert set(example["results"][0]) == set(answer["results"][0])
    assert set(example["totals"]) == set(answer["totals"])
    assert set(example["days"][0]) == set(answer["days"][0])
