"""Which of many projects, here and elsewhere, are like one; and what persons say of it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.db import connection

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound
from tanhui.projects.likeness import commands
from tanhui.projects.likeness.queries import findings, require_distinct, waivers
from tanhui.projects.queries import project
from tests.cast import NOW
from tests.path_two import PathTwo, seat_path_two

_DIGEST = f"sha256:{'a' * 64}"
HERE = (104.05, 30.65)


def square(west: float, south: float, size: float = 0.004) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def asked(statement: str, *facts: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)  # type: ignore[arg-type]
        return cursor.fetchone()[0]


def began(
    owner_id: int,
    name_zh: str,
    name_en: str,
    *,
    place: dict[str, Any] | None = None,
    meters: tuple[str, ...] = (),
    filed: bool = True,
) -> str:
    """A project as its owner files it, by the functions that the commands use."""
    code: str = asked(
        "SELECT projects_start(%s, %s, %s, '', '', 'energy-substitution.chengdu@1.0.0', %s,"
        " 'energy', '2026', '510112', %s::jsonb, FALSE, TRUE, %s)",
        *(owner_id, name_zh, name_en, _DIGEST, json.dumps(place) if place else None, NOW),
    )
    number = project(code).id
    sites = [{"name": "一号", "place": place, "meters": list(meters), "share_ppm": 1_000_000}]
    if place:
        asked("SELECT projects_set_sites(%s, %s::jsonb)", number, json.dumps(sites))
    if filed:
        move = "SELECT projects_move(%s, 'draft', 'filed', NULL, NULL, NULL, %s)"
        asked(move, number, NOW)
    return code


@pytest.fixture
def cast(db: None) -> PathTwo:
    del db
    return seat_path_two()


def furnace(cast: PathTwo) -> str:
    return began(
        cast.organisation("GLASS"),
        "玻璃窑炉气改电",
        "Glass furnace from gas to electricity",
        place=square(*HERE),
        meters=("GL-2021-001",),
    )


def test_the_same_furnace_under_another_owner_is_barred_until_it_is_waived(cast: PathTwo) -> None:
    first = furnace(cast)
    again = began(
        cast.organisation("VILLAGE"),
        "工业炉节能改造",
        "Industrial kiln retrofit",
        place=square(HERE[0] + 0.001, HERE[1]),
        meters=("gl 2021 001", "GL-9"),
    )
    number = project(again).id
    found = findings(number)
    assert [(each.other, each.barred) for each in found] == [(first, True)]
    assert [reason.kind for reason in found[0].reasons][:2] == ["meter", "geometry"]
    with pytest.raises(Conflict) as caught:
        require_distinct(number)
    assert caught.value.code == "same_project_suspected"

    bureau = cast.actor("regulator")
    commands.waive_likeness(
        actor=bureau, code=again, other=first, words="现场核对：两台炉子共用厂区总表。", at=NOW
    )
    require_distinct(number)
    assert findings(number)[0].waived.startswith("现场核对")
    assert [waiver.other for waiver in waivers(number)] == [first]
    with pytest.raises(Conflict) as twice:
        commands.waive_likeness(actor=bureau, code=again, other=first, words="再说", at=NOW)
    assert twice.value.code == "likeness_waived_already"


def test_waivers_are_refused_without_words_a_likeness_or_the_right(cast: PathTwo) -> None:
    code, bureau = furnace(cast), cast.actor("regulator")

    def waive(actor: Actor, words: str) -> str:
        with pytest.raises((Invalid, NotFound, Forbidden)) as caught:
            commands.waive_likeness(actor=actor, code=code, other="CDCER-9999", words=words, at=NOW)
        return caught.value.code

    assert waive(bureau, " ") == "words_missing"
    assert waive(bureau, "字" * 501) == "words_too_long"
    assert waive(bureau, "没有这一条") == "no_such_likeness"
    assert waive(cast.actor("owner-glass"), "自己放弃") == "not_permitted"


def test_drafts_and_strangers_are_compared_with_nothing(cast: PathTwo) -> None:
    code = furnace(cast)
    began(
        cast.organisation("GLASS"),
        "玻璃窑炉气改电",
        "Glass furnace from gas to electricity",
        place=square(*HERE),
        filed=False,
    )
    began(cast.organisation("FOREST"), "森林公园碳汇", "Forest park", place=square(104.3, 30.4))
    assert findings(project(code).id) == []
    assert findings(10**9) == []


def test_a_name_of_another_register_is_found_whatever_its_case(cast: PathTwo) -> None:
    asked("INSERT INTO projects_foreign_register VALUES ('verra', '', '', %s) RETURNING 1", NOW)
    importing = (
        "INSERT INTO projects_foreign_import (register, file_name, sha256, outcome, at)"
        " VALUES ('verra', 'a.csv', sha256(''), '{}', %s) RETURNING id"
    )
    asked(
        "INSERT INTO projects_foreign_project (register, code, number, name, owner, kind,"
        " methodologies, status, country, region, place, longitude, latitude, website, read_at,"
        " import_id) VALUES ('verra', 'VCS-9001', '9001', 'GLASS FURNACE FROM GAS TO ELECTRICITY',"
        " 'Plain Nipro Glassworks', '', '{}', '', '', '', '', %s, %s, '', %s, %s) RETURNING id",
        *(HERE[0] + 0.002, HERE[1] + 0.002, NOW, asked(importing, NOW)),
    )
    found = findings(project(furnace(cast)).id)
    assert [(each.other, each.register) for each in found] == [("VCS-9001", "verra")]
    assert {"geometry", "name", "owner_name"} <= {reason.kind for reason in found[0].reasons}
    assert found[0].barred


def test_a_project_is_compared_with_thousands_in_a_moment(cast: PathTwo) -> None:
    code = furnace(cast)
    asked(
        "SELECT count(projects_move(told.id, 'draft', 'filed', NULL, NULL, NULL, %s)) FROM ("
        "SELECT substr(projects_start(%s, '低碳设施 ' || n, 'Low-carbon plant ' || n, '', '',"
        " 'photovoltaic.chengdu@1.0.0', %s, 'energy', '2026', '510112', jsonb_build_object("
        "'type', 'Point', 'coordinates', jsonb_build_array(103 + n %% 200 / 100.0,"
        " 30 + n / 20000.0)), FALSE, TRUE, %s), 7)::bigint AS id FROM generate_series(1, 3000)"
        " AS n) AS told",
        *(NOW, cast.organisation("FOREST"), _DIGEST, NOW),
    )
    number = project(code).id
    findings(number)
    begun = time.perf_counter()
    findings(number)
    assert time.perf_counter() - begun < 1
