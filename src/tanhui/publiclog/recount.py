"""The log recomputed: every leaf in the database against every file, and what was signed.

Roots are added up here leaf by leaf, otherwise than by the publisher's tiles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from tanhui.kernel.refusals import Refusal
from tanhui.publiclog import queries, site
from tanhui.publiclog.folder import LogFolder
from tanhui.runtime.sql import load
from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed, Unproven
from tanhui.tlog.tiles import (
    ENTRIES,
    WIDTH,
    Edge,
    Tile,
    bundle,
    bundles_of,
    edge_tiles,
    grow,
    narrow,
)
from tanhui.tlog.tree import EMPTY_ROOT, leaf_hashes, node_hash

_ROOM = "tanhui.publiclog"
_PIECE_LEAVES = 64 * WIDTH
_FAULTS_MAX = 20


@dataclass(frozen=True, slots=True)
class LogProof:
    """The published size and root (hexadecimal digits), leaves not yet published, and faults."""

    size: int
    root: str
    unpublished: int
    faults: tuple[str, ...]

    @property
    def matches(self) -> bool:
        """Whether leaves, files and everything that was signed agree."""
        return not self.faults


class _Roots:
    """The root of a tree that grows leaf by leaf: one hash for each of its perfect subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, hash: bytes) -> None:
        height = 0
        while self._peaks and self._peaks[-1][0] == height:
            hash = node_hash(self._peaks.pop()[1], hash)
            height += 1
        self._peaks.append((height, hash))
        self.size += 1

    @property
    def root(self) -> bytes:
        whole: bytes | None = None
        for _, peak in reversed(self._peaks):
            whole = peak if whole is None else node_hash(peak, whole)
        return EMPTY_ROOT if whole is None else whole


class _Files:
    """What lies in the folder, to be compared tile by tile with what should."""

    def __init__(self, folder: LogFolder, faults: list[str]) -> None:
        self._folder = folder
        self._faults = faults
        self._widths: dict[tuple[int, int], list[int]] = defaultdict(list)
        try:
            for tile in folder.files():
                self._widths[tile.level, tile.index].append(tile.width)
        except Malformed as fault:
            faults.append(f"a file that is no tile: {fault}")

    def compare(self, tile: Tile, data: bytes, needed: int) -> None:
        """Compares all files of a place with the widest tile there can be.

        `needed` is the width that must be there, perhaps none.
        """
        found = self._widths.pop((tile.level, tile.index), [])
        if needed and max(found, default=0) < needed:
            self._faults.append(f"{tile.path} is missing")
        for width in found:
            self._compare(Tile(tile.level, tile.index, width), tile, data)

    def _compare(self, file: Tile, tile: Tile, data: bytes) -> None:
        if file.width > tile.width:
            self._faults.append(f"{file.path} holds more than there is")
            return
        expected = data if file.width == tile.width else narrow(tile, data, file.width)
        try:
            if self._folder.read(file) == expected:
                return
            self._faults.append(f"{file.path} differs")
        except (Malformed, OSError) as fault:
            self._faults.append(f"{file.path}: {fault}")

    def rest(self) -> None:
        """Files of places where the log has not come."""
        for level, index in self._widths:
            self._faults.append(f"{Tile(level, index).path} holds leaves that nobody wrote")


def recount() -> LogProof:
    """Recomputes the log. What is added meanwhile is left for the next time."""
    faults: list[str] = []
    # In this order: a checkpoint is signed before it is shown, its tiles are there before it is
    # signed, and its leaves have their places before that.
    shown = _shown(faults)
    signed = _signed(faults)
    files = _Files(site.folder(), faults)
    reach, waiting = queries.counts()
    if _placed() != reach:
        faults.append("a place in the log has no leaf")
    last = max(signed, default=0)
    if last > reach:
        faults.append(f"{last} leaves were signed, and {reach} are there")
    if shown is None and any(signed):
        faults.append("trees were signed, and no checkpoint is published")
    if shown is not None and signed.get(shown.size) != shown.root:
        faults.append("the published checkpoint was never signed here")
    _walk(reach, last, files, signed, faults)
    files.rest()
    size = 0 if shown is None else shown.size
    root = EMPTY_ROOT if shown is None else shown.root
    return LogProof(size, root.hex(), reach + waiting - size, tuple(faults[:_FAULTS_MAX]))


def _shown(faults: list[str]) -> Checkpoint | None:
    written = site.folder().text("checkpoint")
    if written is None:
        return None
    try:
        return site.policy().believe(notes.parse(written)).checkpoint
    except (Malformed, Unproven, Refusal) as fault:
        faults.append(f"the published checkpoint: {fault}")
        return None


def _signed(faults: list[str]) -> dict[int, bytes]:
    """The root of every size that was signed; each by a key of ours."""
    keys = site.log_keys()
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "trees"))
        rows = [(size, bytes(root), written) for size, root, written in cursor.fetchall()]
    for size, root, written in rows:
        try:
            note = notes.parse(written.encode())
            said = Checkpoint.parse(note.text)
            if not note.check(keys) or (said.size, said.root) != (size, root):
                faults.append(f"the signed tree of {size} leaves says something else")
        except (Malformed, Unproven) as fault:
            faults.append(f"the signed tree of {size} leaves: {fault}")
    return {size: root for size, root, _ in rows}


def _placed() -> int:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "placed"))
        return int(cursor.fetchone()[0])


def _leaves(reach: int) -> Iterator[tuple[int, list[bytes]]]:
    for first in range(0, reach, _PIECE_LEAVES):
        yield first, queries.leaves(first, min(_PIECE_LEAVES, reach - first))


def _walk(
    reach: int, last: int, files: _Files, signed: dict[int, bytes], faults: list[str]
) -> None:
    """Every leaf once: bundles, tiles, and the root at every size that was signed."""
    roots, edge = _Roots(), Edge.empty()
    _check_root(roots, signed, faults)
    for first, leaves in _leaves(reach):
        hashes = leaf_hashes(leaves)
        for hash in hashes:
            roots.add(hash)
            _check_root(roots, signed, faults)
        for tile in bundles_of(first, first + len(leaves)):
            at = tile.index * WIDTH - first
            data = bundle(leaves[at : at + tile.width])
            files.compare(tile, data, _needed(tile, last))
        edge, tiles = grow(edge, hashes)
        for tile, data in tiles:
            if tile.width == WIDTH:
                files.compare(tile, data, _needed(tile, last))
    for tile in edge_tiles(edge.size):
        files.compare(tile, b"".join(edge.rows[tile.level]), _needed(tile, last))


def _check_root(roots: _Roots, signed: dict[int, bytes], faults: list[str]) -> None:
    expected = signed.get(roots.size)
    if expected is not None and expected != roots.root:
        faults.append(f"{roots.size} leaves have another root than was signed")


def _needed(tile: Tile, size: int) -> int:
    """How wide this tile must be in a log of `size` leaves."""
    level = 0 if tile.level == ENTRIES else tile.level
    return min(WIDTH, max(0, (size >> (8 * level)) - tile.index * WIDTH))
