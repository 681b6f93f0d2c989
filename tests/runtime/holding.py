"""Starting, watching and ending programs that use an embedded server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

HOLDER = Path(__file__).with_name("holder.py")
PATIENCE_SECONDS = 30.0


@dataclass
class Holder:
    """A running holder program, and the server it told us about."""

    process: subprocess.Popen[str]
    pid: int
    url: str

    def end(self, number: int | None = None) -> int:
        """End the program by a signal, or by closing its input; answer its exit code."""
        if number is not None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE_SECONDS)
        close(self.process)
        return self.process.returncode


def start_holder(
    var: Path, *, command: tuple[str, ...] = (), environ: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a holder, by default with this interpreter."""
    return subprocess.Popen(
        [*(command or (sys.executable, str(HOLDER))), str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environ or {})},
        cwd="/",
    )


def hold(
    var: Path, *, command: tuple[str, ...] = (), environ: Mapping[str, str] | None = None
) -> Holder:
    """Start a holder and wait until its server is ready."""
    process = start_holder(var, command=command, environ=environ)
    assert process.stdout is not None
    pid, _, url = process.stdout.readline().strip().partition(" ")
    if not pid.isdigit():
        close(process)
        pytest.fail(f"the holder did not start: {pid} {url}")
    return Holder(process, int(pid), url)


def close(process: subprocess.Popen[str]) -> None:
    """End a holder whatever it does, and close our ends of its pipes."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def lives(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_gone(pid: int) -> None:
    """Wait until the process has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while lives(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.01)
