"""The public log: a million leaves appended and on disk, a proof's size, and checking it offline.

The comparator is the least that anyone could do for the same tree: one loop that hashes a million
leaves and a million nodes with `hashlib`, and one file of the same bytes made durable. The last
line is the whole way: rows of the outbox, numbered, read back, tiles written, signed, cosigned by
three witnesses that remember on disk, and shown.

    make bench ARGS=log
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from tests.publiclog import logs

from benchmarks.scratch import scratch_database
from tanhui.config.settings import checkout_root
from tanhui.publiclog import site
from tanhui.publiclog.folder import LogFolder
from tanhui.publiclog.leaves import leaf_bytes
from tanhui.runtime.sql import load
from tanhui.tlog import note as notes
from tanhui.tlog import policy as policies
from tanhui.tlog import proof as proofs
from tanhui.tlog.checkpoint import Checkpoint
from tanhui.tlog.keys import COSIGNATURE, NOTE, Signer
from tanhui.tlog.policy import Policy, Witness
from tanhui.tlog.proof import Proof
from tanhui.tlog.tiles import WIDTH, Edge, TileHashes, bundle, bundles_of, edge_tiles, grow
from tanhui.tlog.tree import fold, inclusion_proof, leaf_hashes

LEAVES = 1_000_000
ROWS = 200_000
REQUIRED_SECONDS = 30.0
REQUIRED_BYTES = 2048
REQUIRED_MILLISECONDS = 10.0
_PIECE = WIDTH**2
_PROOFS = 200


def _leaves() -> list[bytes]:
    """Leaves as a registry would write them, about 120 bytes each."""
    return [
        leaf_bytes({"v": 1, "t": "sums", "n": n, "at": "2026-11-22T06:00:00Z", "people": n,
                    "sums": [["2026-11-21", "shared-bike", 12, n, 60]]})
        for n in range(LEAVES)
    ]  # fmt: skip


def _bare(leaves: Sequence[bytes], path: Path) -> float:
    """The loop that does nothing but hash, and the file that is nothing but bytes."""
    begun = time.perf_counter()
    row = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    written = b"".join(row)
    while len(row) > 1:
        last = row[-1:] if len(row) % 2 else []
        row = [sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)]
        row += last
    with path.open("wb") as stream:
        stream.write(written)
        stream.writelines(leaves)
        stream.flush()
        os.fsync(stream.fileno())
    return time.perf_counter() - begun


def _append(leaves: Sequence[bytes], folder: LogFolder) -> tuple[float, Edge]:
    """Tiles and bundles of all leaves, durably in their places."""
    begun = time.perf_counter()
    with folder.exclusive():
        edge = Edge.empty()
        for first in range(0, len(leaves), _PIECE):
            piece = leaves[first : first + _PIECE]
            edge, tiles = grow(edge, leaf_hashes(piece))
            full = [each for each in tiles if each[0].width == WIDTH]
            bundles = [
                (tile, bundle(leaves[tile.index * WIDTH : tile.index * WIDTH + tile.width]))
                for tile in bundles_of(first, first + len(piece))
            ]
            folder.write([*full, *bundles])
        partial = edge_tiles(edge.size)
        folder.write((tile, b"".join(edge.rows[tile.level])) for tile in partial)
    return time.perf_counter() - begun, edge


def _signed(edge: Edge) -> tuple[notes.Note, Policy]:
    log = Signer.software("tanhui.example/chengdu", NOTE, bytes(32))
    seen = [
        Signer.software(f"w{n}.witness.example", COSIGNATURE, bytes([n] * 32)) for n in (1, 2, 3)
    ]
    note = notes.sign(Checkpoint(log.key.name, edge.size, edge.root).text, log)
    note = note.with_lines(notes.cosign(note, each, 1_800_000_000) for each in seen)
    return note, policies.simple(log.key, tuple(Witness(w.key.name, w.key) for w in seen), 2)


def _verifier() -> Any:
    """The single file that strangers run, as a module."""
    path = checkout_root() / "verify" / "tanhui_verify.py"
    spec = importlib.util.spec_from_file_location("tanhui_verify", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _proofs(leaves: Sequence[bytes], edge: Edge, folder: LogFolder, place: Path) -> dict[str, Any]:
    """Size, and milliseconds to make one, to check it here and by the strangers' file."""
    note, policy = _signed(edge)
    verifier, made, ours, theirs, sizes = _verifier(), [], [], [], []
    (place / "policy").write_text(policy.text)
    for index in range(0, len(leaves), len(leaves) // _PROOFS):
        begun = time.perf_counter()
        path = inclusion_proof(index, edge.size, TileHashes(edge.size, folder.read))
        written = Proof(index, tuple(path), policy.enough_of(note)).written.encode()
        made.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        assert proofs.verify(written, leaves[index], policy) == ""
        ours.append(time.perf_counter() - begun)
        (place / "proof").write_bytes(written)
        (place / "leaf").write_bytes(leaves[index])
        begun = time.perf_counter()
        files = [verifier.fetch(str(place / name)) for name in ("proof", "leaf")]
        verifier.check_proof(policy.text, *files)
        theirs.append(time.perf_counter() - begun)
        sizes.append(len(written))
    return {
        "bytes": max(sizes),
        "make_ms": statistics.median(made) * 1000,
        "check_ms": statistics.median(ours) * 1000,
        "check_by_one_file_ms": statistics.median(theirs) * 1000,
        "check_by_one_file_worst_ms": max(theirs) * 1000,
    }


def _whole_way(var: Path) -> float:
    """Rows of the outbox until strangers can read them."""
    with scratch_database():
        for log in logs.made(var):
            with connection.cursor() as cursor:
                for first in range(0, ROWS, 10_000):
                    rows: list[dict[str, Any]] = [
                        {"at": logs.AT, "leaf": b'{"n":%d}' % (first + n)} for n in range(10_000)
                    ]
                    cursor.executemany(load("tanhui.publiclog", "append"), rows)
            begun = time.perf_counter()
            done = log.publish()
            seconds = time.perf_counter() - begun
            assert (done.size, done.published) == (ROWS, True)
            assert site.folder().text("checkpoint")
    return seconds


def run() -> dict[str, object]:
    """Seconds, bytes and milliseconds, and the ratio to the bare loop."""
    leaves = _leaves()
    settings.TANHUI.var.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.TANHUI.var) as name:
        place = Path(name)
        bare = _bare(leaves, place / "bare")
        folder = LogFolder(place / "log")
        seconds, edge = _append(leaves, folder)
        assert edge.root == fold(leaf_hashes(leaves))
        proof = _proofs(leaves, edge, folder, place)
        whole = _whole_way(place / "var")
    print(
        f"{LEAVES:,} leaves appended, on disk  {seconds:6.2f} s (wanted {REQUIRED_SECONDS:.0f} s)"
    )
    print(f"bare hashlib loop, one file      {bare:6.2f} s, ratio {seconds / bare:.2f}")
    print(f"a proof                          {proof['bytes']:,} bytes (wanted {REQUIRED_BYTES:,})")
    print(f"  made {proof['make_ms']:.2f} ms, checked {proof['check_ms']:.2f} ms; by"
          f" tanhui_verify.py {proof['check_by_one_file_ms']:.2f} ms,"
          f" worst {proof['check_by_one_file_worst_ms']:.2f} ms"
          f" (wanted {REQUIRED_MILLISECONDS:.0f} ms)")  # fmt: skip
    print(f"{ROWS:,} outbox rows published      {whole:6.2f} s")
    return {
        "append_seconds": seconds,
        "required_seconds": REQUIRED_SECONDS,
        "bare_seconds": bare,
        "ratio_to_bare": seconds / bare,
        "proof": proof,
        "required_proof_bytes": REQUIRED_BYTES,
        "required_check_ms": REQUIRED_MILLISECONDS,
        "outbox_rows": ROWS,
        "outbox_seconds": whole,
    }
