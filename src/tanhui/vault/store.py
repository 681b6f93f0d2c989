"""The bytes themselves: one file for each hash under `var/vault`, written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

# What a killed program left half-written, or without its row, is told from what is under way.
STRAY_AFTER = timedelta(days=1)
_PARTIAL = ".partial-"


def folder() -> Path:
    """Where the bytes lie."""
    path: Path = settings.TANHUI.var / "vault"
    return path


def path_of(sha256: bytes) -> Path:
    """The file of these bytes."""
    name = sha256.hex()
    return folder() / name[:2] / name


def write(data: bytes, sha256: bytes) -> None:
    """Puts the bytes in place; whoever looks sees all of them or nothing, also after a crash."""
    path = path_of(sha256)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.parent / f"{_PARTIAL}{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _settle(path.parent)


def remove(sha256: bytes) -> None:
    """Takes the bytes away for good."""
    path = path_of(sha256)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
        _settle(path.parent)


def read(sha256: bytes) -> bytes | None:
    """The bytes; None where there are none or others."""
    try:
        data = path_of(sha256).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).digest() == sha256 else None


def state(sha256: bytes) -> str:
    """What is the matter with these bytes: empty, `missing` or `altered`."""
    if not path_of(sha256).is_file():
        return "missing"
    return "" if read(sha256) is not None else "altered"


def strays(at: datetime) -> Iterator[tuple[Path, bytes | None]]:
    """Files that are old enough to be nobody's: their path, and their hash unless half-written."""
    before = (at - STRAY_AFTER).timestamp()
    for path in sorted(folder().glob("??/*")):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                yield path, None if path.name.startswith(_PARTIAL) else bytes.fromhex(path.name)


def _settle(path: Path) -> None:
    # A rename is only safe once the folder itself is written.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
