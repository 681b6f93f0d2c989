"""Seats given by two persons, the table of permissions, the auditor's desk, the second factor."""

from __future__ import annotations

import csv
import html
import io
import re

import pyotp
import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tanhui.governance.commands import write_audit
from tanhui.governance.models import AuditRow
from tanhui.governance.permissions import PERMISSIONS, is_allowed
from tanhui.governance.wording import PERMISSIONS as WORDS
from tanhui.identity.audit.commands import seal_audit
from tanhui.identity.commands import platform_actor
from tanhui.identity.models import LoginCode, Membership
from tanhui.identity.personas import BY_NAME
from tanhui.identity.queries import persona_id
from tanhui.kernel.actors import Actor
from tests.desks import (
    Desks,
    act,
    acts_within,
    done,
    enrol,
    read,
    refused,
    simulated_code,
    words,
)

pytestmark = [pytest.mark.database, pytest.mark.django_db]

STAFF = "/console/staff"
AUDIT = "/console/audit"
FACTOR = "/second-factor/"
NEW_PHONE = "13912340001"
DUTIES = ("sysadmin", "security", "auditor")


def _by_phone(phone: str) -> tuple[Client, str]:
    """A browser in which somebody gave the phone code at the console's door; where it leads."""
    client = Client()
    LoginCode.objects.all().delete()
    page = client.post("/console/login", {"phone": phone}).content.decode()
    answer = client.post("/console/login", {"phone": phone, "code": simulated_code(page)})
    assert answer.status_code == 302
    return client, answer["Location"]


def _propose(client: Client, **more: str) -> str:
    typed = {"phone": NEW_PHONE, "display_name": "新同事", "role": "operator", **more}
    return done(client, STAFF, "propose", **typed)


def _proposal(client: Client) -> str:
    found = re.search(r'name="proposal" value="(\d+)"', client.get(STAFF).content.decode())
    assert found is not None
    return found[1]


def test_a_seat_takes_two_persons_and_then_a_device(desks: Desks) -> None:
    sysadmin, security = desks.client("sysadmin"), desks.client("security")
    told = _propose(sysadmin)
    assert "等安全管理员确认" in told
    assert "新同事" in told
    proposal = _proposal(sysadmin)
    # Who proposed is not offered to confirm, and is refused all the same.
    assert 'value="confirm"' not in sysadmin.get(STAFF).content.decode()
    assert "not_permitted" in refused(sysadmin, STAFF, "confirm", proposal=proposal)
    assert "not_permitted" in refused(security, STAFF, "propose", phone="13912340002")
    told = done(security, STAFF, "confirm", proposal=proposal)
    assert "已确认" in told
    client, following = _by_phone(NEW_PHONE)
    assert following == "/console/"
    answer = client.get("/console/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(FACTOR)
    page = words(enrol(client))
    assert "存好备用码" in page
    assert "等着处理的" in read(client, "/console/")
    assert "proposal_unknown" in refused(security, STAFF, "confirm", proposal=proposal)


def test_nobody_seats_themselves_nor_a_person_twice(desks: Desks) -> None:
    sysadmin, security = desks.client("sysadmin"), desks.client("security")
    own = BY_NAME["sysadmin"].phone
    for phone, code in ((own, "own_seat"), (BY_NAME["operator"].phone, "member_elsewhere")):
        assert code in refused(sysadmin, STAFF, "propose", phone=phone, role="auditor")
    assert "role_unknown" in refused(sysadmin, STAFF, "propose", phone=NEW_PHONE, role="partner")
    _propose(sysadmin)
    assert "proposal_open" in refused(sysadmin, STAFF, "propose", phone=NEW_PHONE, role="auditor")
    told = done(security, STAFF, "refuse", proposal=_proposal(security))
    assert "不同意" in told
    _propose(sysadmin, role="auditor")
    told = done(sysadmin, STAFF, "withdraw", proposal=_proposal(sysadmin))
    assert "提名已撤回" in told
    assert not Membership.objects.filter(role="operator", proposal__isnull=False).exists()


def test_seats_sessions_and_devices_are_ended_by_others_only(desks: Desks) -> None:
    security, operator = desks.client("security"), desks.client("operator")
    person = persona_id("operator")
    assert read(operator, "/console/")
    assert "各处退出登录" in done(security, STAFF, "sessions", person=person)
    assert operator.get("/console/").status_code == 302
    seat = Membership.objects.get(person_id=person)
    assert "岗位已结束" in done(security, STAFF, "end", seat=seat.id)
    own = Membership.objects.get(person_id=persona_id("security"))
    assert "own_seat" in refused(security, STAFF, "end", seat=own.id)
    assert "own_second_factor" in refused(security, STAFF, "reset", person=own.person_id)
    sysadmin = desks.client("sysadmin")
    for name in ("sessions", "reset"):
        assert "not_permitted" in refused(sysadmin, STAFF, name, person=own.person_id)
    bike = Membership.objects.get(person_id=persona_id("bike"))
    assert "not_permitted" in refused(
        sysadmin, STAFF, "end", seat=bike.id, organisation=bike.organisation_id
    )
    done(security, STAFF, "end", seat=bike.id, organisation=bike.organisation_id)


def test_the_auditor_reads_seats_and_changes_nothing(desks: Desks) -> None:
    auditor = desks.client("auditor")
    page = auditor.get(STAFF).content.decode()
    assert "审计管理员" in page
    assert 'name="act"' not in page
    for name in ("propose", "confirm", "refuse", "withdraw", "end", "sessions", "reset"):
        answer = act(auditor, STAFF, name, phone=NEW_PHONE, role="operator", proposal=1, seat=1)
        assert answer.status_code == 403, name


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("sysadmin", {"propose"}),
        ("security", {"confirm", "refuse", "sessions", "end"}),
        ("auditor", {"check"}),
    ],
)
def test_each_duty_finds_its_acts_within_three_clicks(
    desks: Desks, persona: str, expected: set[str]
) -> None:
    _propose(desks.client("sysadmin"))
    found = acts_within(desks.client(persona), "/console/", 2)
    assert expected <= found
    assert "act_unknown" in refused(desks.client(persona), STAFF, "nothing")


def test_only_their_duty_opens_these_pages(desks: Desks) -> None:
    for persona in ("operator", "regulator"):
        client = desks.client(persona)
        assert client.get(STAFF).status_code == 403
        assert client.get(AUDIT).status_code == 403
        assert client.get("/console/audit.csv").status_code == 403
        assert client.get("/console/permissions").status_code == 200
    for persona in ("sysadmin", "security"):
        assert desks.client(persona).get(AUDIT).status_code == 403
    for persona in DUTIES:
        client = desks.client(persona)
        for page in ("holds/", "partners/", "records"):
            assert client.get(f"/console/{page}").status_code == 403, (persona, page)


def test_the_table_shows_every_permission_and_what_one_person_may_do(desks: Desks) -> None:
    auditor = desks.client("auditor")
    page = read(auditor, "/console/permissions")
    for name, told in WORDS.items():
        assert name in page
        assert told.words_zh in page
    person = persona_id("operator")
    page = auditor.get(f"/console/permissions?person={person}").content.decode()
    listed = page[page.index('id="may"') : page.index("只填了手机验证码时")]
    operator = Actor("x", frozenset({"citizen", "operator"}))
    for name in PERMISSIONS:
        assert (f">{name}<" in listed) is is_allowed(operator, name), name
    lin = persona_id("lin-xiao")
    assert auditor.get(f"/console/permissions?person={lin}").status_code == 404
    english = desks.client("auditor", headers={"accept-language": "en"})
    told_en = read(english, f"/console/permissions?person={person}")
    assert WORDS["holds.decide"].words_en in told_en


def test_the_auditor_searches_checks_and_takes_rows_along(desks: Desks) -> None:
    seal_audit(actor=platform_actor(), at=timezone.now())
    auditor = desks.client("auditor")
    page = read(auditor, AUDIT)
    assert "已连成链" in page
    assert "identity.add_member" in page
    page = read(auditor, f"{AUDIT}?action=partner.&day={timezone.localdate().isoformat()}")
    assert "identity.add_member" not in page
    assert "没有符合的记录" in read(auditor, f"{AUDIT}?actor=nobody")
    assert "day_malformed" in read(auditor, f"{AUDIT}?day=yesterday")
    answer = act(auditor, AUDIT, "check")
    assert answer.status_code == 200
    assert "没有人动过" in words(answer.content.decode())
    answer = auditor.get("/console/audit.csv?action=identity.add_member")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows
    assert {row["action"] for row in rows} == {"identity.add_member"}
    told = AuditRow.objects.filter(action__in=("audit.check", "audit.export"))
    assert {row.actor for row in told} == {f"person:{persona_id('auditor')}"}


def test_pages_of_the_audit_follow_each_other(desks: Desks) -> None:
    with transaction.atomic():
        for number in range(230):
            _write(number)
    auditor = desks.client("auditor")
    seen: list[str] = []
    address = f"{AUDIT}?action=test.row"
    for expected in (100, 100, 30):
        page = auditor.get(address).content.decode()
        found = re.findall(r'class="mono cap muted">row:(\d+)<', page)
        assert len(found) == expected
        seen += found
        older = re.search(r'href="\?([^"]*before=\d+)"', page)
        address = f"{AUDIT}?{html.unescape(older[1])}" if older else ""
    assert address == ""
    assert seen == [str(number) for number in range(229, -1, -1)]


def _write(number: int) -> None:
    write_audit(
        actor=platform_actor(),
        action="test.row",
        subject=f"row:{number}",
        facts={},
        at=timezone.now(),
    )


def test_a_row_that_is_not_ours_is_said_on_the_page(desks: Desks) -> None:
    auditor = desks.client("auditor")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_audit (id, at, actor, action, subject, facts, mac)"
            " VALUES (999999, now(), 'x', 'y', 'z', '{}', decode(repeat('00', 36), 'hex'))"
        )
    page = words(act(auditor, AUDIT, "check").content.decode())
    assert "有人动过审计记录" in page
    assert "不是平台写的 999999" in page


def test_without_the_second_factor_the_desk_is_shut_and_the_citizens_page_open(
    desks: Desks,
) -> None:
    client, _ = _by_phone(BY_NAME["regulator"].phone)
    for address in ("/console/", "/console/holds/", "/console/permissions"):
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith(FACTOR)
    assert act(client, "/console/holds/", "decide").status_code == 302
    assert client.get("/m/").status_code == 200
    assert desks.client("lin-xiao").get(FACTOR).status_code == 403
    assert Client().get(FACTOR)["Location"] == "/console/login"


def test_a_device_is_enrolled_by_its_picture_and_never_shown_again(desks: Desks) -> None:
    del desks
    client, _ = _by_phone(BY_NAME["operator"].phone)
    first = client.get(f"{FACTOR}?next=/console/holds/")
    assert first["Cache-Control"] == "no-store"
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', first.content.decode())
    assert secret is not None
    picture = client.get("/second-factor/picture.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture["Cache-Control"] == "no-store"
    assert b"<svg" in picture.content
    assert b"style=" not in picture.content
    answer = client.post(FACTOR, {"act": "confirm", "code": "12345"})
    assert "second_factor_wrong" in words(answer.content.decode())
    code = pyotp.TOTP(secret[1].replace(" ", "")).now()
    before = client.cookies["tanhui_session"].value
    answer = client.post(FACTOR, {"act": "confirm", "code": code, "next": "/console/holds/"})
    shown = answer.content.decode()
    assert len(re.findall(r"<li>[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}</li>", shown)) == 8
    assert 'href="/console/holds/"' in shown
    assert client.cookies["tanhui_session"].value != before
    assert client.get("/console/").status_code == 200
    assert client.get("/second-factor/picture.svg").status_code == 404
    page = client.get(FACTOR).content.decode()
    assert secret[1] not in page
    assert "备用码还剩 8 个" in words(page)


def test_the_next_log_in_asks_for_the_code_or_a_recovery_code(desks: Desks) -> None:
    del desks
    client, _ = _by_phone(BY_NAME["operator"].phone)
    recovery = re.findall(r"<li>([A-Z2-9-]{14})</li>", enrol(client))
    client, _ = _by_phone(BY_NAME["operator"].phone)
    page = client.get(FACTOR).content.decode()
    assert "手机号已验证" in words(page)
    answer = client.post(FACTOR, {"act": "give", "code": simulated_code(page), "next": "/console/"})
    assert answer.status_code == 302
    assert answer["Location"] == "/console/"
    client, _ = _by_phone(BY_NAME["operator"].phone)
    assert "备用码" in words(client.get(f"{FACTOR}?recover=1").content.decode())
    answer = client.post(FACTOR, {"act": "recover", "code": recovery[0]})
    assert answer["Location"] == "/console/"
    client, _ = _by_phone(BY_NAME["operator"].phone)
    answer = client.post(FACTOR, {"act": "recover", "code": recovery[0]})
    assert "second_factor_wrong" in words(answer.content.decode())
    for _ in range(4):
        answer = client.post(FACTOR, {"act": "give", "code": "000000"})
    assert answer.status_code == 429
    assert "second_factor_locked" in words(answer.content.decode())
    assert int(answer["Retry-After"]) > 800


def test_while_locked_no_page_shows_the_code_of_the_simulated_device(desks: Desks) -> None:
    del desks
    client, _ = _by_phone(BY_NAME["regulator"].phone)
    assert "模拟设备" in words(client.get(FACTOR).content.decode())
    for _ in range(5):
        answer = client.post(FACTOR, {"act": "confirm", "code": "000000"})
    for page in (answer.content.decode(), client.get(FACTOR).content.decode()):
        assert "模拟设备" not in words(page)


def test_next_leads_nowhere_else(desks: Desks) -> None:
    del desks
    client, _ = _by_phone(BY_NAME["auditor"].phone)
    page = client.get(FACTOR).content.decode()
    answer = client.post(
        FACTOR,
        {"act": "confirm", "code": simulated_code(page), "next": "https://elsewhere.example/"},
    )
    assert 'href="/console/"' in answer.content.decode()
