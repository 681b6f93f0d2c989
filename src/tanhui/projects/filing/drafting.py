"""A project while it is its owner's to write: begun, changed, its sites, given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.projects import library, papers, reading
from tanhui.projects.calls import intake
from tanhui.projects.choices import is_own
from tanhui.projects.filing import places
from tanhui.projects.filing.acting import audit, kept, move, own_project, require_state
from tanhui.projects.reading import Project
from tanhui.projects.statements import rows
from tanhui.rulebook import queries as rulebook

DRAFT_STATES = ("draft", "returned")
WHOLE_PPM = 1_000_000
_NAME_MOST, _NAME_EN_MOST, _ABOUT_MOST = 100, 200, 2000
_METER_MOST, _METERS_MOST = 60, 50


def start_project(
    *,
    actor: Actor,
    name_zh: str,
    name_en: str,
    methodology: str,
    about_zh: str = "",
    about_en: str = "",
    geometry: Mapping[str, Any] | None = None,
    simplified: bool = False,
    simulated: bool | None = None,
    at: datetime,
) -> str:
    """Begins a project of the actor's organisation as a draft; answers its code.

    `methodology` is an id or `id@version` that is in force; `geometry` GeoJSON in WGS84, taken from
    the sites when it is not given; only a small firm may file simplified. Refuses `not_permitted`,
    `project_name_invalid`, `methodology_not_in_force`, `not_a_project_methodology`,
    `methodology_of_another_city`, `not_a_small_firm`, `place_invalid`, `place_outside_city`.
    """
    require(actor, "projects.propose")
    if actor.organisation_id is None:
        raise reading.no_such_project()
    owner = organisations.organisation(actor.organisation_id)
    facts = _told(
        name_zh, name_en, about_zh, about_en, methodology, geometry, simplified, owner.small, at
    )
    with transaction.atomic():
        code = str(
            rows(
                "start",
                {
                    **facts,
                    "owner_id": owner.id,
                    "call": "",
                    "simulated": owner.simulated if simulated is None else simulated,
                    "at": at,
                },
            )[0][0]
        )
        audit(actor, reading.project(code), "start", at, methodology=facts["methodology"])
    return code


def change_project(
    *,
    actor: Actor,
    code: str,
    name_zh: str | None = None,
    name_en: str | None = None,
    about_zh: str | None = None,
    about_en: str | None = None,
    methodology: str | None = None,
    geometry: Mapping[str, Any] | None = None,
    simplified: bool | None = None,
    at: datetime,
) -> Project:
    """Changes what is said of a project that is a draft or was returned; None leaves as it is.

    Refuses as `start_project`, and `no_such_project`, `project_fixed`.
    """
    own_project(actor, code)
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, DRAFT_STATES)
        facts = _told(
            found.name_zh if name_zh is None else name_zh,
            found.name_en if name_en is None else name_en,
            found.about_zh if about_zh is None else about_zh,
            found.about_en if about_en is None else about_en,
            methodology or found.methodology,
            found.geometry if geometry is None else geometry,
            found.simplified if simplified is None else simplified,
            found.owner.small,
            at,
        )
        write_change(found, facts)
        audit(actor, found, "change", at)
    return reading.project(code)


def write_change(found: Project, changed: Mapping[str, Any]) -> None:
    """Writes a project's own words anew; what `changed` does not name stays."""
    rows(
        "change",
        {
            "id": found.id,
            "name_zh": found.name_zh,
            "name_en": found.name_en,
            "about_zh": found.about_zh,
            "about_en": found.about_en,
            "methodology": found.methodology,
            "digest": found.digest,
            "field": found.field,
            "call": found.call,
            "district": found.district,
            "geometry": Jsonb(found.geometry) if found.geometry else None,
            "simplified": found.simplified,
            **changed,
        },
    )


def set_sites(
    *, actor: Actor, code: str, sites: Sequence[Mapping[str, Any]], at: datetime
) -> Project:
    """Says anew where a project is done: per site `name`, `place` (GeoJSON in WGS84), `meters`
    (texts) and `share_ppm`; the shares are 1,000,000 together.

    Refuses `not_permitted`, `no_such_project`, `project_fixed`, `sites_missing`,
    `too_many_sites`, `site_invalid`, `meter_twice`, `shares_not_whole`, `place_invalid`,
    `place_outside_city`.
    """
    own_project(actor, code)
    read = [_site(number, told) for number, told in enumerate(sites, start=1)]
    _check_sites(read)
    whole = places.together([place for place, _ in read])
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, DRAFT_STATES)
        drawn = found.geometry is not None and not _made_of_sites(found)
        rows("set_sites", {"id": found.id, "sites": Jsonb([told for _, told in read])})
        if not drawn:
            write_change(found, _placed(places.as_geojson(whole)))
        audit(actor, found, "set_sites", at, sites=len(read))
    return reading.project(code)


def add_site(
    *,
    actor: Actor,
    code: str,
    name: str,
    place: Mapping[str, Any],
    meters: Sequence[str] = (),
    at: datetime,
) -> Project:
    """Adds a site; every site then has an equal share, the first what is left over.

    Refuses as `set_sites`.
    """
    found = own_project(actor, code)
    told: list[dict[str, Any]] = [
        {"name": site.name, "place": site.place, "meters": list(site.meters)}
        for site in papers.sites(found.id)
    ]
    told.append({"name": name, "place": place, "meters": list(meters)})
    share = WHOLE_PPM // len(told)
    for site in told:
        site["share_ppm"] = share
    told[0]["share_ppm"] = WHOLE_PPM - share * (len(told) - 1)
    return set_sites(actor=actor, code=code, sites=told, at=at)


def discard_project(*, actor: Actor, code: str, at: datetime) -> None:
    """Gives up a draft. Refuses `not_permitted`, `no_such_project`, `project_fixed`."""
    own_project(actor, code)
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, ("draft",))
        move(found, "withdrawn", at=at)
        audit(actor, found, "discard", at)


def _told(
    name_zh: str,
    name_en: str,
    about_zh: str,
    about_en: str,
    methodology: str,
    geometry: Mapping[str, Any] | None,
    simplified: bool,
    small: bool,
    at: datetime,
) -> dict[str, Any]:
    names = (name_zh.strip(), name_en.strip())
    abouts = (about_zh.strip(), about_en.strip())
    if (
        not 0 < len(names[0]) <= _NAME_MOST
        or not 0 < len(names[1]) <= _NAME_EN_MOST
        or any(len(about) > _ABOUT_MOST for about in abouts)
        or any("\0" in text for text in (*names, *abouts))
    ):
        raise Invalid(
            "project_name_invalid",
            zh="项目要有中文名（100 字以内）和英文名（200 字以内），说明各不超过 2,000 字。",
            en="A project has a Chinese name of at most 100 characters and an English one of at"
            " most 200; each description has at most 2,000.",
        )
    if simplified and not small:
        raise Invalid(
            "not_a_small_firm",
            zh="简化申报只限小微企业。请按完整申报准备材料。",
            en="Only a small or micro firm files simplified; prepare the full papers.",
        )
    facts: dict[str, Any] = {
        "name_zh": names[0],
        "name_en": names[1],
        "about_zh": abouts[0],
        "about_en": abouts[1],
        "simplified": simplified,
        **_rule(methodology, at),
    }
    if geometry is None:
        return {**facts, "district": "", "geometry": None}
    return {**facts, **_placed(places.as_geojson(places.read_place(geometry)))}


def _placed(geometry: Mapping[str, Any]) -> dict[str, Any]:
    district = places.district_of(places.read_place(geometry))
    return {"district": district, "geometry": Jsonb(dict(geometry))}


def _rule(reference: str, at: datetime) -> dict[str, str]:
    """The version of a methodology in force today, with its digest and the topic it lies in."""
    id, _, version = reference.partition("@")
    rule = rulebook.in_force("methodology", id, city_day(at))
    if rule is None or (version and version != rule.version):
        raise Conflict(
            "methodology_not_in_force",
            zh="方法学 {reference} 今天没有有效的已发布版本。",
            en="No published version of {reference} is in force today.",
            reference=reference,
        )
    document = library.document(rule.reference, rule.digest)
    if not is_own(rule):
        raise Conflict(
            "methodology_of_another_city",
            zh="{reference} 是外地的方法学，这里不能用来申报。",
            en="{reference} is another city's methodology; nothing is filed under it here.",
            reference=rule.reference,
        )
    return {"methodology": rule.reference, "digest": rule.digest, "field": document.topic}


def _site(number: int, told: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    name, meters, share = told.get("name"), told.get("meters", ()), told.get("share_ppm")
    well = (
        isinstance(name, str)
        and 0 < len(name.strip()) <= _NAME_MOST
        and "\0" not in name
        and isinstance(meters, list | tuple)
        and len(meters) <= _METERS_MOST
        and all(
            isinstance(meter, str) and 0 < len(meter.strip()) <= _METER_MOST for meter in meters
        )
        and all("\0" not in meter for meter in meters)
        and isinstance(share, int)
        and not isinstance(share, bool)
        and 0 < share <= WHOLE_PPM
        and isinstance(told.get("place"), Mapping)
    )
    if not well:
        raise Invalid(
            "site_invalid",
            zh="第 {number} 处地点没有填全：名称、位置、表计编号、份额。",
            en="Site {number} is not told in full: its name, place, meters and share.",
            number=number,
        )
    place = places.read_place(told["place"])
    return place, {
        "name": str(name).strip(),
        "place": places.as_geojson(place),
        "meters": [meter.strip() for meter in meters],
        "share_ppm": share,
    }


def _check_sites(read: Sequence[tuple[Any, Mapping[str, Any]]]) -> None:
    most = intake().sites_most
    if not read:
        raise sites_missing()
    if len(read) > most:
        raise Invalid(
            "too_many_sites",
            zh="一个项目最多打捆 {most} 处地点。",
            en="At most {most} sites are bundled in one project.",
            most=most,
        )
    meters = [meter.casefold() for _, told in read for meter in told["meters"]]
    if len(set(meters)) != len(meters):
        raise Invalid(
            "meter_twice",
            zh="同一个表计编号填了两次。",
            en="One meter is told twice.",
        )
    if sum(told["share_ppm"] for _, told in read) != WHOLE_PPM:
        raise Invalid(
            "shares_not_whole",
            zh="各处份额相加应为 100%。",
            en="The shares of the sites must add up to 100 %.",
        )


def sites_missing() -> Invalid:
    """The refusal of a project that is done nowhere."""
    return Invalid(
        "sites_missing",
        zh="至少填一处地点。",
        en="Tell at least one site.",
    )


def _made_of_sites(found: Project) -> bool:
    known = papers.sites(found.id)
    if not known:
        return False
    whole = places.together([places.read_place(site.place) for site in known])
    return places.as_geojson(whole) == found.geometry
