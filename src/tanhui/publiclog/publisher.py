"""The one who publishes: numbers leaves, writes tiles, signs, asks witnesses, and only then shows.

Killed at any point it leaves a log that is whole: places are given in one transaction, tiles are
a function of the leaves, what was signed is kept before anyone sees it, and the checkpoint, put
in place last, only ever names a larger tree.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tanhui.publiclog import commands, queries
from tanhui.publiclog.asking import Witnesses
from tanhui.publiclog.folder import Differs, LogFolder, already_publishing
from tanhui.runtime.sql import load
from tanhui.tlog import note as notes
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.encoding import Malformed, Unproven
from tanhui.tlog.keys import Signer
from tanhui.tlog.note import Note
from tanhui.tlog.policy import Policy
from tanhui.tlog.tiles import (
    WIDTH,
    Edge,
    Tile,
    TileHashes,
    bundle,
    bundles_of,
    edge_tiles,
    grow,
)
from tanhui.tlog.tree import EMPTY_ROOT, consistency_proof, leaf_hashes, verify_consistency

_ROOM = "tanhui.publiclog"
# Leaves numbered in one round, and held in memory at once: a whole tile of the second level.
ROUND_LEAVES = 16 * WIDTH**2
_PIECE_LEAVES = WIDTH**2 // 4
# A checkpoint is cosigned anew when its cosignatures are this old, though nothing was added.
REFRESH_SECONDS = 20
# The server notices a moment later that a publisher was killed, and only then is its right free.
_PATIENCE_SECONDS = 3
_log = logging.getLogger("tanhui.publiclog")


class Stopped(Exception):
    """The log is not what it should be, and nothing is published until someone has looked."""

    def __init__(self, code: str, words: str) -> None:
        self.code, self.words = code, words
        super().__init__(f"{code}: {words}")


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: leaves that got places, the tree's size, and whether it is published."""

    numbered: int
    size: int
    cosigned: int
    published: bool


@contextmanager
def right_to_publish(folder: LogFolder) -> Iterator[None]:
    """The right to publish, of which there is one for each database and for each folder.

    Both are lost with the process, however it ends. Refuses: `log_publisher_running`.
    """
    with folder.exclusive():
        _take_right()
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(load(_ROOM, "leave_right"))


def _take_right() -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute(load(_ROOM, "take_right"))
            if cursor.fetchone()[0]:
                return
        if time.monotonic() > until:
            raise already_publishing()
        time.sleep(1 / 10)


def _nothing(_step: str) -> None:
    return None


class Publisher:
    """Rounds of publishing, by whoever holds the right to. `step` is told each step it has done."""

    def __init__(
        self,
        folder: LogFolder,
        signer: Signer,
        policy: Callable[[], Policy],
        *,
        witnesses: Witnesses | None = None,
        step: Callable[[str], None] = _nothing,
    ) -> None:
        self._folder = folder
        self._signer = signer
        self._policy = policy
        self._witnesses = witnesses or Witnesses()
        self._step = step

    def due(self, at: datetime) -> bool:
        """Whether leaves wait, or what is published grows old."""
        health = queries.health(at)
        grown = health.waiting or health.unpublished
        return bool(grown) or health.age_seconds is None or health.age_seconds >= REFRESH_SECONDS

    def round(self, at: datetime) -> Round:
        """Publishes what waits, as far as a round goes.

        Raises Stopped, after an alarm was kept, where the log is not what it should be.
        """
        try:
            return self._round(at)
        except Stopped as stopped:
            commands.raise_alarm(code=stopped.code, words=stopped.words, at=at)
            _log.error("the public log stopped: %s", stopped)
            raise

    def _round(self, at: datetime) -> Round:
        numbered = commands.number_leaves(limit=ROUND_LEAVES)
        self._step("numbered")
        last = self._last()
        shown = self._shown(last)
        size, _ = queries.counts()
        edge = self._tiles(last, size)
        self._step("placed")
        read = TileHashes(size, self._folder.read)
        self._continues(last, edge, read)
        note = self._sign(last, edge, at)
        self._step("signed")
        policy = self._policy()
        whole = note.with_lines(self._witnesses.cosign(note, policy, read))
        self._step("cosigned")
        published = policy.fulfilled(set(policy.cosigned(whole)))
        if published:
            self._folder.put("checkpoint", whole.written.encode())
            self._step("published")
        self._folder.prune(_partial(shown), _partial(edge.size))
        self._step("pruned")
        return Round(numbered, edge.size, len(whole.lines) - len(note.lines), published)

    def _last(self) -> Checkpoint:
        """The last tree that was signed, or the empty one."""
        with connection.cursor() as cursor:
            cursor.execute(load(_ROOM, "last_tree"))
            row = cursor.fetchone()
        size, root = (0, EMPTY_ROOT) if row is None else (row[0], bytes(row[1]))
        return Checkpoint(self._signer.key.name, size, root)

    def _shown(self, last: Checkpoint) -> int:
        """The size that is published; it must be one that was signed."""
        written = self._folder.text("checkpoint")
        if written is None:
            return 0
        try:
            shown = Checkpoint.parse(notes.parse(written).text)
        except Malformed as fault:
            raise Stopped("checkpoint_differs", f"the published checkpoint: {fault}") from None
        with connection.cursor() as cursor:
            cursor.execute(load(_ROOM, "tree_of"), {"size": shown.size})
            row = cursor.fetchone()
        if row is None or bytes(row[0]) != shown.root or shown.origin != last.origin:
            raise Stopped(
                "checkpoint_differs",
                f"a checkpoint of {shown.size} leaves is published that was never signed here",
            )
        return shown.size

    def _tiles(self, last: Checkpoint, size: int) -> Edge:
        """Writes the tiles of leaves that were not signed yet; answers the tree of `size`."""
        if size < last.size:
            raise Stopped("leaves_lost", f"{last.size} leaves were signed, and {size} are there")
        try:
            edge = Edge.read(last.size, self._folder.read)
        except FileNotFoundError:
            # The files are gone. They are a function of the leaves, so they are made again.
            edge = Edge.empty()
        except Malformed as fault:
            raise Stopped("tile_differs", str(fault)) from None
        if edge.size and edge.root != last.root:
            raise Stopped("tile_differs", f"the tiles of {last.size} leaves have another root")
        self._begun(edge)
        try:
            for piece in self._pieces(edge.size, size):
                edge, tiles = grow(edge, leaf_hashes(piece.fresh))
                # A partial tile that a later piece completes was never anyone's.
                full = [each for each in tiles if each[0].width == WIDTH]
                self._folder.write([*full, *piece.bundles])
                self._step("tiles")
            rows = [b"".join(edge.rows[tile.level]) for tile in edge_tiles(size)]
            self._folder.write(zip(edge_tiles(size), rows, strict=True))
        except Differs as differs:
            raise Stopped("tile_differs", f"{differs} holds other bytes") from None
        return edge

    def _begun(self, edge: Edge) -> None:
        """The bundle that is still growing is written from leaves that were signed already."""
        first = edge.size - edge.size % WIDTH
        leaves = queries.leaves(first, edge.size - first)
        if leaf_hashes(leaves) != list(edge.rows[0] if edge.rows else ()):
            raise Stopped("leaves_differ", f"leaves from {first} on are not those that were signed")

    def _pieces(self, start: int, end: int) -> Iterator[_Piece]:
        """The leaves from `start` on, in pieces that end where a bundle does."""
        first = start - start % WIDTH
        while first < end and start < end:
            until = min(end, first + _PIECE_LEAVES)
            leaves = queries.leaves(first, until - first)
            if len(leaves) != until - first:
                raise Stopped("leaves_lost", f"not every leaf from {first} to {until} is there")
            bundles = [
                (tile, bundle(leaves[at : at + tile.width]))
                for tile in bundles_of(first, until)
                for at in (tile.index * WIDTH - first,)
            ]
            yield _Piece(leaves[max(0, start - first) :], bundles)
            first = until

    def _continues(self, last: Checkpoint, edge: Edge, read: TileHashes) -> None:
        """Nothing is signed that does not continue what was signed before."""
        if last.size in (0, edge.size):
            if last.size == edge.size and last.root != edge.root:
                raise Stopped("leaves_differ", f"{last.size} leaves have another root than signed")
            return
        try:
            verify_consistency(
                old=last.size,
                new=edge.size,
                old_root=last.root,
                new_root=edge.root,
                proof=consistency_proof(last.size, edge.size, read),
            )
        except (Unproven, Malformed) as fault:
            raise Stopped("leaves_differ", str(fault)) from None

    def _sign(self, last: Checkpoint, edge: Edge, at: datetime) -> Note:
        """Signs the tree; the same tree gives the same bytes however often it is signed."""
        checkpoint = Checkpoint(self._signer.key.name, edge.size, edge.root)
        note = notes.sign(checkpoint.text, self._signer)
        if edge.size > last.size or self._folder.text("checkpoint") is None:
            self._keep(checkpoint, note, at)
        return note

    def _keep(self, checkpoint: Checkpoint, note: Note, at: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute(load(_ROOM, "tree_of"), {"size": checkpoint.size})
            known = cursor.fetchone()
        if known is None:
            commands.keep_tree(size=checkpoint.size, root=checkpoint.root, note=note.written, at=at)


@dataclass(frozen=True, slots=True)
class _Piece:
    fresh: list[bytes]
    bundles: list[tuple[Tile, bytes]]


def _partial(size: int) -> list[Tile]:
    """The partial tiles and the partial bundle of a log of this size."""
    return [*edge_tiles(size), *(tile for tile in bundles_of(size, size) if tile.width < WIDTH)]
