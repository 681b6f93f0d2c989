"""What is known of other registers: their projects, and how much each told of its credits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from tanhui.kernel.refusals import NotFound
from tanhui.runtime.sql import load

_ROOM = "tanhui.projects.foreign"
LISTED_MAX = 200


@dataclass(frozen=True, slots=True)
class ForeignProject:
    """A project of another register, as its files tell it.

    `code` is how it is written here (`VCS-1736`), `number` how its own register writes it. Amounts
    are kilograms; places are WGS84 degrees. What no file told is empty or None.
    """

    id: int
    register: str
    code: str
    number: str
    name: str
    owner: str
    kind: str
    methodologies: tuple[str, ...]
    status: str
    country: str
    region: str
    place: str
    longitude: Decimal | None
    latitude: Decimal | None
    estimated_kg: int | None
    issued_kg: int | None
    listed_on: date | None
    registered_on: date | None
    crediting_first: date | None
    crediting_last: date | None
    website: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ForeignRegister:
    """Another register: how many projects and blocks it told, and kilograms by kind of block.

    Kinds are `issuance`, `holding`, `retirement` and `cancellation`.
    """

    name: str
    title_zh: str
    title_en: str
    projects: int
    blocks: int
    kg: dict[str, int]
    read_at: datetime


@dataclass(frozen=True, slots=True)
class ForeignCredit:
    """A block of another register; `first` and `last` are None where a file tells no serials."""

    kind: str
    kg: int
    serial: str
    vintage: int | None
    on_day: date | None
    beneficiary: str
    reason: str
    note: str
    first: int | None
    last: int | None


def registers() -> list[ForeignRegister]:
    """Every register of which a file was read, by name."""
    return [
        ForeignRegister(
            name=name,
            title_zh=title_zh,
            title_en=title_en,
            projects=projects,
            blocks=blocks,
            kg={kind: int(kg) for kind, kg in json.loads(kinds).items()},
            read_at=read_at,
        )
        for name, title_zh, title_en, projects, blocks, kinds, read_at in _rows("registers", {})
    ]


def foreign_project(code: str) -> ForeignProject:
    """The project written `code` here, such as `VCS-1736`; refuses `no_such_foreign_project`."""
    found = _rows("project", {"code": code})
    if not found:
        raise NotFound(
            "no_such_foreign_project",
            zh="没有读到过其他登记簿的项目“{code}”。",
            en="No project {code} of another register has been read.",
            code=code,
        )
    return _project(found[0])


def foreign_projects(
    *, register: str | None = None, words: str = "", after: int = 0, limit: int = 50
) -> list[ForeignProject]:
    """Projects by number, those of a register and with `words` in the name where given."""
    facts = {
        "register": register,
        "words": words.strip(),
        "after": after,
        "rows_max": min(limit, LISTED_MAX),
    }
    return [_project(row) for row in _rows("projects", facts)]


def foreign_credits(code: str, *, limit: int = 50) -> list[ForeignCredit]:
    """The blocks of one project that the latest files tell, by kind and serial."""
    facts = {"code": code, "rows_max": min(limit, LISTED_MAX)}
    return [ForeignCredit(*row) for row in _rows("credits", facts)]


def _project(row: tuple[Any, ...]) -> ForeignProject:
    cells = list(row)
    cells[7] = tuple(cells[7])
    return ForeignProject(*cells)


def _rows(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())
