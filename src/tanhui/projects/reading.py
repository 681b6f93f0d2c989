"""The rows of projects: one, a page, an owner's; and who may read what else there is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tanhui.governance.permissions import is_allowed
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.projects.papers import assignments
from tanhui.projects.statements import rows

SHOWN_MAX = 500
# Longer words are nobody's name.
_WORDS_MOST = 100
# The public sees a project once its papers are complete, and whatever becomes of it afterwards.
PUBLIC_STATES = (
    "complete",
    "noticed",
    "heard",
    "assigned",
    "verified",
    "proposed",
    "refusing",
    "registered",
    "refused",
    "struck_off",
    "ended",
)
STATES = (
    "draft",
    "filed",
    "returned",
    *PUBLIC_STATES[:-3],
    "refused",
    "withdrawn",
    "struck_off",
    "ended",
)
_DESKS = frozenset({"operator", "regulator", "auditor", "platform"})


@dataclass(frozen=True, slots=True)
class Project:
    """One project as it stands.

    `methodology` is `id@version`, `digest` that document's; `field` the topic it lies in (energy,
    forest, …); `district` the six-digit code of the district, empty where it lies in several;
    `geometry` GeoJSON in WGS84 or None. The crediting period has both days in it; it, `cap_kg` (a
    year, whole kilograms) and `buffer_percent` are there once it is registered. Times are aware.
    """

    id: int
    code: str
    owner_id: int
    name_zh: str
    name_en: str
    about_zh: str
    about_en: str
    methodology: str
    digest: str
    field: str
    call: str
    district: str
    geometry: dict[str, Any] | None
    simplified: bool
    simulated: bool
    state: str
    created_at: datetime
    filed_at: datetime | None
    registered_at: datetime | None
    ended_at: datetime | None
    cap_kg: int | None
    buffer_percent: int | None
    crediting_first: date | None
    crediting_last: date | None
    owner: Organisation

    @property
    def subject(self) -> str:
        """What its cases, findings and assignment are about."""
        return subject_of(self.code)

    @property
    def is_public(self) -> bool:
        """Whether everybody may see it."""
        return self.state in PUBLIC_STATES


def subject_of(code: str) -> str:
    """What a case about the project is about."""
    return f"project:{code}"


def project(code: str) -> Project:
    """The project of this code; refuses `no_such_project`."""
    return _one({"code": code.replace("\0", ""), "id": None})


def project_by_id(project_id: int) -> Project:
    """The project of this number; refuses `no_such_project`."""
    return _one({"code": None, "id": project_id})


def public_project(code: str) -> Project:
    """The project, if everybody may see it; refuses `no_such_project`."""
    found = project(code)
    if not found.is_public:
        raise no_such_project()
    return found


def readable(actor: Actor, code: str) -> Project:
    """The project with its papers, for those who take part: the owner, the body that verifies it
    or one of its periods, and the desks.

    Refuses `no_such_project`, the same for whoever may not know of it.
    """
    found = project(code)
    if not may_read(actor, found):
        raise no_such_project()
    return found


def may_read(actor: Actor, found: Project) -> bool:
    """Whether the actor may read the project's papers."""
    if actor.roles & _DESKS:
        return True
    if not is_allowed(actor, "projects.read") or actor.organisation_id is None:
        return False
    if "owner" in actor.roles:
        return found.owner_id == actor.organisation_id
    if "verifier" in actor.roles:
        given = assignments(project_id=found.id, verifier_id=actor.organisation_id)
        return any(each.why != "conflict" for each in given)
    return False


def projects_page(
    *,
    state: Sequence[str] = (),
    district: str | None = None,
    field: str | None = None,
    words: str = "",
    after: int | None = None,
    limit: int = 50,
) -> list[Project]:
    """A page of projects, the newest first; without `state`, what everybody may see.

    `words` are part of a name, of the owner's name, or the code; `after` is the number (id) of the
    last project of the page before.
    """
    words = " ".join(words.replace("\0", "").split())[:_WORDS_MOST]
    asked = {
        "states": list(state or PUBLIC_STATES),
        "district": district,
        "field": field,
        "words": words,
        "owner_ids": _owners_called(words) if words else [],
        "before": after,
        "rows_max": limit,
    }
    return _projects(rows("page_called" if words else "page", asked))


def projects_of(owner_id: int) -> list[Project]:
    """An organisation's projects, the newest first."""
    return _projects(rows("of_owner", {"owner_id": owner_id, "rows_max": SHOWN_MAX}))


def projects_by_id(ids: Sequence[int]) -> dict[int, Project]:
    """Projects by their numbers."""
    return {found.id: found for found in _projects(rows("of_ids", {"ids": list(ids)}))}


def projects_in(states: Sequence[str], *, limit: int = SHOWN_MAX) -> list[Project]:
    """Projects in these states, the longest filed first."""
    return _projects(rows("in_states", {"states": list(states), "rows_max": limit}))


def counts() -> dict[str, int]:
    """How many projects are in each state."""
    return dict(rows("counts", {}))


def no_such_project() -> NotFound:
    """The same answer whether there is none or it is not the actor's to know."""
    return NotFound(
        "no_such_project",
        zh="没有这个项目，或者你不能看它。",
        en="There is no such project, or you may not see it.",
    )


def _one(asked: Mapping[str, Any]) -> Project:
    found = _projects(rows("project", asked))
    if not found:
        raise no_such_project()
    return found[0]


def _projects(found: Sequence[Sequence[Any]]) -> list[Project]:
    owners = organisations.organisations(ids={row[2] for row in found}) if found else {}
    told = []
    for row in found:
        values = [*row, owners[row[2]]]
        values[12] = None if row[12] is None else json.loads(row[12])
        told.append(Project(*values))
    return told


def _owners_called(words: str) -> list[int]:
    wanted = words.casefold()
    return [
        owner.id
        for owner in organisations.organisations(role="owner").values()
        if wanted in f"{owner.name_zh} {owner.name_en} {owner.code}".casefold()
    ]
