"""Making a data folder, and telling whether one that exists is ours to use."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tanhui.runtime.postgres import troubles
from tanhui.runtime.postgres.installation import environment
from tanhui.runtime.postgres.runner import Runner

OWNER = "tanhui"
DATABASE = "tanhui"
_ROOM_TO_CREATE_BYTES = 120 * 1024 * 1024
_ROOM_TO_START_BYTES = 20 * 1024 * 1024
_LOG_LIMIT_BYTES = 16 * 1024 * 1024
_INITDB = (
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--encoding=UTF8",
    "--data-checksums",
    f"--username={OWNER}",
    "--auth=trust",
    "--no-instructions",
)


def create_cluster(runner: Runner, base: Path) -> None:
    """Make the data folder unless it is there; it appears whole or not at all."""
    _turn_log(base / "log")
    version = _version_of(runner.data)
    if version is not None:
        if version != runner.installation.major:
            raise troubles.other_version(runner.data, version, runner.installation.major)
        _demand_room(runner.base, _ROOM_TO_START_BYTES)
        return
    _demand_room(runner.base, _ROOM_TO_CREATE_BYTES)
    unfinished = runner.base / "data.new"
    try:
        # What an interrupted attempt left behind was never anybody's data.
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        runner.own(unfinished)
    except OSError as error:
        raise troubles.from_os_error(runner.base, error) from None
    made = subprocess.run(
        runner.command("initdb", "-D", str(unfinished), *_INITDB),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(),
        cwd="/",
        check=False,
        start_new_session=True,
    )
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        (base / "log").write_text(made.stdout, encoding="utf-8")
        raise troubles.from_log(base, base / "log", made.stdout)
    unfinished.rename(runner.data)


def create_database(runner: Runner, socket: Path) -> None:
    """Create our database on a server that just started, unless it is there."""
    made = subprocess.run(
        [
            runner.installation.program("createdb"),
            f"--host={socket}",
            f"--username={OWNER}",
            "--maintenance-db=postgres",
            "--no-password",
            DATABASE,
        ],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment(),
        cwd="/",
        check=False,
    )
    if made.returncode != 0 and "already exists" not in made.stderr:
        raise troubles.from_log(runner.base, runner.base / "log", made.stderr)


def last_words(log: Path, since: int) -> str:
    """What the server has written to its log since the position `since`."""
    try:
        with log.open("rb") as file:
            file.seek(since)
            return file.read(65536).decode("utf-8", "replace")
    except OSError:
        return ""


def _version_of(data: Path) -> str | None:
    try:
        return (data / "PG_VERSION").read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise troubles.from_os_error(data, error) from None


def _demand_room(folder: Path, needed: int) -> None:
    if shutil.disk_usage(folder).free < needed:
        raise troubles.disk_full(folder)


def _turn_log(log: Path) -> None:
    """Keep one older log, so that it never grows without end."""
    if log.is_file() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_name("log.1"))
