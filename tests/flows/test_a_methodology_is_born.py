"""From an idea to a rule in force: a stranger writes one file, and nothing else, and no Python."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

CHECKOUT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("tanhui")
SAMPLES = CHECKOUT / "docs" / "samples"
FOLDER = Path("chengdu") / "methodologies" / "citizen" / "living"
CLIMBED = '{"h": {"value": 90, "unit": "m"}}'


class Desk:
    """A methodologist's desk: a content folder of their own, the program, and a browser."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages = 0
        self.file = root / FOLDER / "stairs.toml"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command over this content, in Chinese."""
        told = {**os.environ, "TANHUI_CONTENT": str(self.root), "TANHUI_LANGUAGE": "zh"}
        return subprocess.run(
            [str(PROGRAM), *words], env=told, capture_output=True, text=True, check=False
        )

    def answer(self, *words: str) -> dict[str, Any]:
        """The JSON object that a command prints."""
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def page(self, address: str) -> str:
        """A page of the library, as a server would show it that was started now.

        A server reads its content once, so each page is asked of a copy that none has read yet.
        """
        self.pages += 1
        copy = self.root.with_name(f"served-{self.pages}")
        shutil.copytree(self.root, copy)
        with override_settings(TANHUI=replace(settings.TANHUI, content_root=copy)):
            answer = Client(headers={"accept-language": "zh"}).get(address)
        assert answer.status_code == 200, address
        return unescape(answer.content.decode())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A copy of the city's content."""
    shutil.copytree(CHECKOUT / "content", tmp_path / "content")
    return Desk(tmp_path / "content")


# Which rules are in force is asked of the rulebook.
@pytest.mark.django_db
def test_one_file_is_computed_explained_priced_published_and_followed(desk: Desk) -> None:
    # A template is faultless at once; the finished file takes its place.
    born = desk.run("content", "new", "stairs", "--path", "citizen", "--field", "living")
    assert born.returncode == 0, born.stderr
    assert desk.run("content", "check", str(desk.file)).returncode == 0
    shutil.copy(SAMPLES / "stairs.toml", desk.file)
    assert desk.run("content", "check").stdout.strip() == "ok"

    # Computed and priced at the terminal, refused where it must be.
    found = desk.answer("evaluate", "stairs.guide@1.0.0", "--inputs", CLIMBED)
    assert found["outputs"]["reduction_mg"] == {"value": 21114, "unit": "mgCO2e"}
    assert found["price"] == {"tariff": "points.general@1.0.0", "points": 2}
    assert [item["code"] for item in found["reservations"]] == ["assumed_parameter"]
    tall = desk.run("evaluate", "stairs.guide@1.0.0", "--inputs", CLIMBED.replace("90", "9000"))
    assert (tall.returncode, tall.stdout) == (2, "")
    assert "超出 0 至 1000 m 的范围" in tall.stderr

    # Explained on its page, with its factor's source and the same number.
    shown = desk.page("/methodologies/stairs.guide@1.0.0/?h=90")
    for part in ("爬楼梯减排量", "草案", "21.114", "通用积分规则", "grid.avg.51.2023", "<math"):
        assert part in shown
    assert "stairs.guide@1.0.0" in desk.page("/methodologies/?q=stairs")

    # Published, it answers by its name, and no letter of it changes any more.
    text = desk.file.read_text(encoding="utf-8")
    desk.file.write_text(text.replace('status = "draft"', 'status = "published"'), encoding="utf-8")
    unlocked = desk.run("content", "check")
    assert "not_in_lock" in unlocked.stdout
    assert desk.run("content", "pin", str(desk.file), "--freeze").returncode == 0
    assert desk.run("content", "check").stdout.strip() == "ok"
    again = desk.answer("evaluate", "stairs.guide", "--inputs", CLIMBED)
    assert again["outputs"] == found["outputs"]
    frozen = desk.file.read_text(encoding="utf-8")
    desk.file.write_text(frozen.replace("Wh/m", "Wh/km", 1), encoding="utf-8")
    assert "published_changed" in desk.run("content", "check").stdout
    desk.file.write_text(frozen, encoding="utf-8")

    # A change is a new version, and what it changes is seen before it counts.
    shutil.copy(SAMPLES / "stairs-2.toml", desk.file.with_name("stairs-2.toml"))
    told = desk.answer("content", "diff", "stairs.guide@1.0.0", "stairs.guide@1.1.0")
    assert told["difference"] < 0
    assert told["changed"] == told["both"]
    side_by_side = desk.page("/methodologies/stairs.guide@1.1.0/against/stairs.guide@1.0.0/")
    assert "1.5" in side_by_side
    assert "1.2" in side_by_side
