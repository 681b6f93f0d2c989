"""Trees by the words of RFC 6962, to compare with; and logs in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tanhui.tlog.tiles import Edge, Tile, TileHashes, grow
from tanhui.tlog.tree import leaf_hashes


def root_by_the_book(leaves: Sequence[bytes]) -> bytes:
    """MTH(D) as section 2.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    power = 1
    while power * 2 < len(leaves):
        power *= 2
    left, right = root_by_the_book(leaves[:power]), root_by_the_book(leaves[power:])
    return hashlib.sha256(b"\1" + left + right).digest()


def some_leaves(count: int) -> list[bytes]:
    """Leaves that differ."""
    return [b"leaf %d" % number for number in range(count)]


class MemoryLog:
    """A log whose tiles are kept in memory; any size it has had can be read."""

    def __init__(self) -> None:
        self.edge = Edge.empty()
        self.files: dict[Tile, bytes] = {}

    def append(self, leaves: Sequence[bytes]) -> None:
        """Makes it grow."""
        self.edge, tiles = grow(self.edge, leaf_hashes(leaves))
        self.files.update(tiles)

    def hashes(self, size: int) -> TileHashes:
        """The hashes of a tree of `size`, from its tiles."""
        return TileHashes(size, self.read)

    def read(self, tile: Tile) -> bytes:
        """A tile; a partial one from what became of it."""
        if tile in self.files:
            return self.files[tile]
        wider = min(
            each
            for each in self.files
            if (each.level, each.index) == (tile.level, tile.index) and each.width > tile.width
        )
        return self.files[wider][: tile.width * 32]
