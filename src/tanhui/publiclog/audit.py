"""Checking a copy of a log as any stranger would: from its entries alone, by a policy.

Neither the database nor any key of ours is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tanhui.kernel.refusals import NotFound
from tanhui.publiclog.folder import LogFolder
from tanhui.tlog import note as notes
from tanhui.tlog.encoding import Malformed, Unproven
from tanhui.tlog.policy import Policy
from tanhui.tlog.tiles import ENTRIES, Edge, Tile, bundles_of, edge_tiles, entries, grow, parse_path
from tanhui.tlog.tree import leaf_hashes

_SECONDS_MAX = 30
FAULTS_MAX = 20

# Reads a path below the log's prefix; raises FileNotFoundError.
Reader = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Audit:
    """What a copy holds: its size, its root in hexadecimal digits, and the first faults found."""

    size: int
    root: str
    cosigned_by: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def matches(self) -> bool:
        """Whether everything agrees with what log and witnesses signed."""
        return not self.faults


def opened(source: str) -> Reader:
    """The copy in a folder or behind an address; refuses `log_unreadable`."""
    if not source.startswith(("http://", "https://")):
        folder = LogFolder(Path(source))
        if not (folder.root / "checkpoint").is_file():
            raise _unreadable(source, "no checkpoint")
        return lambda path: _from_folder(folder, path)
    return lambda path: _from_address(source.rstrip("/"), path)


def _from_folder(folder: LogFolder, path: str) -> bytes:
    if path == "checkpoint":
        return (folder.root / path).read_bytes()
    return folder.read(parse_path(path))


def _from_address(prefix: str, path: str) -> bytes:
    try:
        with urlopen(f"{prefix}/{path}", timeout=_SECONDS_MAX) as answer:
            found: bytes = answer.read()
            return found
    except HTTPError as error:
        if error.code == 404:
            raise FileNotFoundError(path) from None
        raise _unreadable(prefix, str(error)) from None
    except (URLError, OSError) as error:
        raise _unreadable(prefix, str(error)) from None


def _unreadable(source: str, why: str) -> NotFound:
    return NotFound(
        "log_unreadable",
        zh="无法读取 {source} 处的公开日志（{why}）。",
        en="The public log at {source} cannot be read ({why}).",
        source=source,
        why=why,
    )


def audit(read: Reader, policy: Policy) -> Audit:
    """Recomputes the tree from the entries, and compares every tile and the signed root."""
    faults: list[str] = []
    try:
        believed = policy.believe(notes.parse(read("checkpoint")))
    except (Malformed, Unproven, FileNotFoundError) as fault:
        return Audit(0, "", (), (f"checkpoint: {fault}",))
    said = believed.checkpoint
    edge = Edge.empty()
    for bundle in bundles_of(0, said.size):
        leaves = _entries(read, bundle, faults)
        if leaves is None:
            break
        edge, tiles = grow(edge, leaf_hashes(leaves))
        for tile, data in tiles:
            if tile.width == 256:
                _compare(read, tile, data, faults)
    if edge.size == said.size:
        for tile in edge_tiles(said.size):
            _compare(read, tile, b"".join(edge.rows[tile.level]), faults)
        if edge.root != said.root:
            faults.append("the entries have another root than the checkpoint")
    return Audit(said.size, edge.root.hex(), tuple(believed.witnesses), tuple(faults[:FAULTS_MAX]))


def _entries(read: Reader, tile: Tile, faults: list[str]) -> list[bytes] | None:
    try:
        found = entries(read(tile.path))
    except (Malformed, FileNotFoundError) as fault:
        faults.append(f"{tile.path}: {fault}")
        return None
    if tile.level == ENTRIES and len(found) != tile.width:
        faults.append(f"{tile.path}: {len(found)} entries")
        return None
    return found


def _compare(read: Reader, tile: Tile, data: bytes, faults: list[str]) -> None:
    try:
        if read(tile.path) == data:
            return
        faults.append(f"{tile.path}: differs from the entries")
    except (Malformed, FileNotFoundError) as fault:
        faults.append(f"{tile.path}: {fault}")
