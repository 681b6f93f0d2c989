"""A clamd as its manual describes it: INSTREAM over a socket; it knows nothing of the product."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.vault.made import EICAR

STREAM_MAX = 25 * 1024 * 1024


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            letter = self.rfile.read(1)
            if not letter:
                return
            command += letter
        if command != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        heard = b""
        while True:
            (length,) = struct.unpack(">I", self.rfile.read(4))
            if length == 0:
                break
            heard += self.rfile.read(length)
            if len(heard) > STREAM_MAX:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        found = EICAR in heard
        self.wfile.write(b"stream: Eicar-Signature FOUND\0" if found else b"stream: OK\0")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def listening(path: Path) -> Iterator[str]:
    """Runs it on a socket at `path`; answers its address."""
    with _Server(str(path), _Session) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"unix:{path}"
        finally:
            server.shutdown()
            thread.join()
