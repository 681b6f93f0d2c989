"""Projects that are paid for journeys which citizens make: claimed for a project, or waived.

`content/<city>/rides.toml` says which methodologies can claim which journeys; `claims.areas` keeps
what is claimed and refuses citizens' journeys there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from tanhui.claims import areas
from tanhui.claims.areas import Area, AreaWaiver
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid
from tanhui.projects import papers, reading
from tanhui.projects.reading import Project
from tanhui.projects.ride_rules import city_claims

_WORDS_MOST = 500


def claimed_modes(methodology: str, cells: Mapping[str, object]) -> tuple[str, ...]:
    """The modes whose journeys a design or a report claims; `cells` are as they are stored."""
    id, _, _ = methodology.partition("@")
    for claim in city_claims(settings.TANHUI.content_root):
        cell = cells.get(claim.scenario)
        if (
            claim.methodology == id
            and isinstance(cell, Mapping)
            and cell.get("choice") == claim.option
        ):
            return claim.modes
    return ()


@dataclass(frozen=True, slots=True)
class RideStanding:
    """Whose the journeys are that a project's design claims: `claimed` are the areas that it has,
    `waiver` what its builder has waived; with neither nothing is settled yet."""

    claimed: tuple[Area, ...]
    waiver: AreaWaiver | None


def ride_standing(found: Project) -> RideStanding | None:
    """How a project's journeys stand; None where its design claims none."""
    if not designed_modes(found):
        return None
    return RideStanding(tuple(areas.areas(found.code)), areas.waiver_of(found.code))


def designed_modes(found: Project) -> tuple[str, ...]:
    """The modes whose journeys the latest design of a project claims."""
    designs = papers.designs(found.id)
    return claimed_modes(found.methodology, designs[-1].cells) if designs else ()


def settle_rides(found: Project, *, first: date, last: date, at: datetime) -> None:
    """Claims the journeys that a project is registered for; nothing where it claims none.

    Called by the command that registers it, inside its transaction. Refuses
    `citizens_are_paid_here`, `area_claimed`, `area_unknown`.
    """
    if modes := designed_modes(found):
        areas.take_area(
            project=found.code, modes=modes, geometry=_area(found), first=first, last=last, at=at
        )


def check_rides(found: Project, *, first: date, last: date, at: datetime) -> None:
    """Refuses now what `settle_rides` would refuse; claims nothing."""
    if modes := designed_modes(found):
        areas.check_area(
            project=found.code, modes=modes, geometry=_area(found), first=first, last=last, at=at
        )


def _area(found: Project) -> dict[str, object]:
    places = [site.place for site in papers.sites(found.id)]
    return found.geometry or {"type": "GeometryCollection", "geometries": places}


def end_rides(found: Project, *, at: datetime) -> None:
    """Gives a project's journeys back to citizens from tomorrow on; called as `settle_rides`."""
    areas.end_area(project=found.code, at=at)


def require_rides(found: Project, cells: Mapping[str, object], *, first: date, last: date) -> None:
    """Refuses `rides_not_claimed` for a report of journeys that stay the citizens'."""
    if modes := claimed_modes(found.methodology, cells):
        areas.require_area(project=found.code, modes=modes, first=first, last=last)


def waive_rides(
    *, actor: Actor, code: str, words: str, until: date | None = None, at: datetime
) -> None:
    """Keeps that a builder waives its journeys, up to a day or at all, with where it says so.

    What it has claimed ends today. Refuses `not_permitted`, `no_such_project`, `person_unknown`,
    `waiver_words_missing`, `rides_not_designed` (the project claims no journeys),
    `area_waived_already`.
    """
    require(actor, "claims.waive")
    if actor.person_id is None:
        raise Forbidden(
            "person_unknown",
            zh="这一步须由登录的本人来走。",
            en="This step needs a person who is logged in.",
        )
    said = words.strip()
    if not 0 < len(said) <= _WORDS_MOST or "\0" in said:
        raise Invalid(
            "waiver_words_missing",
            zh="请写明建设方在哪份文件里放弃，{most} 字以内。",
            en="Say in which paper the builder waives, in at most {most} letters.",
            most=_WORDS_MOST,
        )
    with transaction.atomic():
        found = reading.project(code)
        if not designed_modes(found):
            raise Conflict(
                "rides_not_designed",
                zh="这个项目没有申报骑行步行减排。",
                en="This project claims no journeys.",
            )
        areas.end_area(project=code, at=at)
        areas.waive_area(project=code, until=until, words=said, person_id=actor.person_id, at=at)
        write_audit(
            actor=actor,
            action="projects.waive_rides",
            subject=found.subject,
            facts={"until": until.isoformat() if until else "", "words": said},
            at=at,
        )
