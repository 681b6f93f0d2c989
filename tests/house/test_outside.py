"""What other tools check is checked here too: contracts, content, translations, migrations."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tanhui.web import translations
from tests.house.tree import ROOT

_CONTRACTS = ROOT / ".importlinter"
_LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
_TANHUI = "from tanhui.cli.main import run; run()"


def _python(code: str, *words: str, folder: Path = ROOT, source: Path = ROOT / "src") -> str:
    """What a program printed, with its exit code at the end."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(source), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return f"{done.stdout}{done.stderr}\nexit {done.returncode}"


def _skeleton(folder: Path) -> Path:
    """A package with one empty module for each room of the contracts."""
    contracts = configparser.ConfigParser()
    contracts.read(_CONTRACTS, encoding="utf-8")
    layers = contracts["importlinter:contract:floors"]["layers"].replace("|", " ").split()
    for name in ("", *layers, "ledger/models", "ledger/commands"):
        package = folder / "tanhui" / name
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
    shutil.copy(_CONTRACTS, folder)
    return folder / "tanhui"


def test_import_contracts_hold() -> None:
    told = _python(_LINT, "--no-cache")
    assert told.endswith("exit 0"), told
    assert "0 broken" in told


def test_import_contracts_can_break(tmp_path: Path) -> None:
    package = _skeleton(tmp_path)
    sound = _python(_LINT, "--no-cache", folder=tmp_path, source=tmp_path)
    assert "0 broken" in sound, sound
    (package / "kernel" / "__init__.py").write_text("import tanhui.ledger\nimport django\n")
    (package / "board" / "__init__.py").write_text(
        "import tanhui.ledger.models\nimport tanhui.ledger.commands\nimport tanhui.citizen\n"
    )
    (package / "newroom").mkdir()
    (package / "newroom" / "__init__.py").touch()
    broken = _python(_LINT, "--no-cache", folder=tmp_path, source=tmp_path)
    assert "4 broken" in broken, broken
    assert "newroom" in broken


def test_content_check_is_clean() -> None:
    told = _python(_TANHUI, "content", "check")
    assert told.endswith("exit 0"), told


def test_content_check_can_fail(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    tariff = tmp_path / "content" / "chengdu" / "tariffs" / "general.toml"
    tariff.write_text(tariff.read_text(encoding="utf-8").replace('per = "10 g"', 'per = "11 g"'))
    told = _python(_TANHUI, "content", "check", str(tmp_path / "content"))
    assert "exit 2" in told, told


def test_translations_are_complete() -> None:
    assert not translations.problems()


def test_a_missing_translation_is_found(tmp_path: Path) -> None:
    entries = translations.read_po()
    first = next(iter(entries))
    path = tmp_path / "django.po"
    translations.write_po({**entries, first: ("",)}, path)
    assert not all(translations.read_po(path)[first])


def _model_changes(state: ProjectState) -> Iterator[str]:
    """What the models say that no migration makes."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(loader.project_state(), state)
    for label, migrations in detector.changes(graph=loader.graph).items():
        for migration in migrations:
            yield from (f"{label}: {operation.describe()}" for operation in migration.operations)


def test_migrations_are_complete() -> None:
    assert not list(_model_changes(ProjectState.from_apps(apps)))


def test_a_missing_migration_is_found() -> None:
    state = ProjectState.from_apps(apps)
    state.remove_model("governance", "auditrow")
    assert list(_model_changes(state)) == ["governance: Delete model AuditRow"]
