"""The server ends when it is asked to, however often and whenever that is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

WAITING = """
from tanhui.cli.serving import stopping
with stopping() as stop:
    print("ready", flush=True)
    while not stop.wait(0.001):
        pass
print("ended", flush=True)
"""
# Goes on under fire for a while, as a program does that is busy ending.
UNDER_FIRE = """
import os, signal, time
from tanhui.cli.serving import stopping
with stopping() as stop:
    print("ready", flush=True)
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        stop.asked = False
        stop.wait(0.0001)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("ended", flush=True)
    os._exit(0)
"""


def started(program: str) -> subprocess.Popen[str]:
    running = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    return running


def test_one_signal_ends_it_in_order() -> None:
    program = started(WAITING)
    program.send_signal(signal.SIGTERM)
    out, _ = program.communicate(timeout=10)
    assert (out, program.returncode) == ("ended\n", 0)


def test_a_storm_of_signals_does_not_make_it_wait_for_itself() -> None:
    program = started(UNDER_FIRE)
    until = time.monotonic() + 2
    # A terminal and `make` both pass a signal on: the second comes while the first is handled.
    while program.poll() is None and time.monotonic() < until:
        os.kill(program.pid, signal.SIGTERM)
        os.kill(program.pid, signal.SIGINT)
        # Without a pause handlers would be stacked on handlers until Python's stack is full.
        time.sleep(0.001)
    out, _ = program.communicate(timeout=10)
    assert (out, program.returncode) == ("ended\n", 0)
