"""Who may read a file: its owner, certain roles, and the organisations that are named with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.vault.purposes import PURPOSES


@dataclass(frozen=True, slots=True)
class File:
    """One file of the vault; `erased_at` is set once its bytes are gone."""

    id: UUID
    purpose: str
    owner_id: int | None
    roles: frozenset[str]
    organisations: frozenset[int]
    erased_at: datetime | None


def may_read(actor: Actor, file: File) -> bool:
    """Whether the actor may know of the file and read it."""
    if actor.person_id is not None and actor.person_id == file.owner_id:
        return True
    if actor.organisation_id is not None and actor.organisation_id in file.organisations:
        return True
    purpose = PURPOSES.get(file.purpose)
    always = purpose.roles if purpose else frozenset()
    return bool(actor.roles & (file.roles | always | {"platform"}))


def no_such_file() -> NotFound:
    """The same answer whether there is none or it is not the actor's to know."""
    return NotFound(
        "no_such_file",
        zh="没有这个文件，或者你不能看它。",
        en="There is no such file, or you may not read it.",
    )
