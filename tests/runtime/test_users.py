"""Root, root in a closed home, root without namespaces, and an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import tanhui
from tanhui.runtime.postgres import runner, using
from tanhui.runtime.postgres.installation import Installation
from tests.runtime.holding import HOLDER, hold, lives, start_holder

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture(scope="module")
def open_place() -> Iterator[Path]:
    """A folder others may enter, with copies of the code and the binaries they may read."""
    folder = Path(tempfile.mkdtemp(prefix="tanhui-"))
    folder.chmod(0o755)
    packages = folder / "packages"
    code = Path(str(tanhui.__file__)).parent
    for name in ("__init__.py", "kernel", "runtime"):
        source, target = code / name, packages / "tanhui" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    found = Installation.find()
    copy = packages / found.folder.parent.name / found.folder.name
    shutil.copytree(found.folder, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    (copy.parent / "__init__.py").touch()
    shutil.copytree(found.libraries, packages / found.libraries.name)
    shutil.copy(HOLDER, folder / "holder.py")
    yield folder
    shutil.rmtree(folder)


def system_python() -> str:
    """An interpreter that other users can run too."""
    for path in ("/usr/bin/python3", "/usr/local/bin/python3"):
        check = "import sys; sys.exit(sys.version_info < (3, 11))"
        if Path(path).exists() and subprocess.run([path, "-c", check], check=False).returncode == 0:
            return path
    pytest.skip("no interpreter that an ordinary user could run")


@as_root
@pytest.mark.parametrize("reachable", [True, False], ids=["reachable", "in a closed home"])
def test_an_ordinary_user_starts_and_stops_it(
    open_place: Path, bare_var: Path, monkeypatch: pytest.MonkeyPatch, reachable: bool
) -> None:
    """The binaries root has may lie where the user, whose data it is, cannot reach them."""
    copies = open_place / "packages"
    if not reachable:
        copies = shutil.copytree(copies, bare_var / "packages", symlinks=True)
    found = Installation.find().folder
    copied = Installation(copies / found.parent.name / found.name)
    monkeypatch.setattr(Installation, "find", lambda: copied)
    monkeypatch.setattr(runner, "_HOMES", open_place / "homes")
    nobody = pwd.getpwnam("nobody")
    home = open_place / f"home-{reachable}"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    become = ("setpriv", "--reuid=nobody", f"--regid={nobody.pw_gid}", "--clear-groups")
    command = (*become, system_python(), str(open_place / "holder.py"))
    environ = {"PYTHONPATH": str(open_place / "packages"), "HOME": str(home)}
    held = hold(home / "var", command=command, environ=environ)
    assert Path(f"/proc/{held.pid}").stat().st_uid == nobody.pw_uid
    # Root joins the server of the user's folder, and leaves it to the user.
    with using(home / "var") as server:
        assert server.pid == held.pid
    assert lives(held.pid)
    assert held.end() == 0
    assert not lives(held.pid)
    # When root starts it, it still runs as the user, whose data it is.
    with using(home / "var") as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == nobody.pw_uid
    held = hold(home / "var", command=command, environ=environ)
    assert held.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert not lives(held.pid)
    assert (open_place / "homes").exists() is not reachable


@as_root
def test_the_folder_of_another_user_is_refused(open_place: Path, var: Path) -> None:
    command = (
        *("setpriv", "--reuid=nobody", "--clear-groups", "--regid=65534"),
        *(system_python(), str(open_place / "holder.py")),
    )
    var.chmod(0o755)
    (var / "postgres").chmod(0o755)
    process = start_holder(
        var, command=command, environ={"PYTHONPATH": str(open_place / "packages")}
    )
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert said.startswith(("postgres_other_owner", "postgres_folder_unwritable"))


# What root may do in a container, unless somebody allows more.
CONTAINER = (
    "setpriv",
    "--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+setfcap",
)


@as_root
@pytest.mark.parametrize("forbidden", ["", "1"], ids=["namespace", "no namespace"])
@pytest.mark.parametrize("limits", [(), CONTAINER], ids=["all of root", "a container's root"])
def test_root_in_a_closed_home(
    open_place: Path, bare_var: Path, limits: tuple[str, ...], forbidden: str
) -> None:
    """Code, binaries and data all lie under a folder that only root may enter."""
    home = bare_var / "home"
    home.mkdir(mode=0o700)
    shutil.copytree(open_place / "packages", home / "packages", symlinks=True)
    homes = Path(tempfile.mkdtemp(prefix="tanhui-homes-"))
    homes.chmod(0o755)
    environ = {
        "PYTHONPATH": str(home / "packages"),
        "FORBID_NAMESPACES": forbidden,
        "HOMES": str(homes),
    }
    command = (*limits, system_python(), str(HOLDER))
    for _ in range(2):
        held = hold(home / "var", command=command, environ=environ)
        second = hold(home / "var", command=command, environ=environ)
        assert second.pid == held.pid
        assert second.end() == 0
        seen_by = Path(f"/proc/{held.pid}/status").read_text()
        assert "CapEff:\t0000000000000000" in seen_by
        assert held.end() == 0
        assert not lives(held.pid)
    assert bool(list(homes.iterdir())) is bool(forbidden)
    if forbidden:
        # Made in the one way, it stays usable where namespaces are allowed.
        held = hold(home / "var", command=command, environ={**environ, "FORBID_NAMESPACES": ""})
        assert held.end() == 0
    shutil.rmtree(homes)
