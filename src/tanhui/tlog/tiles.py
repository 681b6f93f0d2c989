"""The tree as files: tiles of 256 hashes, bundles of 256 entries, and how they grow.

Everything here is a pure function of the leaves: whoever writes the tiles of a size twice writes
the same bytes twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tanhui.tlog.encoding import HASH_BYTES, Malformed
from tanhui.tlog.tree import EMPTY_ROOT, fold, node_hash

WIDTH = 256
HEIGHT = 8
LEVEL_MAX = 63
ENTRIES = -1
ENTRY_BYTES_MAX = 0xFFFF
_PATH = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One file of the log: its level (`ENTRIES` for a bundle), place and width (256 when full)."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies below the log's prefix."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        place = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"tile/{level}/{place}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def full(self) -> Tile:
        """The full tile at this place."""
        return Tile(self.level, self.index)


def parse_path(path: str) -> Tile:
    """The tile at this path; raises Malformed for any other spelling of one."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise Malformed("no path of a tile")
    level, place, width = found.groups()
    tile = Tile(
        ENTRIES if level == "entries" else int(level),
        int(place.replace("x", "").replace("/", "")),
        int(width or WIDTH),
    )
    if tile.path != path or tile.width > WIDTH:
        raise Malformed("no path of a tile")
    return tile


def edge_tiles(size: int) -> list[Tile]:
    """The partial tiles of hashes of a tree of this size, by level; full levels are left out."""
    return [tile for tile in _last_tiles(size) if tile.width < WIDTH]


def _last_tiles(size: int) -> Iterable[Tile]:
    level, count = 0, size
    while count:
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


def tiles_of(size: int) -> Iterable[Tile]:
    """Every tile of hashes of a tree of this size, level by level."""
    level, count = 0, size
    while count:
        yield from (Tile(level, index) for index in range(count // WIDTH))
        if count % WIDTH:
            yield Tile(level, count // WIDTH, count % WIDTH)
        level, count = level + 1, count // WIDTH


def bundles_of(start: int, end: int) -> Iterable[Tile]:
    """The bundles that hold entries `start` to `end` - 1 of a log of size `end`."""
    for index in range(start // WIDTH, -(-end // WIDTH)):
        yield Tile(ENTRIES, index, min(WIDTH, end - index * WIDTH))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as a bundle: each after its length in 16 bits."""
    return b"".join([len(entry).to_bytes(2, "big") + entry for entry in entries])


def entries(data: bytes) -> list[bytes]:
    """The entries of a bundle; raises Malformed when it ends within one."""
    found, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise Malformed("a bundle that ends within an entry")
        found.append(data[at + 2 : end])
        at = end
    return found


def narrow(tile: Tile, data: bytes, width: int) -> bytes:
    """The first `width` hashes or entries of a wider tile."""
    if tile.level == ENTRIES:
        return bundle(entries(data)[:width])
    return data[: width * HASH_BYTES]


def hashes(data: bytes) -> list[bytes]:
    """The hashes of a tile; raises Malformed for a broken one."""
    if not data or len(data) % HASH_BYTES or len(data) > WIDTH * HASH_BYTES:
        raise Malformed("no tile of hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


@dataclass(frozen=True, slots=True)
class Edge:
    """What one must know of a tree to make it grow: its size and the partial tiles of its rim.

    `rows[level]` holds the hashes of the partial tile at that level, perhaps none.
    """

    size: int
    rows: tuple[tuple[bytes, ...], ...]

    @classmethod
    def empty(cls) -> Edge:
        """That of the tree without leaves."""
        return cls(0, ())

    @classmethod
    def read(cls, size: int, read_tile: Callable[[Tile], bytes]) -> Edge:
        """That of a tree of this size, from its files; raises Malformed for a broken one."""
        by_level = {}
        for tile in edge_tiles(size):
            row = hashes(read_tile(tile))
            if len(row) != tile.width:
                raise Malformed(f"{tile.path} has {len(row)} hashes")
            by_level[tile.level] = tuple(row)
        return cls(
            size, tuple(by_level.get(level, ()) for level in range(max(by_level, default=-1) + 1))
        )

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        whole: bytes | None = None
        for row in self.rows:
            left = list(row)
            while left:
                # From the right: the smallest perfect subtree first, each under the next larger.
                take = len(left) & -len(left)
                part = fold(left[-take:])
                whole = part if whole is None else node_hash(part, whole)
                left = left[:-take]
        return EMPTY_ROOT if whole is None else whole


def grow(edge: Edge, leaves: Sequence[bytes]) -> tuple[Edge, list[tuple[Tile, bytes]]]:
    """The tree with these leaves' hashes appended: its edge, and every tile of hashes that is new.

    Tiles come level by level, and a level's partial tile last.
    """
    size = edge.size + len(leaves)
    tiles: list[tuple[Tile, bytes]] = []
    rows: list[tuple[bytes, ...]] = []
    level, count, more = 0, edge.size, list(leaves)
    while more or level < len(edge.rows):
        old = edge.rows[level] if level < len(edge.rows) else ()
        row = [*old, *more]
        index = count // WIDTH
        full = len(row) // WIDTH
        above = []
        for at in range(full):
            part = row[at * WIDTH : (at + 1) * WIDTH]
            tiles.append((Tile(level, index + at), b"".join(part)))
            above.append(fold(part))
        rest = tuple(row[full * WIDTH :])
        if rest and more:
            tiles.append((Tile(level, index + full, len(rest)), b"".join(rest)))
        rows.append(rest)
        level, count, more = level + 1, index, above
    while rows and not rows[-1]:
        rows.pop()
    return Edge(size, tuple(rows)), tiles


class TileHashes:
    """Reads hashes of perfect subtrees of a tree of `size` from its tiles, each tile once."""

    def __init__(self, size: int, read_tile: Callable[[Tile], bytes]) -> None:
        self._size = size
        self._read_tile = read_tile
        self._rows: dict[Tile, list[bytes]] = {}

    def __call__(self, height: int, index: int) -> bytes:
        """The hash of the perfect subtree; raises Malformed for a broken tile."""
        level, span = divmod(height, HEIGHT)
        first = index << span
        place, start = divmod(first, WIDTH)
        width = min(WIDTH, (self._size >> (level * HEIGHT)) - place * WIDTH)
        row = self._row(Tile(level, place, width))
        return fold(row[start : start + (1 << span)])

    def _row(self, tile: Tile) -> list[bytes]:
        row = self._rows.get(tile)
        if row is None:
            row = hashes(self._read_tile(tile))
            if len(row) != tile.width:
                raise Malformed(f"{tile.path} has {len(row)} hashes")
            self._rows[tile] = row
        return row
