"""As whom, and from where, PostgreSQL's programs run.

PostgreSQL refuses to run as root. An ordinary user simply runs it. Root runs it inside a user
namespace, where root is seen as nobody: nothing is copied and every file stays root's own, so a
checkout in a closed home works. Where namespaces are forbidden, binaries and data get a folder of
their own that belongs to nobody. A data folder made by an ordinary user stays that user's.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tanhui.runtime.postgres import troubles
from tanhui.runtime.postgres.installation import Installation, environment

_NOBODY = "nobody"
_HOMES = Path("/var/lib/tanhui")
_POINTER = "elsewhere"
_SOCKET_PATH_LIMIT = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Runner:
    """The installation to use, the data folder, the socket folder and what to put before them."""

    installation: Installation
    base: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.base / "data"

    def command(self, program: str, *arguments: str) -> list[str]:
        """The full command line for one of PostgreSQL's programs."""
        return [*self.prefix, self.installation.program(program), *arguments]

    def own(self, path: Path) -> None:
        """Give a new file or folder to the user who runs PostgreSQL."""
        if self.uid is not None:
            os.chown(path, self.uid, -1)

    def socket_folder(self) -> Path:
        """A folder only we can enter, whose path is short enough for a socket's address."""
        folder = self.base / "run"
        if len(os.fsencode(folder)) > _SOCKET_PATH_LIMIT:
            folder = _short_folder(self.base)
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise troubles.from_os_error(folder, error) from None
        self.own(folder)
        # A folder with a guessable name may have been put there by somebody else.
        status = folder.lstat()
        if folder.is_symlink() or status.st_uid not in (os.geteuid(), self.uid):
            raise troubles.other_owner(folder)
        folder.chmod(0o700)
        return folder


def choose(base: Path) -> Runner:
    """Decide how to run PostgreSQL on the folder `base`, which exists."""
    installation = Installation.find()
    if os.geteuid() != 0:
        _refuse_foreign(base)
        return Runner(installation, base)
    if (base / _POINTER).is_file():
        return _in_a_home(installation, base)
    owner = _owner(base / "data")
    if owner is not None and owner != 0:
        return _for_owner(installation, base, owner)
    if namespaces_work(installation):
        return Runner(installation, base, _namespace())
    return _in_a_home(installation, base)


def namespaces_work(installation: Installation) -> bool:
    """Whether root may look like nobody in a user namespace here."""
    return _succeeds(*_namespace(), installation.program("postgres"), "--version")


def _succeeds(*command: str) -> bool:
    try:
        tried = subprocess.run(
            command, capture_output=True, check=False, env=environment(), cwd="/"
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def _for_owner(installation: Installation, base: Path, owner: int) -> Runner:
    """Run as the user whose data it is, with a copy of binaries that user cannot reach."""
    prefix = _as_user(owner)
    # Becoming the user keeps root's rights until the next program, so starting the binary itself
    # would succeed; another program, already without them, tells the truth.
    if not _succeeds(*prefix, "test", "-x", installation.program("postgres")):
        home = _home_of(base)
        try:
            home.mkdir(mode=0o755, parents=True, exist_ok=True)
            installation = _copy_binaries(installation, home)
        except OSError as error:
            raise troubles.from_os_error(home, error) from None
    return Runner(installation, base, prefix, owner)


def _namespace() -> tuple[str, ...]:
    nobody = pwd.getpwnam(_NOBODY)
    return (
        "unshare",
        "--user",
        f"--map-user={nobody.pw_uid}",
        f"--map-group={nobody.pw_gid}",
        "--",
    )


def _as_user(uid: int) -> tuple[str, ...]:
    group = pwd.getpwuid(uid).pw_gid
    return ("setpriv", f"--reuid={uid}", f"--regid={group}", "--clear-groups", "--")


def _in_a_home(installation: Installation, base: Path) -> Runner:
    """A folder of nobody's own with a copy of the binaries; `base` keeps a pointer to it."""
    if shutil.which("setpriv") is None:
        raise troubles.no_unprivileged_way(base)
    uid = pwd.getpwnam(_NOBODY).pw_uid
    pointer = base / _POINTER
    if pointer.is_file():
        home = Path(pointer.read_text(encoding="utf-8").strip())
    else:
        home = _home_of(base)
        # Whatever lies there belonged to a folder that has been deleted since.
        shutil.rmtree(home, ignore_errors=True)
    try:
        _HOMES.mkdir(mode=0o755, parents=True, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
        copied = _copy_binaries(installation, home)
        if (base / "data").is_dir():
            shutil.move(base / "data", home / "data")
            _give(home / "data", uid)
        _give(home, uid)
        pointer.write_text(f"{home}\n", encoding="utf-8")
    except OSError as error:
        raise troubles.from_os_error(home, error) from None
    return Runner(copied, home, _as_user(uid), uid)


def _home_of(base: Path) -> Path:
    return _HOMES / hashlib.sha256(os.fsencode(base)).hexdigest()[:16]


def _copy_binaries(installation: Installation, home: Path) -> Installation:
    """Copy what the server needs, keeping the relative places in which libraries are sought."""
    target = home / "packages" / installation.folder.parent.name / installation.folder.name
    copied = Installation(target)
    mark = target / "whole"
    if mark.is_file() and mark.read_text(encoding="utf-8") == installation.version:
        return copied
    shutil.rmtree(home / "packages", ignore_errors=True)
    shutil.copytree(
        installation.folder, target, symlinks=True, ignore=shutil.ignore_patterns("include")
    )
    shutil.copytree(installation.libraries, copied.libraries, symlinks=True)
    mark.write_text(installation.version, encoding="utf-8")
    return copied


def _give(folder: Path, uid: int) -> None:
    os.chown(folder, uid, -1)
    for path, names, files in os.walk(folder):
        for name in (*names, *files):
            os.chown(os.path.join(path, name), uid, -1, follow_symlinks=False)


def _refuse_foreign(base: Path) -> None:
    for folder in (base, base / "data"):
        owner = _owner(folder)
        if owner is not None and owner != os.geteuid():
            raise troubles.other_owner(folder)


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except FileNotFoundError:
        return None
    except PermissionError:
        raise troubles.unwritable(path) from None


def _short_folder(base: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(base)).hexdigest()[:16]
    temporary = Path(tempfile.gettempdir())
    if len(os.fsencode(temporary)) > _SOCKET_PATH_LIMIT - 32:
        temporary = Path("/tmp")
    return temporary / f"tanhui-{digest}"
