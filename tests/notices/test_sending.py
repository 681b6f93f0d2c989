"""What goes outside: only what was chosen, not at night, not too often, and never lost silently."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection

from tanhui.identity.commands import platform_actor
from tanhui.identity.consents import commands as consents
from tanhui.identity.consents import queries as consent_queries
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid
from tanhui.notices import queries
from tanhui.notices.choosing import (
    add_mail,
    bind_wechat,
    choose,
    grant_subscribe,
    prove_mail,
    remove_mail,
)
from tanhui.notices.commands import Notice, queue_notices
from tanhui.notices.gateways.ways import Answer, Ways
from tanhui.notices.sending import send_due
from tests.cast import NOW, OPERATOR
from tests.notices.conftest import PHONE, Told, citizen

PLATFORM = platform_actor()
MAIL = "lin.xiao@example.com"


def notice(person: int, key: str = "k") -> Notice:
    """One about points that expire."""
    return Notice(person, "expiry-7", {"points": 86, "date": "2026-12-31"}, key)


def rows(person: int) -> list[tuple[str, str, int, str | None]]:
    """What became of each sending."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT channel, state, attempts, reason FROM notices_sending WHERE person_id = %s"
            " ORDER BY channel, at",
            [person],
        )
        return list(cursor.fetchall())


def want(person: int, told: Told, *channels: str) -> None:
    """Chooses these ways for points that expire."""
    choices = {("expiry", channel): True for channel in channels}
    choose(actor=citizen(person), choices=choices, at=NOW, ways=told.ways())


def test_nothing_goes_outside_that_nobody_chose(person: int, told: Told) -> None:
    queue_notices(notices=[notice(person)], at=NOW)
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 0
    assert rows(person) == []


def test_a_text_goes_to_the_phone_in_the_persons_language_and_once(person: int, told: Told) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 1
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 0
    ((channel, address, text),) = told.sent
    assert (channel, address) == ("sms", PHONE)
    assert text == "86 积分 2026 年 12 月 31 日到期，可兑换、捐出或暂停到期。"
    assert rows(person) == [("sms", "sent", 1, None)]
    assert queries.inbox(person_id=person)[0].sent == ("sms",)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_person SET locale = 'en' WHERE id = %s", [person])
    queue_notices(notices=[notice(person, "again")], at=NOW)
    send_due(actor=PLATFORM, at=NOW, ways=told.ways())
    assert told.sent[1][2] == "86 points expire on 31 Dec 2026. Redeem, give or pause."


def test_choosing_gives_the_consent_and_the_last_no_takes_it_back(person: int, told: Told) -> None:
    want(person, told, "sms")
    assert [(s.purpose, s.event) for s in consent_queries.of(person)] == [("notices", "given")]
    assert queries.wanted(person) == {("expiry", "sms")}
    later = NOW + timedelta(days=1)
    no = {("expiry", "sms"): False}
    assert choose(actor=citizen(person), choices=no, at=later, ways=told.ways()) == 1
    assert choose(actor=citizen(person), choices=no, at=later, ways=told.ways()) == 0
    assert consent_queries.of(person)[0].event == "withdrawn"


def test_withdrawing_the_consent_stops_what_already_waits_and_old_choices_stay_ended(
    person: int, told: Told
) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    later = NOW + timedelta(hours=1)
    consents.withdraw(actor=citizen(person), purpose="notices", at=later)
    assert send_due(actor=PLATFORM, at=later, ways=told.ways()) == 0
    assert rows(person) == [("sms", "dropped", 1, "not_wanted")]
    again = NOW + timedelta(hours=2)
    consents.give(actor=citizen(person), purpose="notices", at=again)
    assert queries.wanted(person) == set()
    yes = {("expiry", "sms"): True}
    assert choose(actor=citizen(person), choices=yes, at=again, ways=told.ways()) == 1
    assert queries.wanted(person) == {("expiry", "sms")}


def test_at_night_nothing_goes_until_eight(person: int, told: Told) -> None:
    want(person, told, "sms")
    night = datetime(2026, 3, 20, 23, 30, tzinfo=CITY_ZONE)
    queue_notices(notices=[notice(person)], at=night)
    assert send_due(actor=PLATFORM, at=night, ways=told.ways()) == 0
    dawn = datetime(2026, 3, 21, 7, 59, tzinfo=CITY_ZONE)
    assert send_due(actor=PLATFORM, at=dawn, ways=told.ways()) == 0
    assert send_due(actor=PLATFORM, at=dawn + timedelta(minutes=1), ways=told.ways()) == 1
    # What waited through the evening does not go in the night either.
    queue_notices(notices=[notice(person, "evening")], at=NOW.replace(hour=21, minute=59))
    assert send_due(actor=PLATFORM, at=night, ways=told.ways()) == 0


def test_two_texts_a_week_and_no_more(person: int, told: Told) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person, str(n)) for n in range(4)], at=NOW)
    assert send_due(actor=PLATFORM, at=NOW, limit=3, ways=told.ways()) == 2
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 0
    assert sorted(row[1] for row in rows(person)) == ["dropped", "dropped", "sent", "sent"]
    assert {row[3] for row in rows(person)} == {None, "enough_texts"}
    week = NOW + timedelta(days=7)
    queue_notices(notices=[notice(person, "next")], at=week)
    assert send_due(actor=PLATFORM, at=week, ways=told.ways()) == 1


def test_what_does_not_go_through_is_tried_ever_later_and_then_failed(
    person: int, told: Told
) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    told.answers = [Answer(code="InternalError", again=True)] * 6
    at = NOW
    tries = []
    for _ in range(200):
        before = len(told.sent)
        send_due(actor=PLATFORM, at=at, ways=told.ways())
        if len(told.sent) > before:
            tries.append(at)
        at += timedelta(minutes=10)
    assert rows(person) == [("sms", "failed", 6, "InternalError")]
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps[-1] > gaps[0]
    (trouble,) = queries.troubles(actor=OPERATOR, at=NOW, days=7)
    assert (trouble.state, trouble.reason, trouble.many) == ("failed", "InternalError", 1)


def test_what_will_never_go_through_fails_at_once(person: int, told: Told) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    told.answers = [Answer(code="InvalidParameterValue.TemplateParameterFormatError")]
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 0
    assert rows(person)[0][1:3] == ("failed", 1)


def test_a_lease_that_ran_out_is_taken_again(person: int, told: Told) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notices_sending SET state = 'sending', attempts = 1, leased_until = %s",
            [NOW + timedelta(minutes=5)],
        )
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 0
    assert send_due(actor=PLATFORM, at=NOW + timedelta(minutes=5), ways=told.ways()) == 1
    assert rows(person) == [("sms", "sent", 2, None)]


def test_what_waited_too_long_is_no_news(person: int, told: Told) -> None:
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    assert send_due(actor=PLATFORM, at=NOW + timedelta(days=3), ways=told.ways()) == 0
    assert rows(person) == [("sms", "dropped", 0, "late")]


def test_a_subscribe_message_needs_an_openid_and_one_yes_for_each(person: int, told: Told) -> None:
    actor = citizen(person)
    with pytest.raises(Conflict, match="address_missing"):
        want(person, told, "subscribe")
    with pytest.raises(Conflict, match="address_missing"):
        grant_subscribe(actor=actor, templates=["expiry-7"], at=NOW)
    with pytest.raises(Invalid, match="wechat_code_wrong"):
        bind_wechat(actor=actor, code="bad", at=NOW, ways=told.ways())
    bind_wechat(actor=actor, code="js1", at=NOW, ways=told.ways())
    want(person, told, "subscribe")
    grant_subscribe(actor=actor, templates=["expiry-7"], at=NOW)
    assert queries.grants_left(person) == {"expiry-7": 1}
    queue_notices(notices=[notice(person, "1"), notice(person, "2")], at=NOW)
    assert send_due(actor=PLATFORM, at=NOW, limit=1, ways=told.ways()) == 1
    assert told.sent == [("subscribe", "o-js1", "积分快到期|86|2026年12月31日")]
    assert queries.grants_left(person) == {}
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 0
    assert sorted(row[3] or "" for row in rows(person)) == ["", "no_grant"]


def test_when_wechat_knows_of_no_permission_ours_are_used_up_and_an_unknown_openid_goes(
    person: int, told: Told
) -> None:
    actor = citizen(person)
    bind_wechat(actor=actor, code="js1", at=NOW, ways=told.ways())
    want(person, told, "subscribe")
    grant_subscribe(actor=actor, templates=["expiry-7", "expiry-7"], at=NOW)
    queue_notices(notices=[notice(person, "1")], at=NOW)
    told.answers = [Answer(code="43101", gone=True)]
    send_due(actor=PLATFORM, at=NOW, ways=told.ways())
    assert queries.grants_left(person) == {}
    grant_subscribe(actor=actor, templates=["expiry-7"], at=NOW)
    queue_notices(notices=[notice(person, "2")], at=NOW)
    told.answers = [Answer(code="40003", gone=True)]
    send_due(actor=PLATFORM, at=NOW, ways=told.ways())
    assert "subscribe" not in queries.addresses(person)


def test_a_mail_address_counts_once_its_code_came_back(person: int, told: Told) -> None:
    actor = citizen(person)
    add_mail(actor=actor, address=f" {MAIL} ", at=NOW, ways=told.ways())
    assert queries.mail_to_prove(person, NOW) == "l***@example.com"
    assert "mail" not in queries.addresses(person)
    code = told.sent[0][2].split("验证码：")[1][:6]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(Invalid, match="mail_code_wrong"):
        prove_mail(actor=actor, code=wrong, at=NOW)
    assert prove_mail(actor=actor, code=code, at=NOW) == MAIL
    with pytest.raises(Invalid, match="mail_code_wrong"):
        prove_mail(actor=actor, code=code, at=NOW)
    assert queries.addresses(person)["mail"].shown == "l***@example.com"
    want(person, told, "mail")
    queue_notices(notices=[notice(person)], at=NOW)
    assert send_due(actor=PLATFORM, at=NOW, ways=told.ways()) == 1
    assert told.sent[-1][1] == MAIL
    assert remove_mail(actor=actor, at=NOW)
    assert not remove_mail(actor=actor, at=NOW)


def test_a_code_is_good_for_five_tries_a_quarter_of_an_hour_and_five_an_hour(
    person: int, told: Told
) -> None:
    actor = citizen(person)
    add_mail(actor=actor, address=MAIL, at=NOW, ways=told.ways())
    code = told.sent[0][2].split("验证码：")[1][:6]
    with pytest.raises(Invalid, match="mail_code_wrong"):
        prove_mail(actor=actor, code=code, at=NOW + timedelta(minutes=15))
    for _ in range(5):
        with pytest.raises(Invalid, match="mail_code_wrong"):
            prove_mail(actor=actor, code="x", at=NOW)
    with pytest.raises(Invalid, match="mail_code_wrong"):
        prove_mail(actor=actor, code=code, at=NOW)
    for _ in range(4):
        add_mail(actor=actor, address=MAIL, at=NOW, ways=told.ways())
    with pytest.raises(Exhausted, match="mail_too_often"):
        add_mail(actor=actor, address=MAIL, at=NOW, ways=told.ways())


@pytest.mark.parametrize(
    "address", ["", "lin", "a@b", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "林@例子.公司", "a@b..cn"]
)
def test_what_is_no_mail_address_is_refused(person: int, told: Told, address: str) -> None:
    with pytest.raises(Invalid, match="mail_malformed"):
        add_mail(actor=citizen(person), address=address, at=NOW, ways=told.ways())


def test_a_mail_that_cannot_leave_is_told(person: int, told: Told) -> None:
    told.answers = [Answer(code="smtp_451", again=True)]
    with pytest.raises(Exhausted, match="mail_not_sent"):
        add_mail(actor=citizen(person), address=MAIL, at=NOW, ways=told.ways())


def test_ways_that_are_not_there_cannot_be_chosen(person: int) -> None:
    actor, none = citizen(person), Ways()
    with pytest.raises(Conflict, match="notice_way_closed"):
        choose(actor=actor, choices={("expiry", "sms"): True}, at=NOW, ways=none)
    with pytest.raises(Invalid, match="notice_way_unknown"):
        choose(actor=actor, choices={("weather", "sms"): True}, at=NOW)
    with pytest.raises(Conflict, match="notice_way_closed"):
        add_mail(actor=actor, address=MAIL, at=NOW, ways=none)
    with pytest.raises(Conflict, match="notice_way_closed"):
        bind_wechat(actor=actor, code="js", at=NOW, ways=none)


def test_only_the_platform_sends_and_only_its_staff_reads_how_it_goes(
    person: int, told: Told
) -> None:
    with pytest.raises(Forbidden):
        send_due(actor=OPERATOR, at=NOW, ways=told.ways())
    with pytest.raises(Forbidden):
        queries.counts(actor=citizen(person), at=NOW, days=7)
    want(person, told, "sms")
    queue_notices(notices=[notice(person)], at=NOW)
    send_due(actor=PLATFORM, at=NOW, ways=told.ways())
    (count,) = queries.counts(actor=OPERATOR, at=NOW, days=7)
    assert (count.channel, count.state, count.many) == ("sms", "sent", 1)
    (day,) = queries.by_day(actor=OPERATOR, at=NOW, days=7)
    assert (day.day, day.many) == (NOW.date(), 1)
