"""Whatever is changed in a row, a file or a signature, `prove` finds it."""

from __future__ import annotations

import random
import shutil

import psycopg
import pytest

from tanhui.config.database import Database
from tanhui.publiclog import site
from tanhui.publiclog.recount import recount
from tanhui.tlog import note as notes
from tests.publiclog.logs import PublicLog, append

pytestmark = pytest.mark.database

ROWS = {
    "a leaf": "UPDATE publiclog_outbox SET leaf = '{\"n\":1000}' WHERE position = {at}",
    "a lost leaf": "DELETE FROM publiclog_outbox WHERE position = {at}",
    "two places exchanged": (
        "UPDATE publiclog_outbox SET leaf = other.leaf FROM publiclog_outbox AS other"
        " WHERE publiclog_outbox.position = {at} AND other.position = {at} + 1"
    ),
    "a place taken away": "UPDATE publiclog_outbox SET position = NULL WHERE position = {at}",
    "a signed root": "UPDATE publiclog_tree SET root = sha256('x') WHERE size = {size}",
    "a signed note": "UPDATE publiclog_tree SET note = replace(note, '\n\n', '\nx\n\n')"
    " WHERE size = {size}",
    # Of sixteen signatures one ends with an A by itself.
    "a signature": "UPDATE publiclog_tree SET note = left(note, -3)"
    " || CASE WHEN right(note, 3) = 'A=\n' THEN 'E=\n' ELSE 'A=\n' END WHERE size = {size}",
    "a forgotten tree": "DELETE FROM publiclog_tree WHERE size = 700",
}


@pytest.fixture
def full(log: PublicLog) -> PublicLog:
    """A log that was published at three sizes."""
    for count in (100, 200, 400):
        append(count)
        log.publish()
    assert recount().matches
    return log


@pytest.mark.parametrize("what", list(ROWS))
def test_a_changed_row_is_found(full: PublicLog, books: Database, what: str) -> None:
    del full
    chance = random.Random(what)
    for at, size in ((0, 100), (chance.randrange(1, 698), 300), (698, 700)):
        with psycopg.connect(books.owner_url) as owner:
            owner.execute(ROWS[what].replace("{at}", str(at)).replace("{size}", str(size)))
        assert not recount().matches, (what, at, size)


def test_any_changed_file_is_found(full: PublicLog) -> None:
    chance = random.Random(7)
    tiles = [path for path in (full.root / "tile").rglob("*") if path.is_file()]
    assert len(tiles) == 7
    for path in [*tiles, full.root / "checkpoint"]:
        whole = path.read_bytes()
        for at in (0, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(3))):
            changed = bytearray(whole)
            changed[at] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            assert not recount().matches, (path, at)
        for other in (whole[:-1], whole + b"\0", b""):
            path.write_bytes(other)
            assert not recount().matches, path
        path.unlink()
        assert not recount().matches, path
        path.write_bytes(whole)
    assert recount().matches


def test_files_that_nobody_wrote_are_found(full: PublicLog) -> None:
    tile = full.root / "tile"
    for name in ("0/003", "0/002.p/200", "9/000", "0/stray", "entries/x001/000"):
        stray = tile / name
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(bytes(32))
        assert not recount().matches, name
        stray.unlink()
    assert recount().matches


def test_a_checkpoint_of_another_history_is_found(full: PublicLog) -> None:
    written = (full.root / "checkpoint").read_bytes()
    text = notes.parse(written).text.replace("700", "699")
    forged = notes.sign(text, site.signer())
    lines = [notes.cosign(forged, signer, 1) for signer in full.trio.signers.values()]
    (full.root / "checkpoint").write_bytes(forged.with_lines(lines).written.encode())
    assert not recount().matches
    (full.root / "checkpoint").write_bytes(written)
    shutil.rmtree(full.root / "tile" / "entries")
    assert not recount().matches
