"""The inbox as a citizen meets it, and choosing what goes outside."""

from __future__ import annotations

import re

from django.test import Client
from django.utils import timezone

from tanhui.notices import queries
from tanhui.notices.commands import Notice, queue_notices
from tanhui.notices.content import KNOWN
from tanhui.notices.gateways.simulated import outbox
from tests.citizen.city import City

SETTINGS = "/m/notices/settings"


def texts(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def tell(city: City, key: str = "k", link: str = "/m/statement") -> None:
    """Points of 林晓 expire."""
    facts: dict[str, str | int] = {"points": 86, "date": "2026-12-31"}
    notice = Notice(city.lin_xiao, "expiry-7", facts, key, link)
    queue_notices(notices=[notice], at=timezone.now())


def test_home_and_me_lead_to_what_was_not_read_and_opening_it_leads_on(city: City) -> None:
    tell(city)
    tell(city, "second", "")
    lin = city.client()
    home = texts(lin.get("/m/").content.decode())
    assert "2 条新消息：86 积分 2026 年 12 月 31 日到期" in home
    assert re.search(r"消息\s+2\s+条没看", texts(lin.get("/m/me").content.decode()))
    page = lin.get("/m/notices/").content.decode()
    assert "2 条没看" in texts(page)
    first = queries.inbox(person_id=city.lin_xiao)[1]
    answer = lin.post(f"/m/notices/{first.id}")
    assert (answer.status_code, answer["Location"]) == (302, "/m/statement")
    assert queries.unread(city.lin_xiao) == 1
    assert lin.post("/m/notices/")["Location"] == "/m/notices/?done=read"
    assert "新消息" not in lin.get("/m/").content.decode()
    assert "都看过了" in lin.get("/m/notices/").content.decode()


def test_the_inbox_reads_in_english_and_for_elders(city: City) -> None:
    tell(city)
    lin = city.client()
    lin.post("/choose", {"language": "en", "next": "/m/"})
    page = lin.get("/m/notices/").content.decode()
    assert "86 points expire on 31 Dec 2026" in page
    assert "消息" not in page
    settings = texts(lin.get(SETTINGS).content.decode()).replace("简体中文", "")
    assert not re.search(r"[\u4e00-\u9fff]", settings)
    lin.post("/choose", {"view": "elder", "next": "/m/"})
    assert "1 new notice" in lin.get("/m/").content.decode()


def test_an_empty_inbox_says_what_will_come(city: City) -> None:
    assert "还没有消息" in city.client().get("/m/notices/").content.decode()


def test_nobody_opens_anothers_message(city: City) -> None:
    tell(city)
    message = queries.inbox(person_id=city.lin_xiao)[0]
    assert city.client("zhou-shifu").post(f"/m/notices/{message.id}").status_code == 404
    assert city.client().get(f"/m/notices/{message.id}").status_code == 405
    assert Client().get("/m/notices/").status_code == 302
    assert queries.unread(city.lin_xiao) == 1


def test_choosing_a_text_message_is_asked_in_plain_words_and_can_be_undone(city: City) -> None:
    lin = city.client()
    page = lin.get(SETTINGS).content.decode()
    assert "checked" not in page
    assert "22:00 到 08:00 不往手机上发；短信七天最多 2 条。" in texts(page)
    assert "商户和出资方的事务" not in page
    assert lin.post(SETTINGS, {"act": "choose", "want": ["expiry/sms"]}).status_code == 302
    assert queries.wanted(city.lin_xiao) == {("expiry", "sms")}
    assert lin.get(SETTINGS).content.decode().count("checked") == 1
    assert "已同意" in texts(lin.get("/m/consents").content.decode())
    assert lin.post(SETTINGS, {"act": "choose"}).status_code == 302
    assert queries.wanted(city.lin_xiao) == set()


def test_a_mail_address_is_added_proved_and_removed(city: City) -> None:
    lin = city.client()
    wrong = lin.post(SETTINGS, {"act": "mail", "mail": "nobody"})
    assert wrong.status_code == 422
    assert "邮箱写得不对" in wrong.content.decode()
    sent = lin.post(SETTINGS, {"act": "mail", "mail": "lin@example.com"})
    assert sent.status_code == 302
    code = re.search(r"验证码是\s*(\d{6})", texts(lin.get(SETTINGS).content.decode()))
    assert code is not None
    # Another process of the server does not know the code; the address tells it.
    outbox.forget()
    assert "验证码是" not in texts(lin.get(SETTINGS).content.decode())
    assert code[1] in texts(lin.get(sent["Location"]).content.decode())
    assert "<b>" not in texts(lin.get(f"{SETTINGS}?code=<b>").content.decode())
    assert lin.post(SETTINGS, {"act": "prove", "code": "12"}).status_code == 422
    assert lin.post(SETTINGS, {"act": "prove", "code": code[1]}).status_code == 302
    assert "l***@example.com" in lin.get(SETTINGS).content.decode()
    assert lin.post(SETTINGS, {"act": "choose", "want": ["drops/mail"]}).status_code == 302
    assert lin.post(SETTINGS, {"act": "remove-mail"}).status_code == 302
    assert "l***@example.com" not in lin.get(SETTINGS).content.decode()


def test_the_demo_allows_wechat_as_the_mini_program_would(city: City) -> None:
    lin = city.client()
    refused = lin.post(SETTINGS, {"act": "choose", "want": ["expiry/subscribe"]})
    assert refused.status_code == 409
    assert "还送不到" in refused.content.decode()
    assert lin.post(SETTINGS, {"act": "allow"}).status_code == 302
    assert f"还可以收 {len(KNOWN)} 条" in texts(lin.get(SETTINGS).content.decode())
    assert lin.post(SETTINGS, {"act": "choose", "want": ["expiry/subscribe"]}).status_code == 302
    assert lin.post(SETTINGS, {"act": "nonsense"}).status_code == 422
    assert lin.post(SETTINGS, {"act": "choose", "want": ["weather/sms"]}).status_code == 422
