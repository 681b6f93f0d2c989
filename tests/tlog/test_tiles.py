"""Tiles, bundles and their paths, as C2SP has them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.tlog import tiles
from tanhui.tlog.encoding import Malformed
from tanhui.tlog.tiles import ENTRIES, Edge, Tile
from tests.tlog.trees import MemoryLog, some_leaves


def test_foreign_paths_and_layouts(shared: Path) -> None:
    found = json.loads((shared / "vectors" / "vectors.json").read_text("utf-8"))["tlog"]
    for case in found["tile_paths"]:
        assert Tile(case["level"], case["n"], case["width"]).path == case["path"]
    for case in found["tile_layout"]:
        full = Counter(t.level for t in tiles.tiles_of(case["size"]) if t.width == 256)
        partial = {t.level: t.width for t in tiles.edge_tiles(case["size"])}
        for level, expected in enumerate(case["levels"]):
            assert (full[level], partial.get(level, 0)) == tuple(expected.values())
        assert max(full | Counter(partial)) == len(case["levels"]) - 1


@given(
    level=st.sampled_from([ENTRIES, 0, 1, 9, 10, 63]),
    index=st.integers(0, 10**15),
    width=st.integers(1, 256),
)
def test_a_path_and_its_tile_are_one(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert tiles.parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/001",
        "tile/64/001",
        "tile/0/x000/001",
        "tile/0/001.p/256",
        "tile/0/001.p/0",
        "tile/0/001.p/01",
        "tile/0/001/",
        "tile/0/../../secrets",
        "tile/0/001\n",
        "tile/-1/001",
        "tile/0/" + "x001/" * 9 + "001",
        "tile/0/００１",
        "checkpoint",
    ],
)
def test_other_spellings_are_no_tiles(path: str) -> None:
    with pytest.raises(Malformed):
        tiles.parse_path(path)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(leaves: list[bytes]) -> None:
    written = tiles.bundle(leaves)
    assert tiles.entries(written) == leaves
    for cut in range(1, min(len(written), 20)):
        try:
            assert tiles.entries(written[:-cut]) != leaves
        except Malformed:
            continue


def test_a_partial_tile_is_the_beginning_of_every_wider_one() -> None:
    leaves = some_leaves(300)
    log = MemoryLog()
    log.append(leaves[:17])
    log.append(leaves[17:])
    assert log.files[Tile(0, 0, 17)] == tiles.narrow(Tile(0, 0), log.files[Tile(0, 0)], 17)
    bundle = tiles.bundle(leaves[:256])
    assert tiles.narrow(Tile(ENTRIES, 0), bundle, 3) == tiles.bundle(leaves[:3])
    assert list(tiles.bundles_of(255, 300)) == [Tile(ENTRIES, 0), Tile(ENTRIES, 1, 44)]
    assert list(tiles.bundles_of(256, 256)) == []


def test_an_edge_is_read_from_the_tiles_and_broken_ones_are_refused() -> None:
    log = MemoryLog()
    log.append(some_leaves(70_000))
    assert set(log.files) == set(tiles.tiles_of(70_000))
    assert Edge.read(70_000, log.read) == log.edge
    assert Edge.read(0, log.read) == Edge.empty()
    log.files[Tile(1, 1, 17)] += bytes(32)
    for broken in (log.files[Tile(1, 1, 17)], b"", bytes(31)):
        log.files[Tile(1, 1, 17)] = broken
        with pytest.raises(Malformed):
            Edge.read(70_000, log.read)
        with pytest.raises(Malformed):
            log.hashes(70_000)(8, 256)
