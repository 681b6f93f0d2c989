"""What one may know of files: what they are, versions, bytes, and whether all of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, NotFound
from tanhui.runtime.sql import load
from tanhui.vault import store
from tanhui.vault.access import File, may_read, no_such_file
from tanhui.vault.purposes import CSV, IMAGES, JSON, PDF, XLSX

ROOM = "tanhui.vault"
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    PDF: "pdf",
    CSV: "csv",
    JSON: "json",
    XLSX: "xlsx",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a file; `sent` is the hash of what came, `sha256` of what is kept."""

    number: int
    sha256: bytes
    sent: bytes
    size: int
    media_type: str
    scan: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of a version, and how they are served."""

    data: bytes
    version: Version
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Bytes that are not what their row says: `missing` or `altered`."""

    sha256: str
    trouble: str


def file(actor: Actor, file_id: UUID) -> File:
    """The file, if the actor may read it. Refuses: `no_such_file`."""
    found = found_file(file_id)
    if found is None or not may_read(actor, found):
        raise no_such_file()
    return found


def versions(actor: Actor, file_id: UUID) -> list[Version]:
    """All versions, the oldest first; also of an erased file. Refuses: `no_such_file`."""
    file(actor, file_id)
    return _versions(file_id)


def open_for(actor: Actor, file_id: UUID, number: int | None = None) -> Opened:
    """The bytes of a version, by default the newest, checked against their hash.

    Refuses: `no_such_file`, `no_such_version_of_file`, `file_erased`, `file_lost`.
    """
    found = file(actor, file_id)
    if found.erased_at is not None:
        raise Conflict(
            "file_erased",
            zh="这个文件已经清除，只留下它的摘要。",
            en="This file was erased; only its hash is left.",
        )
    held = _versions(file_id)
    chosen = [version for version in held if number is None or version.number == number]
    if not chosen:
        raise NotFound(
            "no_such_version_of_file",
            zh="这个文件没有第 {number} 版。",
            en="This file has no version {number}.",
            number=number,
        )
    version = chosen[-1]
    data = store.read(version.sha256)
    if data is None:
        raise Conflict(
            "file_lost",
            zh="文件丢失或被改过，和登记的摘要对不上，已不能打开。请告知平台。",
            en="The file is missing or was altered: it does not match its recorded hash and cannot"
            " be opened. Tell the platform.",
        )
    return Opened(data, version, _headers(file_id, version))


def recheck() -> list[Trouble]:
    """Reads every kept byte again and compares it with its hash; empty when all is well."""
    found = []
    for sha256, _ in _fetch("live_contents", {}):
        trouble = store.state(bytes(sha256))
        if trouble:
            found.append(Trouble(bytes(sha256).hex(), trouble))
    return found


def kept() -> tuple[int, int]:
    """How many different contents are kept, and their bytes in all."""
    rows = _fetch("live_contents", {})
    return len(rows), sum(int(size) for _, size in rows)


def found_file(file_id: UUID) -> File | None:
    """The file whoever asks; only for commands of this room."""
    rows = _fetch("file", {"file_id": file_id})
    if not rows:
        return None
    id, purpose, owner_id, roles, organisations, erased_at = rows[0]
    return File(id, purpose, owner_id, frozenset(roles), frozenset(organisations), erased_at)


def _versions(file_id: UUID) -> list[Version]:
    return [
        Version(number, bytes(sha256), bytes(sent), size, media_type, scan, at)
        for number, sha256, sent, size, media_type, scan, at in _fetch(
            "versions", {"file_id": file_id}
        )
    ]


def _headers(file_id: UUID, version: Version) -> dict[str, str]:
    """Only redrawn pictures open in the page; everything else is a download in a sandbox."""
    shown = "inline" if version.media_type in IMAGES else "attachment"
    name = f"{file_id}-{version.number}.{_ENDINGS[version.media_type]}"
    return {
        "Content-Type": version.media_type,
        "Content-Disposition": f'{shown}; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }


def _fetch(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(ROOM, name), facts)
        return list(cursor.fetchall())
