"""What can go wrong with the folder, the disk and the socket: one clear sentence each."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.runtime.postgres import Server, cluster, using

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


def refused(var: Path) -> Refusal:
    """The refusal of a start, which is one sentence in each language."""
    with pytest.raises(Refusal) as caught:
        Server.ensure(var)
    for text in (caught.value.text("zh"), caught.value.text("en")):
        assert text
        assert "\n" not in text
    return caught.value


def test_a_moved_folder_works(var: Path) -> None:
    elsewhere = var / "moved"
    elsewhere.mkdir()
    shutil.move(var / "postgres", elsewhere / "postgres")
    with using(elsewhere) as server:
        assert str(elsewhere) in server.url


def test_a_folder_moved_under_a_running_server_is_found_again(var: Path) -> None:
    elsewhere = var / "moved"
    elsewhere.mkdir()
    first = Server.ensure(var)
    pid = first.pid
    shutil.move(var / "postgres", elsewhere / "postgres")
    with using(elsewhere) as second:
        assert second.pid == pid
    first.stop()
    with using(elsewhere) as third:
        assert third.pid is not None


def test_a_copy_of_a_running_database_is_refused(var: Path) -> None:
    with using(var):
        copy = var / "copy"
        copy.mkdir()
        ignored = shutil.ignore_patterns(".s.*")
        shutil.copytree(var / "postgres", copy / "postgres", ignore=ignored)
        assert refused(copy).code == "postgres_folder_copied"


@pytest.mark.parametrize("version", ["16", "19"])
def test_the_data_of_another_version_is_refused(var: Path, version: str) -> None:
    (var / "postgres" / "data" / "PG_VERSION").write_text(f"{version}\n")
    refusal = refused(var)
    assert refusal.code == "postgres_other_version"
    assert version in refusal.en


def test_a_folder_that_cannot_be_made_is_refused(bare_var: Path) -> None:
    (bare_var / "file").write_text("")
    assert refused(bare_var / "file").code == "postgres_folder_unwritable"


def test_a_socket_that_another_server_holds_is_refused(var: Path) -> None:
    other = var / "other"
    shutil.copytree(var / "postgres", other / "postgres")
    with using(other) as server:
        (var / "postgres" / "run" / ".s.PGSQL.5432.lock").write_text(f"{server.pid}\n")
        assert refused(var).code == "postgres_socket_in_use"


def test_a_path_too_long_for_a_socket_gets_a_short_one(var: Path) -> None:
    long = var / ("很长的名字" * 6) / "and-another-long-name"
    long.mkdir(parents=True)
    shutil.move(var / "postgres", long / "postgres")
    with using(long) as server:
        socket = server.url.partition("host=")[2]
        assert len(os.fsencode(socket)) < 80
        assert Path(socket).stat().st_mode & 0o777 == 0o700
    assert not Path(socket).exists()


@pytest.fixture
def small_disk(bare_var: Path) -> Iterator[Path]:
    """A folder on a disk of 16 MB."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", bare_var],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    yield bare_var
    subprocess.run(["umount", bare_var], check=True)


@root_only
def test_a_disk_without_room_is_refused_before_anything_is_made(small_disk: Path) -> None:
    assert refused(small_disk).code == "postgres_disk_full"
    assert not (small_disk / "postgres" / "data").exists()


@root_only
def test_a_disk_that_fills_up_while_the_database_is_made(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_ROOM_TO_CREATE_BYTES", 0)
    assert refused(small_disk).code == "postgres_disk_full"
    assert not (small_disk / "postgres" / "data").exists()


def test_a_setting_the_server_rejects_is_told_with_its_reason(var: Path) -> None:
    with (var / "postgres" / "data" / "postgresql.conf").open("a") as file:
        file.write("no_such_parameter = 1\n")
    refusal = refused(var)
    assert refusal.code == "postgres_failed"
    assert "postgres/log" in refusal.en
