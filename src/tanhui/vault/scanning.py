"""The port to a virus scanner, and clamd behind it. Without one, files are marked `unscanned`."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from tanhui.kernel.refusals import Exhausted, Invalid

CLEAN, UNSCANNED = "clean", "unscanned"
_CHUNK = 1 << 16
_SECONDS = 60
_ANSWER_MAX = 4096


class Scanner(Protocol):
    """Looks through bytes; answers the name of what it found, or an empty text."""

    def scan(self, data: bytes) -> str:
        """Raises OSError where it cannot be asked, and ValueError where it gives no verdict."""
        ...


@dataclass(frozen=True, slots=True)
class Clamd:
    """clamd by its INSTREAM command, at `unix:/path` or `tcp:host:port`."""

    address: str

    def scan(self, data: bytes) -> str:
        """Sends the bytes in chunks, each with its length before it, and reads the verdict."""
        with self._connected() as line:
            line.sendall(b"zINSTREAM\0")
            for first in range(0, len(data), _CHUNK):
                chunk = data[first : first + _CHUNK]
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
            answer = self._answer(line)
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ValueError(f"clamd gave no verdict: {answer[:200]}")

    def _connected(self) -> socket.socket:
        kind, _, rest = self.address.partition(":")
        if kind == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(_SECONDS)
            try:
                line.connect(rest)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = rest.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=_SECONDS)

    @staticmethod
    def _answer(line: socket.socket) -> str:
        heard = b""
        while not heard.endswith(b"\0") and len(heard) < _ANSWER_MAX:
            more = line.recv(_ANSWER_MAX)
            if not more:
                break
            heard += more
        return heard.rstrip(b"\0").decode("utf-8", "replace")


def configured() -> Scanner | None:
    """The scanner this installation is told to ask, if any."""
    address = settings.TANHUI.clamd
    return Clamd(address) if address else None


def scan(data: bytes) -> str:
    """How far `data` was looked at: `clean` or `unscanned`.

    Refuses: `file_infected`, `scanner_unreachable`. A scanner that does not answer lets nothing in.
    """
    scanner = configured()
    if scanner is None:
        return UNSCANNED
    try:
        found = scanner.scan(data)
    except (OSError, ValueError) as error:
        raise Exhausted(
            "scanner_unreachable",
            zh="病毒扫描暂时用不了，文件没有存下。请稍后再传。",
            en="The virus scanner does not answer, so the file was not kept. Send it again later.",
            transient=True,
        ) from error
    if found:
        raise Invalid(
            "file_infected",
            zh="病毒扫描发现“{found}”，文件没有存下。",
            en="The virus scanner found “{found}”; the file was not kept.",
            found=found,
        )
    return CLEAN
