"""Running the server: worker processes that are started, watched and stopped together."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from urllib.error import URLError
from urllib.request import urlopen

from tanhui.kernel.refusals import Conflict, Exhausted

_READY_SECONDS = 60
_STOP_SECONDS = 10
_WORKER_PAUSE_SECONDS = 10.0
SERVER_WORKERS = 2
# Small deliveries wait for one another to be settled together; a waiting request takes a thread.
# Each thread may open a connection of its own, and the embedded server lets a hundred in.
BLOCKING_THREADS = 32


def _refuse_taken(port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Conflict(
                "port_in_use",
                zh="端口 {port} 已被占用，请换一个：make demo PORT=8001。",
                en="Port {port} cannot be used ({why}); choose another: make demo PORT=8001.",
                port=port,
                why=error.strerror,
            ) from None


class Stop:
    """Whether we are asked to end, by Ctrl-C or SIGTERM, however often.

    A signal may come in the middle of anything, also of another signal's handling. The handler
    therefore takes no lock; it writes one byte to a pipe, on which `wait` sleeps.
    """

    def __init__(self) -> None:
        self.asked = False
        self._ear, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)

    def ask(self, *_: object) -> None:
        """The signals' handler."""
        self.asked = True
        with contextlib.suppress(BlockingIOError):
            os.write(self._mouth, b".")

    def wait(self, seconds: float) -> bool:
        """Sleeps until we are asked to end, at most `seconds`; answers whether we are."""
        if not self.asked:
            select.select([self._ear], [], [], seconds)
        return self.asked


@contextlib.contextmanager
def stopping() -> Iterator[Stop]:
    """Signals ask to end, instead of ending the program at once."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def verb(*words: str) -> list[str]:
    """Python's words that run a verb of this program."""
    return ["-c", "from tanhui.cli.main import run; run()", *words]


class Worker:
    """A Python program that runs beside the server; started anew when it ends by itself."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        self._process: subprocess.Popen[bytes] | None = None
        self._begun = -_WORKER_PAUSE_SECONDS

    def keep(self) -> None:
        """Sees that it runs. After an end by itself it rests a while, lest it fill the log."""
        running = self._process is not None and self._process.poll() is None
        if running or time.monotonic() - self._begun < _WORKER_PAUSE_SECONDS:
            return
        self._begun = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, *self._words],
            env={**os.environ},
            start_new_session=True,
        )

    def ask_to_end(self) -> None:
        """Asks it to end, and does not wait for it."""
        if self._process is not None:
            self._process.terminate()

    def end(self) -> None:
        """Ends it with the server."""
        if self._process is not None:
            _end(self._process)


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ends a process that we gave a session of its own, and whatever it leaves behind there.

    A server that is ended while its workers wait for a thread would leave them to answer for ever.
    """
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(server.pid, signal.SIGKILL)


def serve(*, port: int, ready: Callable[[], None], beside: Sequence[Sequence[str]] = ()) -> None:
    """Serves on 127.0.0.1:`port` until a signal comes; calls `ready` once requests are answered.

    `beside` are Python's words of further programs that run as long as the server does.
    Refuses: `port_in_use`, `server_not_ready`, `server_ended`.
    """
    _refuse_taken(port)
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--workers",
        str(SERVER_WORKERS),
        "--blocking-threads",
        str(BLOCKING_THREADS),
        # One that is killed is started anew while the other answers; without this both would end.
        "--respawn-failed-workers",
        # It would warn at every start of the threads that are meant.
        "--log-level",
        "error",
        "tanhui.config.wsgi:application",
    ]
    with stopping() as stop:
        # The server gets a session of its own: the terminal's Ctrl-C reaches us, and we end it.
        server = subprocess.Popen(command, env={**os.environ}, start_new_session=True)
        workers = [Worker(verb("work")), *(Worker(words) for words in beside)]
        try:
            deadline = time.monotonic() + _READY_SECONDS
            while not stop.asked and not _healthy(port):
                if server.poll() is not None:
                    raise _ended(server.returncode)
                if time.monotonic() > deadline:
                    raise Exhausted(
                        "server_not_ready",
                        zh="服务器在 {seconds} 秒内没有就绪。",
                        en="The server was not ready within {seconds} seconds.",
                        seconds=_READY_SECONDS,
                    )
                stop.wait(0.1)
            if not stop.asked:
                ready()
            while not stop.wait(0.5):
                if server.poll() is not None:
                    raise _ended(server.returncode)
                for worker in workers:
                    worker.keep()
        finally:
            # All are asked before any is waited for, so that they end at the same time.
            for worker in workers:
                worker.ask_to_end()
            for worker in workers:
                worker.end()
            _end(server)


def _ended(code: int) -> Exhausted:
    return Exhausted(
        "server_ended",
        zh="服务器自己结束了（退出码 {code}），原因见上面的输出。",
        en="The server ended by itself (exit code {code}); the output above says why.",
        code=code,
    )
