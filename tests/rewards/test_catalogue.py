"""Offers from a draft to the shelf: by whom, within which bounds, and what never changes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from PIL import Image
from pytest_django import Settings

from tanhui.cases.reading import city_kinds
from tanhui.governance.permissions import PERMISSIONS
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tanhui.rewards import catalogue, offer_acts, queries
from tanhui.rewards.code_files import read_codes
from tanhui.rewards.codes import import_codes
from tanhui.rewards.levels import level_at
from tanhui.rewards.redeeming import confirm_redemption, reserve_reward
from tests.cast import NOW
from tests.path_two import PathTwo, seat_path_two
from tests.rewards import offers
from tests.rewards.mall import open_mall
from tests.rewards.offers import METRO, TEA, TICKETS

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def cast(db: None, settings: Settings, tmp_path: Path) -> PathTwo:
    """Merchants, sponsors and the operator at their desks."""
    del db
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    return seat_path_two()


@contextmanager
def refuses(code: str) -> Iterator[None]:
    """What is done inside is refused by this code, and nothing of it stays."""
    with pytest.raises(Refusal) as caught, transaction.atomic():
        yield
    assert caught.value.code == code, caught.value
    assert caught.value.zh != caught.value.en


def test_an_offer_reaches_the_shelf_by_a_merchant_and_two_persons(cast: PathTwo) -> None:
    merchant, first, second = (cast.actor(one) for one in ("merchant", "operator", "operator-2"))
    code = offers.drafted(cast)
    assert code.startswith("R-")
    assert len(code) == 6
    assert offer_acts.standing(queries.offer(code)).state == "draft"
    with refuses("no_such_offer"):
        queries.shelved(code, NOW)
    catalogue.submit_offer(actor=merchant, offer_code=code, at=NOW)
    with refuses("offer_fixed"):
        catalogue.change_offer(actor=merchant, offer_code=code, fields=TEA, at=NOW)
    with refuses("not_permitted"):
        catalogue.approve_offer(actor=merchant, offer_code=code, at=NOW)
    with refuses("reason_missing"):
        catalogue.return_offer(actor=first, offer_code=code, words=" ", at=NOW)
    catalogue.return_offer(actor=first, offer_code=code, words="价格写错了", at=NOW)
    assert offer_acts.standing(queries.offer(code)).state_zh == "已退回"
    cheaper = replace(TEA, price_points=240)
    catalogue.change_offer(actor=merchant, offer_code=code, fields=cheaper, at=NOW)
    catalogue.submit_offer(actor=merchant, offer_code=code, at=NOW)
    catalogue.approve_offer(actor=first, offer_code=code, at=NOW)
    with refuses("own_earlier_step"):
        catalogue.publish_offer(actor=first, offer_code=code, at=NOW)
    # Were the case's file wrong, the database would still want two persons.
    with refuses("two_persons_decide"):
        offer_acts.move(queries.offer(code), "published", approver=7, publisher=7, at=NOW)
    found = catalogue.publish_offer(actor=second, offer_code=code, at=NOW)
    assert (found.state, found.price_points, found.published_at) == ("published", 240, NOW)
    assert [each.offer.code for each in queries.shelf(at=NOW)] == [code]
    with refuses("offer_not_submitted"):
        catalogue.withdraw_offer(actor=merchant, offer_code=code, at=NOW)
    closed = catalogue.close_offer(actor=merchant, offer_code=code, at=NOW)
    assert (closed.state, closed.closed_at) == ("closed", NOW)
    assert not queries.shelf(at=NOW)
    with refuses("offer_moved"):
        catalogue.close_offer(actor=merchant, offer_code=code, at=NOW)


def test_who_wrote_for_a_merchant_does_not_approve_it(cast: PathTwo) -> None:
    operator = cast.actor("operator")
    merchant_id = cast.organisation("TEAHOUSE")
    with refuses("not_a_merchant"):
        catalogue.draft_offer(actor=operator, fields=TEA, at=NOW)
    with refuses("not_a_merchant"):
        catalogue.draft_offer(
            actor=operator, fields=TEA, merchant_id=cast.organisation("FUND"), at=NOW
        )
    code = catalogue.draft_offer(actor=operator, fields=TEA, merchant_id=merchant_id, at=NOW)
    catalogue.submit_offer(actor=operator, offer_code=code, at=NOW)
    with refuses("own_earlier_step"):
        catalogue.approve_offer(actor=operator, offer_code=code, at=NOW)
    catalogue.approve_offer(actor=cast.actor("operator-2"), offer_code=code, at=NOW)
    assert catalogue.publish_offer(actor=operator, offer_code=code, at=NOW).state == "published"


def test_a_refusal_is_final_and_a_withdrawal_is_not(cast: PathTwo) -> None:
    merchant, operator = cast.actor("merchant"), cast.actor("operator")
    code = offers.submitted(cast)
    with refuses("offer_moved"):
        catalogue.close_offer(actor=merchant, offer_code=code, at=NOW)
    assert catalogue.withdraw_offer(actor=merchant, offer_code=code, at=NOW).state == "draft"
    assert offer_acts.standing(queries.offer(code)).state == "draft"
    later = NOW + timedelta(hours=1)
    catalogue.submit_offer(actor=merchant, offer_code=code, at=later)
    words = "与登记的经营范围不符"
    catalogue.refuse_offer(actor=operator, offer_code=code, words=words, at=later)
    assert offer_acts.standing(queries.offer(code)).state_zh == "未通过"
    with refuses("offer_moved"):
        catalogue.submit_offer(actor=merchant, offer_code=code, at=later)
    draft = offers.drafted(cast)
    assert catalogue.close_offer(actor=merchant, offer_code=draft, at=NOW).state == "closed"


def test_nobody_writes_anothers_offer(cast: PathTwo) -> None:
    code = offers.drafted(cast)
    for persona in ("merchant-2", "merchant-3"):
        other = cast.actor(persona)
        for act in (
            lambda by: catalogue.change_offer(actor=by, offer_code=code, fields=TEA, at=NOW),
            lambda by: catalogue.submit_offer(actor=by, offer_code=code, at=NOW),
            lambda by: catalogue.close_offer(actor=by, offer_code=code, at=NOW),
            lambda by: catalogue.set_picture(actor=by, offer_code=code, data=b"x", at=NOW),
            lambda by: import_codes(actor=by, offer_code=code, data=b"x", at=NOW),
            lambda by: offer_acts.readable(by, code),
        ):
            with refuses("no_such_offer"):
                act(other)
    for persona in ("sponsor", "lin-xiao", "auditor"):
        with refuses("not_permitted"):
            catalogue.draft_offer(actor=cast.actor(persona), fields=TEA, at=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"title_zh": " "},
        {"title_zh": "茶" * 41},
        {"title_en": "tea\x07"},
        {"price_points": 0},
        {"price_points": 1_000_001},
        {"value_fen": -1},
        {"valid_days": 367},
        {"person_max": 0},
        {"min_level": 4},
        {"kind": "lottery"},
        {"delivery": "none"},
        {"category": "games"},
        {"art": "../secret"},
        {"release": "auction"},
        {"district": "110101"},
    ],
)
def test_an_offer_out_of_bounds_is_refused(cast: PathTwo, changed: dict[str, Any]) -> None:
    with refuses("offer_invalid"):
        offers.drafted(cast, **changed)


def test_both_names_are_needed_to_hand_in(cast: PathTwo) -> None:
    code = offers.drafted(cast, title_en="")
    with refuses("titles_missing"):
        catalogue.submit_offer(actor=cast.actor("merchant"), offer_code=code, at=NOW)


def test_codes_are_imported_once_and_good_rows_of_a_bad_file_count(cast: PathTwo) -> None:
    tickets = cast.actor(TICKETS)
    first, other = (offers.drafted(cast, METRO, by=TICKETS) for _ in range(2))
    data = "序号,券码\n1,CD-0001\n2,CD-0002\n3,CD-0001\n4,有汉字的码\n5,1.23457E+11\n\n6,CD-0003\n"
    told = import_codes(
        actor=tickets, offer_code=first, data=data.encode("gb18030"), filename="a.csv", at=NOW
    )
    assert (told.rows, told.imported, told.duplicates, told.refused) == (6, 3, 1, 2)
    assert [(line.number, line.why) for line in told.lines] == [
        (4, "twice"),
        (5, "malformed"),
        (6, "shortened"),
    ]
    again = import_codes(
        actor=tickets, offer_code=other, data=b"\xef\xbb\xbfCD-0003\r\nCD-0004\r\n", at=NOW
    )
    assert (again.rows, again.imported, again.duplicates) == (2, 1, 1)
    assert again.lines[0].zh == "以前导入过"
    count = catalogue.code_counts([queries.offer(first).id])[queries.offer(first).id]
    assert (count.brought, count.free) == (3, 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(code_sealed, 'escape'), '') FROM rewards_code")
        assert "CD-000" not in cursor.fetchone()[0]
    tea = offers.drafted(cast)
    with refuses("offer_takes_no_codes"):
        import_codes(actor=cast.actor("merchant"), offer_code=tea, data=b"CD-9", at=NOW)
    with refuses("codes_imported"):
        catalogue.change_offer(actor=tickets, offer_code=first, fields=TEA, at=NOW)
    catalogue.close_offer(actor=tickets, offer_code=first, at=NOW)
    with refuses("offer_fixed"):
        import_codes(actor=tickets, offer_code=first, data=b"CD-0009", at=NOW)


def test_a_code_is_promised_once_also_to_who_has_not_said_yes(db: None) -> None:
    del db
    mall = open_mall()
    merchant = mall.actor("merchant")
    code = mall.offer(delivery="code", kind="ticket")
    import_codes(actor=merchant, offer_code=code, data=b"CD-0001\nCD-0002", at=NOW)
    with refuses("codes_missing"):
        mall.stock(code, 3)
    mall.stock(code, 2)
    held = reserve_reward(actor=mall.citizen(), offer_code=code, units=1, key="k", at=NOW)
    with refuses("codes_missing"):
        mall.stock(code, 1)
    import_codes(actor=merchant, offer_code=code, data=b"CD-0003", at=NOW)
    mall.stock(code, 1)
    confirm_redemption(actor=mall.citizen(), redemption_id=held.id, at=NOW)
    assert queries.codes_of(mall.lin, held.id) == ["CD-0001"]


def test_a_file_that_holds_no_codes_is_refused() -> None:
    for data, code in (
        (b"", "codes_empty"),
        (b"code\n\n", "codes_empty"),
        (b"PK\x03\x04\x00\x00", "codes_unreadable"),
        (b"\xff\xff\xff", "codes_unreadable"),
        (b"ABCD\n" * 50_001, "too_many_codes"),
    ):
        with refuses(code):
            read_codes(data)
    assert list(read_codes(b'"AB,CD";x;y\n').codes) == ["AB,CD"]
    assert list(read_codes(b'="00012345",x\n"=""00012346""",x\n').codes) == ["00012345", "00012346"]
    halves = read_codes(b'code,about\nAB-0001,"two\nlines"\nAB-0002,x\n')
    assert (list(halves.codes), [line.number for line in halves.lines]) == (["AB-0002"], [2, 3])


def test_a_picture_is_drawn_anew_and_kept_with_the_offer(cast: PathTwo) -> None:
    merchant = cast.actor("merchant")
    code = offers.drafted(cast)
    assert catalogue.picture(queries.offer(code)) is None
    sent = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(sent, "JPEG", comment=b"from a phone")
    catalogue.set_picture(actor=merchant, offer_code=code, data=sent.getvalue(), at=NOW)
    shown = catalogue.picture(queries.offer(code))
    assert shown is not None
    assert b"from a phone" not in shown.data
    catalogue.submit_offer(actor=merchant, offer_code=code, at=NOW)
    with refuses("offer_fixed"):
        catalogue.set_picture(actor=merchant, offer_code=code, data=sent.getvalue(), at=NOW)


def test_levels_follow_the_reduction() -> None:
    titles = [level_at(mg).title_zh for mg in (-1, 0, 4_999_999, 5_000_000, 10**12)]
    assert titles == ["起步", "起步", "起步", "同行", "雪山"]


def test_the_platform_closes_what_nobody_pays_for(cast: PathTwo) -> None:
    code = offers.published(cast).code
    with refuses("not_permitted"):
        catalogue.close_offer(actor=cast.actor("regulator"), offer_code=code, at=NOW)
    assert catalogue.close_offer(actor=platform_actor(), offer_code=code, at=NOW).state == "closed"
    assert "platform" not in PERMISSIONS["rewards.offer"]


# The attacks run as the application's role.
ATTACKS = {
    "a price that changes": "UPDATE rewards_offer SET price_points = 1",
    "an offer that was never approved": "UPDATE rewards_offer SET state = 'published'",
    "an offer out of nowhere": "INSERT INTO rewards_offer (code, merchant_id, kind, delivery,"
    " category, title_zh, title_en, price_points, value_fen, valid_days, made_at, state,"
    " published_at) SELECT 'R-9', merchant_id, kind, delivery, category, 'x', 'x', 1, 1, 1,"
    " now(), 'published', now() FROM rewards_offer LIMIT 1",
    "a publication by hand": "INSERT INTO rewards_publication SELECT id, 1, 2, now()"
    " FROM rewards_offer",
    "a code that is taken away": "DELETE FROM rewards_code",
    "one person twice": "SELECT rewards_move_offer(code, 'approved', 'published', 7, 7, now())"
    " FROM rewards_offer WHERE state = 'approved'",
    "a way that is none": "SELECT rewards_move_offer(code, state, 'published', 7, 8, now())"
    " FROM rewards_offer WHERE state = 'draft'",
    "an offer that comes back": "SELECT rewards_move_offer(code, state, 'published', 7, 8, now())"
    " FROM rewards_offer WHERE state = 'closed'",
    "a draft that was handed in": "SELECT rewards_change_offer(code, to_jsonb(offer))"
    " FROM rewards_offer AS offer WHERE state <> 'draft'",
    "a picture of what is published": "SELECT rewards_set_picture(code, gen_random_uuid())"
    " FROM rewards_offer WHERE state = 'published'",
    "a code that is brought twice": "INSERT INTO rewards_code (merchant_id, offer_id, code_hash,"
    " code_sealed, imported_at) SELECT merchant_id, offer_id, code_hash, code_sealed, now()"
    " FROM rewards_code",
}


@pytest.mark.database
def test_what_is_on_the_shelf_cannot_be_changed_by_hand(cast: PathTwo) -> None:
    merchant = cast.actor("merchant")
    offers.published(cast)
    offers.approved(cast)
    catalogue.close_offer(actor=merchant, offer_code=offers.published(cast).code, at=NOW)
    draft = offers.drafted(cast, METRO, by=TICKETS)
    import_codes(actor=cast.actor(TICKETS), offer_code=draft, data=b"CD-0001", at=NOW)
    for name, statement in ATTACKS.items():
        assert attacked(statement), name


def attacked(statement: str) -> bool:
    """Whether the database refuses a statement of the application's role."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_every_state_of_an_offer_fits_its_case(settings: Settings) -> None:
    kind = city_kinds(settings.TANHUI.content_root).newest("reward-offer")
    assert kind.counts_persons("approve")
    assert kind.counts_persons("publish")
    nobody = Actor("program", frozenset({"operator"}))
    with refuses("no_such_offer"):
        catalogue.approve_offer(actor=nobody, offer_code="R-0000", at=NOW)
