"""A load client for keep-alive HTTP/1.1: requests made before, answers read by their length.

It runs in a process of its own. On two cores it takes time from the server, from each server that
is measured the same. `python -m benchmarks.http_client FILE HOST PORT CONNECTIONS` sends the
requests of FILE (each after its length as 4 bytes) and prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from collections import Counter, deque
from pathlib import Path


def _is_whole(head: bytes, rest: bytes) -> bool:
    place = head.find(b"content-length:")
    if place < 0:
        return rest.endswith(b"0\r\n\r\n")
    return len(rest) >= int(head[place + 15 :].split(b"\r\n", 1)[0])


class _Connection(asyncio.Protocol):
    """One connection that sends the next request once its answer is whole."""

    def __init__(self, waiting: deque[bytes], done: asyncio.Future[None]) -> None:
        self.waiting, self.done = waiting, done
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.first_fault = ""
        self._buffer = b""
        self._begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        if not self.waiting:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._begun = time.perf_counter()
        self._transport.write(self.waiting.popleft())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        if not _is_whole(head.lower(), rest):
            return
        self.times.append(time.perf_counter() - self._begun)
        status = int(head[9:12])
        self.statuses[status] += 1
        if status != 200 and not self.first_fault:
            self.first_fault = rest[:300].decode(errors="replace")
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed the connection"))


async def _run(requests: deque[bytes], host: str, port: int, connections: int) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    opened = []
    begun, cpu = time.perf_counter(), time.process_time()
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        connection = _Connection(requests, done)
        await loop.create_connection(lambda made=connection: made, host, port)  # type: ignore[misc]
        opened.append(connection)
    await asyncio.gather(*(connection.done for connection in opened))
    times = sorted(moment for connection in opened for moment in connection.times)
    seconds = time.perf_counter() - begun
    statuses: Counter[int] = Counter()
    for connection in opened:
        statuses += connection.statuses
    return {
        "requests": len(times),
        "seconds": seconds,
        "per_s": len(times) / seconds,
        "p50_ms": times[len(times) // 2] * 1_000,
        "p99_ms": times[len(times) * 99 // 100] * 1_000,
        "client_cpu": (time.process_time() - cpu) / seconds,
        "statuses": {str(status): count for status, count in statuses.items()},
        "first_fault": next((each.first_fault for each in opened if each.first_fault), ""),
    }


def write_requests(path: Path, requests: list[bytes]) -> None:
    """Writes requests as `main` reads them."""
    path.write_bytes(b"".join(struct.pack(">I", len(each)) + each for each in requests))


def _read(path: Path) -> deque[bytes]:
    whole, place, found = path.read_bytes(), 0, deque[bytes]()
    while place < len(whole):
        (length,) = struct.unpack_from(">I", whole, place)
        found.append(whole[place + 4 : place + 4 + length])
        place += 4 + length
    return found


def main(path: str, host: str, port: str, connections: str) -> None:
    """Sends everything and prints what came of it."""
    print(json.dumps(asyncio.run(_run(_read(Path(path)), host, int(port), int(connections)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
