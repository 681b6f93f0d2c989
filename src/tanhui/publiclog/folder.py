"""The log as files: tiles that never change, and the checkpoint, which is put in place last.

A file is written beside its place, made durable and moved there, so that a place holds nothing
or everything. Writing the same bytes again is fine; other bytes at a taken place are an alarm.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tanhui.kernel.refusals import Conflict
from tanhui.tlog.tiles import Tile, narrow, parse_path

# For more files than this one pass over the whole disk costs less than one for each.
_SYNC_EACH_MAX = 32
_MAKING = ".making"


class Differs(Exception):
    """A place of the log holds other bytes than its leaves say."""


class LogFolder:
    """The folder whose content strangers read: `checkpoint`, `policy` and `tile/…`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._made: set[Path] = set()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else publishes here; also ends what a killed publisher left half written.

        Refuses: `log_publisher_running`.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise already_publishing() from None
            making = self.root / _MAKING
            making.mkdir(exist_ok=True)
            for left in making.iterdir():
                left.unlink()
            yield

    def read(self, tile: Tile) -> bytes:
        """A tile; a partial one also from any wider one. Raises FileNotFoundError, Malformed."""
        try:
            return (self.root / tile.path).read_bytes()
        except FileNotFoundError:
            pass
        # A wider partial tile may give way to a still wider one while we look for it.
        for _ in range(3):
            for wider in self._wider(tile):
                try:
                    return narrow(wider, (self.root / wider.path).read_bytes(), tile.width)
                except FileNotFoundError:
                    continue
        raise FileNotFoundError(tile.path)

    def _wider(self, tile: Tile) -> list[Tile]:
        partial = self.root / f"{tile.full.path}.p"
        names = os.listdir(partial) if partial.is_dir() else []
        widths = sorted(int(name) for name in names if name.isdecimal())
        found = [Tile(tile.level, tile.index, width) for width in widths if width > tile.width]
        return [tile.full, *found]

    def files(self) -> list[Tile]:
        """Every tile there is, in no order; raises `Malformed` where a file is none."""
        return [
            parse_path((Path(folder) / name).relative_to(self.root).as_posix())
            for folder, _, names in os.walk(self.root / "tile")
            for name in names
        ]

    def write(self, tiles: Iterable[tuple[Tile, bytes]]) -> int:
        """Puts tiles in their places, durably; answers how many were not there before.

        Raises Differs where a place holds other bytes; nothing is changed then.
        """
        written: list[tuple[Path, Path]] = []
        for tile, data in tiles:
            place = self.root / tile.path
            try:
                found = place.read_bytes()
            except FileNotFoundError:
                beside = self.root / _MAKING / str(len(written))
                beside.write_bytes(data)
                written.append((beside, place))
                continue
            if found != data:
                raise Differs(tile.path)
        self._sync([beside for beside, _ in written])
        for beside, place in written:
            self._make(place.parent)
            beside.rename(place)
        self._sync(list({place.parent for _, place in written}))
        return len(written)

    def _make(self, folder: Path) -> None:
        if folder not in self._made:
            folder.mkdir(parents=True, exist_ok=True)
            self._made.add(folder)

    def _sync(self, paths: list[Path]) -> None:
        if len(paths) > _SYNC_EACH_MAX:
            os.sync()
            return
        for path in paths:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def prune(self, before: Iterable[Tile], now: Iterable[Tile]) -> None:
        """Takes away partial tiles that wider ones replace; `read` answers for them still."""
        kept = set(now)
        for tile in {*before, *kept}:
            partial = self.root / f"{tile.full.path}.p"
            if not partial.is_dir():
                continue
            for name in os.listdir(partial):
                if not name.isdecimal() or Tile(tile.level, tile.index, int(name)) not in kept:
                    (partial / name).unlink(missing_ok=True)
            if not os.listdir(partial):
                partial.rmdir()
                self._made.discard(partial)

    def text(self, name: str) -> bytes | None:
        """The file `checkpoint` or `policy`, or nothing."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, name: str, data: bytes) -> None:
        """Puts the file `checkpoint` or `policy` in place, durably, whole and at once."""
        making = self.root / _MAKING
        making.mkdir(parents=True, exist_ok=True)
        beside = making / f"{name}.{os.getpid()}"
        beside.write_bytes(data)
        self._sync([beside])
        beside.rename(self.root / name)
        self._sync([self.root])


def already_publishing() -> Conflict:
    """Somebody else has the right to publish."""
    return Conflict(
        "log_publisher_running",
        zh="公开日志已有一个发布进程在运行。",
        en="Another process publishes this log already.",
    )
