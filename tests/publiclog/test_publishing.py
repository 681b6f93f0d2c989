"""What waits is published: in one order, to the same bytes, and only as witnesses have seen it."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from tanhui.config.database import Database
from tanhui.kernel.refusals import Conflict, NotFound
from tanhui.publiclog import queries, site
from tanhui.publiclog.commands import append_leaf, keep_tree
from tanhui.publiclog.publisher import Stopped, right_to_publish
from tanhui.publiclog.recount import recount
from tanhui.tlog import proof as proofs
from tanhui.tlog.tiles import bundles_of, edge_tiles, entries, tiles_of
from tanhui.tlog.tree import EMPTY_ROOT, fold, leaf_hashes
from tests.publiclog.logs import AT, PublicLog, append

pytestmark = pytest.mark.database


def test_an_empty_log_has_a_checkpoint_too(log: PublicLog) -> None:
    assert queries.checkpoint() is None
    assert recount().matches
    done = log.publish()
    assert (done.size, done.cosigned, done.published) == (0, 3, True)
    head = queries.checkpoint()
    assert head is not None
    assert (head.size, head.root, head.at) == (0, EMPTY_ROOT.hex(), AT)
    assert recount().matches


def test_what_waits_is_published_and_every_leaf_is_proven(log: PublicLog) -> None:
    total = 0
    for count in (1, 2, 250, 4, 300, 700):
        append(count)
        total += count
        assert log.publish().size == total
        assert recount() == recount()
        assert recount().matches
    leaves = queries.leaves(0, total)
    head = queries.checkpoint()
    assert head is not None
    assert (head.size, head.root) == (total, fold(leaf_hashes(leaves)).hex())
    assert head.cosigned_by == tuple(log.trio.signers)
    for index in (0, 255, 256, 1000, total - 1):
        found = queries.proof_at(index)
        assert found is not None
        assert found.leaf == leaves[index]
        assert proofs.verify(found.text.encode(), leaves[index], site.public_policy()) == ""
        assert len(found.text.encode()) <= 2048
    assert queries.proof_at(total) is None


def test_the_folder_holds_the_files_of_its_size_and_no_others(log: PublicLog) -> None:
    for count in (3, 300, 5, 600):
        append(count)
        log.publish()
    expected = {*tiles_of(908), *bundles_of(0, 908)}
    assert set(site.folder().files()) == expected
    assert {path.name for path in log.root.iterdir()} == {
        ".lock",
        ".making",
        "checkpoint",
        "policy",
        "tile",
    }
    assert list((log.root / ".making").iterdir()) == []


def test_a_leaf_is_found_by_its_number_in_the_outbox(log: PublicLog) -> None:
    append(2)
    with transaction.atomic():
        number = append_leaf(leaf={"mine": 1}, at=AT)
    assert queries.position(number) is None
    assert queries.proof(number) is None
    log.publish()
    assert queries.position(number) == 2
    found = queries.proof(number)
    assert found is not None
    assert json.loads(found.leaf) == {"mine": 1}
    assert queries.position(10**9) is None


def test_leaves_that_commit_late_take_later_places(log: PublicLog, books: Database) -> None:
    with psycopg.connect(books.app_url) as slow:
        slow.execute("INSERT INTO publiclog_outbox (at, leaf) VALUES (now(), '{\"slow\":1}')")
        append(2)
        assert log.publish().size == 2
        slow.commit()
    append(1)
    assert log.publish().size == 4
    assert [json.loads(leaf) for leaf in queries.leaves(0, 4)] == [
        {"n": 0},
        {"n": 1},
        {"slow": 1},
        {"n": 0},
    ]
    assert recount().matches


def test_the_same_tree_is_cosigned_anew_before_it_is_old(log: PublicLog) -> None:
    append(3)
    assert log.publisher.due(AT)
    log.publish()
    assert not log.publisher.due(AT + timedelta(seconds=19))
    assert log.publisher.due(AT + timedelta(seconds=20))
    later = AT + timedelta(seconds=30)
    log.publish(later)
    head = queries.checkpoint()
    assert head is not None
    assert (head.size, head.at) == (3, later)
    append(1)
    assert log.publisher.due(later)
    assert recount().matches


def test_files_that_were_lost_are_made_again_byte_for_byte(log: PublicLog) -> None:
    append(700)
    log.publish()
    tile = log.root / "tile"
    before = {path: path.read_bytes() for path in tile.rglob("*") if path.is_file()}
    shutil.rmtree(tile)
    assert not recount().matches
    log.again().publish()
    assert {path: path.read_bytes() for path in tile.rglob("*") if path.is_file()} == before
    assert recount().matches


def test_only_one_publishes(log: PublicLog, tmp_path: Path, books: Database) -> None:
    with right_to_publish(site.folder()), pytest.raises(Conflict, match="log_publisher_running"):
        log.publish()
    # Another folder is no way around it: the database has one right, too.
    with psycopg.connect(books.app_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('tanhui.publiclog.publish', 0))")
        with pytest.raises(Conflict, match="log_publisher_running"):
            log.publish()
    assert log.publish().published
    del tmp_path


def test_without_a_policy_nothing_is_published(log: PublicLog) -> None:
    (log.root / "policy").unlink()
    append(1)
    with pytest.raises(NotFound, match="log_policy_missing"):
        log.publish()
    assert queries.checkpoint() is None
    assert queries.health(AT).stale


def test_one_witness_may_be_down_and_two_may_not(log: PublicLog) -> None:
    append(1)
    log.publish()
    log.trio.down = {"w1.example"}
    append(1)
    assert log.publish().published
    health = queries.health(AT)
    assert (health.ok, health.missing) == (True, ("w1.example",))
    log.trio.down = {"w1.example", "w3.example"}
    append(1)
    later = AT + timedelta(seconds=61)
    done = log.publish(later)
    assert (done.size, done.cosigned, done.published) == (3, 1, False)
    head = queries.checkpoint()
    assert head is not None
    assert head.size == 2
    health = queries.health(later)
    assert (health.ok, health.stale, health.age_seconds) == (False, True, 61)
    assert (health.waiting, health.unpublished) == (0, 1)
    # What is signed and not published is no difference, and goes out when they are back.
    assert recount().matches
    log.trio.down = set()
    assert log.publish(later).published
    assert queries.health(later).ok


def test_proofs_of_an_older_checkpoint_are_served_while_a_newer_is_refused(log: PublicLog) -> None:
    append(300)
    log.publish()
    log.trio.down = {"w1.example", "w2.example"}
    append(500)
    log.publish()
    found = queries.proof_at(299)
    assert found is not None
    leaf = queries.leaves(299, 1)[0]
    assert proofs.verify(found.text.encode(), leaf, site.public_policy()) == ""
    partial = edge_tiles(300)[0]
    assert len(site.folder().read(partial)) == 32 * partial.width
    [bundle] = bundles_of(299, 300)
    assert len(entries(site.folder().read(bundle))) == 44


def test_two_histories_find_the_quorum_refused(log: PublicLog, books: Database) -> None:
    append(10)
    log.publish()
    shown = (log.root / "checkpoint").read_bytes()
    # Whoever owns database and key rewrites the past, tiles and signatures included.
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("UPDATE publiclog_outbox SET leaf = '{\"n\":99}' WHERE position = 4")
        owner.execute("DELETE FROM publiclog_tree")
    shutil.rmtree(log.root / "tile")
    (log.root / "checkpoint").unlink()
    append(5)
    done = log.again().publish()
    assert (done.cosigned, done.published) == (0, False)
    assert queries.checkpoint() is None
    assert not queries.health(AT).ok
    # The witnesses still know the history that everybody was shown.
    (log.root / "checkpoint").write_bytes(shown)
    assert not recount().matches


def test_a_log_that_went_back_is_not_published(log: PublicLog, books: Database) -> None:
    append(10)
    log.publish()
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("DELETE FROM publiclog_tree")
        owner.execute("DELETE FROM publiclog_outbox WHERE position > 4")
    with pytest.raises(Stopped, match="checkpoint_differs"):
        log.again().publish()
    shutil.rmtree(log.root / "tile")
    (log.root / "checkpoint").unlink()
    done = log.again().publish()
    assert (done.cosigned, done.published) == (0, False)


@pytest.mark.parametrize(
    ("tampering", "code"),
    [
        ("UPDATE publiclog_outbox SET leaf = '{\"n\":9}' WHERE position = 299", "leaves_differ"),
        ("DELETE FROM publiclog_outbox WHERE position = 299", "leaves_differ"),
        ("DELETE FROM publiclog_outbox WHERE position > 200", "leaves_lost"),
        ("UPDATE publiclog_tree SET root = sha256('x') WHERE size = 300", "checkpoint_differs"),
        ("DELETE FROM publiclog_tree WHERE size = 300", "checkpoint_differs"),
    ],
)
def test_the_publisher_stops_when_the_past_differs(
    log: PublicLog, books: Database, tampering: str, code: str
) -> None:
    append(300)
    log.publish()
    before = {path: path.read_bytes() for path in log.root.rglob("*") if path.is_file()}
    with psycopg.connect(books.owner_url) as owner:
        owner.execute(tampering)
    append(1)
    for _ in range(2):
        with pytest.raises(Stopped, match=code):
            log.publish()
    assert {path: path.read_bytes() for path in log.root.rglob("*") if path.is_file()} == before
    health = queries.health(AT)
    assert not health.ok
    assert health.alarm is not None
    assert health.alarm.code == code
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM publiclog_alarm")
        assert cursor.fetchone() == (1,)
    assert not recount().matches


def test_a_broken_tile_stops_the_publisher(log: PublicLog) -> None:
    append(300)
    log.publish()
    tile = log.root / edge_tiles(300)[0].path
    good = tile.read_bytes()
    for bad in (good[:-1], bytes(len(good))):
        tile.write_bytes(bad)
        append(1)
        with pytest.raises(Stopped, match="tile_differs"):
            log.publish()
    tile.write_bytes(good)
    assert log.publish(AT + timedelta(seconds=1)).published
    assert queries.health(AT + timedelta(seconds=1)).alarm is None


def test_a_tree_is_not_signed_twice_nor_smaller(log: PublicLog) -> None:
    append(3)
    log.publish()
    for size in (3, 2):
        with pytest.raises(Exception, match=r"publiclog_tree|larger tree"):
            keep_tree(size=size, root=bytes(32), note="x", at=AT)
