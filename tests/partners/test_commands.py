"""Partners are registered once, and their riders belong to one citizen each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import psycopg
import pytest
from django.conf import settings
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance.models import AuditRow
from tanhui.identity.commands import register_simulated
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, NotFound
from tanhui.partners import queries
from tanhui.partners.commands import bind_riders, register_partner
from tanhui.partners.models import Rider
from tanhui.partners.riders import NOBODY, byte_strings, rider_digests
from tests.cast import BIKE, BIKE_DESK, CITIZEN, LIN_RIDER, NOW, OPERATOR, ZHOU_RIDER, register_bike

pytestmark = pytest.mark.database


def _bind(riders: list[str], citizens: list[int], actor: Actor | None = None) -> None:
    desk = replace(BIKE_DESK, organisation_id=queries.partner(BIKE).id)
    register_simulated(actor=OPERATOR, count=20, at=NOW)
    bind_riders(actor=actor or desk, partner_code=BIKE, riders=riders, citizen_ids=citizens, at=NOW)


def _citizens(riders: list[str]) -> list[int]:
    book = queries.rider_book(queries.partner(BIKE).id)
    digests = rider_digests(settings.TANHUI.reference_key, byte_strings(riders))
    return book.citizens_of(digests).tolist()


@pytest.mark.usefixtures("books")
def test_registering_again_with_the_same_content_is_the_same_partner() -> None:
    assert register_bike() == register_bike()
    assert [partner.code for partner in queries.partners()] == [BIKE]
    assert AuditRow.objects.filter(action="partner.register").count() == 1


@pytest.mark.usefixtures("books")
def test_registering_again_with_other_content_is_refused() -> None:
    register_bike()
    with pytest.raises(Conflict) as refused:
        register_partner(
            actor=OPERATOR,
            code=BIKE,
            name_zh="别家单车",
            name_en="Other Bikes",
            scene="shared-bike",
            simulated=True,
            at=NOW,
        )
    assert refused.value.code == "partner_exists"
    assert queries.partner(BIKE).name_zh == "锦城单车"


@pytest.mark.usefixtures("books")
def test_only_the_operator_registers_a_partner() -> None:
    with pytest.raises(Forbidden):
        register_partner(
            actor=BIKE_DESK,
            code="MINE",
            name_zh="我",
            name_en="Mine",
            scene="shared-bike",
            simulated=True,
            at=NOW,
        )
    assert queries.partners() == []


@pytest.mark.usefixtures("books")
def test_an_unknown_partner_is_refused_by_its_code() -> None:
    with pytest.raises(NotFound) as refused:
        queries.partner("HOVER")
    assert refused.value.code == "no_such_partner"
    assert "HOVER" in refused.value.en


@pytest.mark.usefixtures("books")
def test_riders_are_found_by_their_names_and_strangers_are_nobody() -> None:
    register_bike()
    _bind([LIN_RIDER, ZHOU_RIDER, "骑手-7"], [11, 12, 17])
    assert _citizens(["骑手-7", "stranger", LIN_RIDER, ZHOU_RIDER, LIN_RIDER]) == [
        17,
        NOBODY,
        11,
        12,
        11,
    ]


@pytest.mark.usefixtures("books")
def test_a_partner_without_riders_knows_nobody() -> None:
    register_bike()
    assert _citizens([LIN_RIDER]) == [NOBODY]


@pytest.mark.usefixtures("books")
def test_only_a_digest_of_a_rider_is_kept() -> None:
    partner_id = register_bike()
    _bind([LIN_RIDER], [11])
    row = Rider.objects.get()
    kept = rider_digests(settings.TANHUI.reference_key, np.array([LIN_RIDER.encode()]))
    assert (row.partner_id, row.rider_digest, row.citizen_id) == (partner_id, kept[0], 11)


@pytest.mark.usefixtures("books")
def test_binding_again_changes_nothing_and_elsewhere_is_refused_whole() -> None:
    register_bike()
    _bind([LIN_RIDER], [11])
    _bind([LIN_RIDER], [11])
    with pytest.raises(Conflict) as refused:
        _bind([ZHOU_RIDER, LIN_RIDER], [12, 12])
    assert refused.value.code == "rider_bound_elsewhere"
    assert _citizens([LIN_RIDER, ZHOU_RIDER]) == [11, NOBODY]


@pytest.mark.usefixtures("books")
def test_one_rider_cannot_be_two_citizens_at_once() -> None:
    register_bike()
    with pytest.raises(Conflict):
        _bind([LIN_RIDER, LIN_RIDER], [11, 12])
    assert _citizens([LIN_RIDER]) == [NOBODY]


@pytest.mark.usefixtures("books")
def test_a_rider_is_not_bound_to_a_number_that_nobody_has() -> None:
    register_bike()
    with pytest.raises(NotFound) as refused:
        _bind([LIN_RIDER, ZHOU_RIDER], [11, 21])
    assert refused.value.code == "no_such_citizen"
    assert _citizens([LIN_RIDER]) == [NOBODY]


@pytest.mark.usefixtures("books")
def test_a_partner_binds_no_riders_of_another() -> None:
    register_bike()
    with pytest.raises(Forbidden) as refused:
        _bind([LIN_RIDER], [11], actor=replace(BIKE_DESK, organisation_id=7))
    assert refused.value.code == "not_permitted"


@pytest.mark.usefixtures("books")
def test_a_citizen_binds_no_riders() -> None:
    register_bike()
    with pytest.raises(Forbidden):
        _bind([LIN_RIDER], [11], actor=CITIZEN)


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE partners_partner SET name_zh = 'x'",
        "DELETE FROM partners_partner",
        "TRUNCATE partners_partner CASCADE",
        "UPDATE partners_rider SET citizen_id = 1",
        "TRUNCATE partners_rider",
    ],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)


@pytest.mark.parametrize("code", ["bike", "B", "B IKE", "1BIKE", "B" * 17, ""])
def test_a_code_has_a_form(books: Database, code: str) -> None:
    statement = (
        "INSERT INTO partners_partner (code, name_zh, name_en, scene, simulated, registered_at)"
        " VALUES (%s, '', '', '', true, now())"
    )
    with (
        psycopg.connect(books.owner_url) as owner,
        pytest.raises(errors.CheckViolation) as refused,
    ):
        owner.execute(statement, [code])
    assert refused.value.diag.constraint_name == "partners_partner_code"
