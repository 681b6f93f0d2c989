"""Programs that use an embedded server, each on a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tanhui.runtime.postgres import using
from tests.runtime.holding import Holder, close, hold, lives, wait_gone


def new_folder() -> Path:
    """A short, closed folder; in memory where there is room, for these tests copy a lot."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30
    return Path(tempfile.mkdtemp(prefix="tanhui-", dir=memory if roomy else None))


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """A folder whose server has been started and stopped once, to copy from."""
    folder = new_folder()
    with using(folder):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bare_var() -> Iterator[Path]:
    """An empty, short, closed folder; a server that a failed test left there is ended with it."""
    folder = new_folder()
    yield folder
    for path in folder.rglob("postmaster.pid"):
        pid = int(path.read_text().split()[0])
        if lives(pid) and Path(f"/proc/{pid}/cwd").resolve() == path.parent.resolve():
            os.kill(pid, signal.SIGQUIT)
            wait_gone(pid)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def var(bare_var: Path, template: Path) -> Path:
    """A folder with a database in it and no server on it."""
    shutil.copytree(template, bare_var, dirs_exist_ok=True)
    return bare_var


@pytest.fixture
def holder(var: Path) -> Iterator[Callable[[], Holder]]:
    """Starts programs that use the server of `var`."""
    started: list[Holder] = []

    def start() -> Holder:
        started.append(hold(var))
        return started[-1]

    yield start
    for each in started:
        close(each.process)
