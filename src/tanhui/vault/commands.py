"""What may happen to files: keep one, add a version, forget a person's, sweep what is nobody's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import is_allowed, require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.runtime.sql import load
from tanhui.vault import images, scanning, store, types
from tanhui.vault.access import File, may_read, no_such_file
from tanhui.vault.purposes import IMAGES, Purpose, purpose_of
from tanhui.vault.queries import found_file

ROOM = "tanhui.vault"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: the file, which version of it, and what its bytes are.

    `sha256` is the hash of what is kept, `sent` of what came; they differ for images. `scan` is
    `clean` or `unscanned`.
    """

    file_id: UUID
    number: int
    sha256: bytes
    sent: bytes
    media_type: str
    size: int
    scan: str


@dataclass(frozen=True, slots=True)
class _Ready:
    data: bytes
    sha256: bytes
    sent: bytes
    media_type: str
    scan: str


def keep_file(
    *,
    actor: Actor,
    purpose: str,
    data: bytes,
    owner_id: int | None = None,
    roles: Iterable[str] = (),
    organisations: Iterable[int] = (),
    at: datetime,
) -> Kept:
    """Keeps a new file. Its owner, these roles and these organisations may read it.

    Refuses: `not_permitted`, `file_purpose_unknown`, `file_empty`, `file_too_large`,
    `file_type_unknown`, `file_type_not_allowed`, `file_active`, `file_bomb`, `file_damaged`,
    `image_moves`, `file_infected`, `scanner_unreachable`. A citizen keeps only own files.
    """
    require(actor, "vault.keep")
    if actor.roles == {"citizen"} and owner_id != actor.person_id:
        raise no_such_file()
    ready = _examined(purpose_of(purpose), data)
    file_id = uuid4()
    with transaction.atomic():
        _run(
            "add_file",
            {
                "id": file_id,
                "purpose": purpose,
                "owner_id": owner_id,
                "roles": sorted(roles),
                "organisations": sorted(organisations),
                "at": at,
            },
        )
        return _keep(actor, file_id, purpose, ready, "vault.keep", at)


def add_version(*, actor: Actor, file_id: UUID, data: bytes, at: datetime) -> Kept:
    """Adds a version to a file that the actor may read; what was there before stays.

    Refuses: `not_permitted`, `no_such_file`, `file_erased`, and what `keep_file` refuses of bytes.
    """
    require(actor, "vault.keep")
    file = found_file(file_id)
    if file is None or not may_read(actor, file):
        raise no_such_file()
    ready = _examined(purpose_of(file.purpose), data)
    with transaction.atomic():
        _run("lock_file", {"file_id": file_id})
        _refuse_erased(found_file(file_id))
        return _keep(actor, file_id, file.purpose, ready, "vault.add_version", at)


def forget(*, actor: Actor, person_id: int, at: datetime) -> int:
    """Erases the bytes of all files of a person; the rows with their hashes stay.

    Answers how many files that were. The bytes go once the transaction is through; should the
    program die before, `sweep` takes them. Refuses: `not_permitted`.
    """
    if not (is_allowed(actor, "personal.own") and actor.person_id == person_id):
        require(actor, "personal.desk")
    with transaction.atomic():
        # In one order, so that nobody waits in a circle.
        own = sorted(row[0] for row in _run("files_of", {"person_id": person_id}))
        for file_id in own:
            _run("lock_file", {"file_id": file_id})
        facts = {"person_id": person_id, "actor": actor.name, "at": at}
        erased = [row[0] for row in _run("erase_of", facts)]
        if erased:
            write_audit(
                actor=actor,
                action="vault.forget",
                subject=f"person:{person_id}",
                facts={"files": len(erased)},
                at=at,
            )
        hashes = [bytes(row[0]) for row in _run("contents_of", {"file_ids": erased})]
        transaction.on_commit(lambda: _remove_dead(hashes))
    return len(erased)


def sweep(*, actor: Actor, at: datetime) -> int:
    """Removes what lies in the folder and belongs to no file: half-written, without row, erased.

    Only what is a day old is looked at, so nothing under way is touched; answers how many were
    removed. Refuses: `not_permitted`.
    """
    require(actor, "vault.sweep")
    removed = 0
    for path, sha256 in list(store.strays(at)):
        if sha256 is None:
            path.unlink(missing_ok=True)
            removed += 1
        else:
            removed += _remove_dead([sha256])
    return removed


def _examined(purpose: Purpose, data: bytes) -> _Ready:
    if not data:
        raise Invalid("file_empty", zh="文件是空的。", en="The file is empty.")
    if len(data) > purpose.bytes_max:
        # Rounded up: a file that is too large by a byte is still larger than the limit it reads.
        tenths = -(-len(data) // 100_000)
        raise Invalid(
            "file_too_large",
            zh="文件有 {size} MB，这里最多收 {most} MB。",
            en="The file has {size} MB; at most {most} MB are kept here.",
            size=f"{tenths // 10}.{tenths % 10}",
            most=purpose.bytes_max // 1_000_000,
        )
    media_type = types.detect(data)
    allowed = ", ".join(sorted(purpose.types))
    if not media_type:
        raise Invalid(
            "file_type_unknown",
            zh="按内容认不出类型的文件，这里不收；可以收：{allowed}。",
            en="The type of this file cannot be told from its content, so it is not kept;"
            " kept are: {allowed}.",
            allowed=allowed,
        )
    if media_type not in purpose.types:
        raise Invalid(
            "file_type_not_allowed",
            zh="这里不收这种文件。按内容看，它是 {found}；可以收：{allowed}。",
            en="Files of this type are not kept here. By its content it is {found};"
            " kept are: {allowed}.",
            found=media_type,
            allowed=allowed,
        )
    # What came is looked through, before any library of ours unpacks it.
    scan = scanning.scan(data)
    sent = hashlib.sha256(data).digest()
    if media_type in IMAGES:
        data = images.redraw(data, media_type)
    else:
        types.check_document(data, media_type)
    return _Ready(data, hashlib.sha256(data).digest(), sent, media_type, scan)


def _keep(
    actor: Actor, file_id: UUID, purpose: str, ready: _Ready, action: str, at: datetime
) -> Kept:
    size = len(ready.data)
    # Held until the end, so that nobody sweeps bytes between their file and their row.
    _run("lock_content", {"sha256": ready.sha256})
    if store.state(ready.sha256):
        store.write(ready.data, ready.sha256)
    facts = {"sha256": ready.sha256, "at": at}
    _run(
        "add_content",
        {**facts, "size": size, "media_type": ready.media_type, "scan": ready.scan},
    )
    version = {**facts, "file_id": file_id, "sent": ready.sent, "actor": actor.name}
    number = int(_run("add_version", version)[0][0])
    told: dict[str, object] = {
        "purpose": purpose,
        "version": number,
        "sha256": ready.sha256.hex(),
        "size": size,
        "media_type": ready.media_type,
        "scan": ready.scan,
    }
    write_audit(actor=actor, action=action, subject=f"file:{file_id}", facts=told, at=at)
    return Kept(file_id, number, ready.sha256, ready.sent, ready.media_type, size, ready.scan)


def _refuse_erased(file: File | None) -> None:
    if file is None or file.erased_at is not None:
        raise Conflict(
            "file_erased",
            zh="这个文件已经清除，不能再加新版本。",
            en="This file was erased; no version can be added.",
        )


def _remove_dead(hashes: Sequence[bytes]) -> int:
    """Removes bytes that no file consists of any more; each in a transaction of its own."""
    removed = 0
    for sha256 in sorted(hashes):
        with transaction.atomic():
            _run("lock_content", {"sha256": sha256})
            if not _run("is_live", {"sha256": sha256})[0][0]:
                store.remove(sha256)
                removed += 1
    return removed


def _run(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(ROOM, name), facts)
        return list(cursor.fetchall()) if cursor.description else []
