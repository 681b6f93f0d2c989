"""Settings are secure unless somebody asks for a demo, and secrets never lie about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tanhui.config.secrets import NAMES
from tanhui.config.settings import Mode, Settings
from tanhui.kernel.refusals import Invalid, Refusal

KEYS = {f"TANHUI_{name}": "ab" * 32 for name in NAMES}
KEYS["TANHUI_SECRET_KEY"] = "correct horse battery staple, and then some more of it"
PRODUCTION = {**KEYS, "TANHUI_HOSTS": "tanhui.example, .carbon.example"}


def test_production_is_the_default(tmp_path: Path) -> None:
    chosen = Settings.read(PRODUCTION, tmp_path)
    assert chosen.mode is Mode.PRODUCTION
    assert not chosen.simulated
    assert chosen.hosts == ("tanhui.example", ".carbon.example")
    assert chosen.reference_key == b"\xab" * 32
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", [*NAMES, "HOSTS"])
def test_production_refuses_to_start_without(tmp_path: Path, name: str) -> None:
    environ = {key: value for key, value in PRODUCTION.items() if key != f"TANHUI_{name}"}
    with pytest.raises(Invalid) as caught:
        Settings.read(environ, tmp_path)
    assert f"TANHUI_{name}" in caught.value.en
    assert f"TANHUI_{name}" in caught.value.zh


@pytest.mark.parametrize("name", NAMES)
def test_a_malformed_secret_is_refused_without_being_shown(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        Settings.read({**PRODUCTION, f"TANHUI_{name}": "geheim"}, tmp_path)
    assert caught.value.code == "secret_malformed"
    assert "geheim" not in caught.value.en


def test_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("cd" * 32 + "\n")
    environ = {key: value for key, value in PRODUCTION.items() if key != "TANHUI_PERSONAL_KEY"}
    environ["TANHUI_PERSONAL_KEY_FILE"] = str(tmp_path / "key")
    assert Settings.read(environ, tmp_path).secrets.personal_key == b"\xcd" * 32
    environ["TANHUI_PERSONAL_KEY_FILE"] = str(tmp_path / "absent")
    with pytest.raises(Refusal) as caught:
        Settings.read(environ, tmp_path)
    assert caught.value.code == "secret_file_unreadable"


@pytest.mark.parametrize("mode", ["demo", "test"])
def test_a_demo_makes_its_secrets_once(tmp_path: Path, mode: str) -> None:
    first = Settings.read({"TANHUI_MODE": mode}, tmp_path)
    second = Settings.read({"TANHUI_MODE": mode}, tmp_path)
    assert first.simulated
    assert first.secrets == second.secrets
    assert len({first.reference_key, first.secrets.personal_key, first.secrets.blind_key}) == 3
    file = tmp_path / "var" / "secrets.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secrets.toml"]


def test_a_new_secret_is_added_to_an_older_file(tmp_path: Path) -> None:
    first = Settings.read({"TANHUI_MODE": "demo"}, tmp_path)
    file = tmp_path / "var" / "secrets.toml"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith("BLIND")))
    second = Settings.read({"TANHUI_MODE": "demo"}, tmp_path)
    assert second.secrets.personal_key == first.secrets.personal_key
    assert second.secrets.blind_key != first.secrets.blind_key
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_marker_file_chooses_the_demo_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "mode").write_text("demo\n")
    assert Settings.read({}, tmp_path).mode is Mode.DEMO
    assert Settings.read({**PRODUCTION, "TANHUI_MODE": "production"}, tmp_path).mode == "production"
    (tmp_path / "var" / "mode").write_text("test\n")
    assert Settings.read(PRODUCTION, tmp_path).mode is Mode.PRODUCTION


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        Settings.read({"TANHUI_MODE": "debug"}, tmp_path)
    assert caught.value.code == "mode_unknown"


def test_nothing_secret_is_ever_represented(tmp_path: Path) -> None:
    environ = {**PRODUCTION, "DATABASE_URL": "postgresql://u:geheim@h/d"}
    shown = repr(Settings.read(environ, tmp_path))
    assert "geheim" not in shown
    assert "ab" * 32 not in shown
    assert "xab" not in shown


def test_django_is_strict_in_production(tmp_path: Path) -> None:
    """Django's own deployment check finds nothing, and importing starts no database."""
    environ = {**PRODUCTION, "TANHUI_VAR": str(tmp_path / "var"), "PATH": os.environ["PATH"]}
    environ["DJANGO_SETTINGS_MODULE"] = "tanhui.config.settings"
    command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    checked = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert not (tmp_path / "var").exists()
