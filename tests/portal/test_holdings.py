"""What holders of credits see and do: holdings, transfers, retirements, pledges, the statement."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.config.database import Database
from tanhui.identity.commands import open_login_link, platform_actor
from tanhui.registry import queries
from tanhui.registry.commands import transfer_credits
from tanhui.registry.retiring import lock_retirements
from tanhui.registry.setting_aside import release_set_aside
from tests.desks import act, acts_within, done, read, refused, words
from tests.registry.register import Register, open_register

HOME = "/portal/holdings/"
TRANSFER = f"{HOME}transfer"
RETIRE = f"{HOME}retire"
PLEDGE = f"{HOME}pledge"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


@pytest.fixture
def register(books: Database) -> Register:
    """The cast of path two, a furnace and a forest, 5,000 kg of the furnace's year 2025."""
    made = open_register(books.owner_url, at=timezone.now())
    made.issue(5_000, buffer_kg=0, at=timezone.now())
    return made


def _client(persona: str, **headers: Any) -> Client:
    client = Client(**headers)
    link = open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
    client.get(f"/login/{link}")
    return client


def _sent_along(page: str, name: str) -> dict[str, str]:
    """What the form of one act carries without being seen."""
    form = next(part for part in page.split("<form") if f'name="act" value="{name}"' in part)
    found = dict(_HIDDEN.findall(form.partition("</form>")[0]))
    del found["act"]
    return {key: text.replace("&#x27;", "'") for key, text in found.items()}


def _previewed(client: Client, address: str, **fields: Any) -> str:
    answer = act(client, address, "preview", **fields)
    assert answer.status_code == 200, words(answer.content.decode())
    return str(answer.content.decode())


def _shown_again(client: Client, asked: dict[str, str]) -> str:
    """The numbers that the same form would show now."""
    return _sent_along(_previewed(client, TRANSFER, **asked), "transfer")["shown"]


WISH = {
    "beneficiary_zh": "启动仪式",
    "beneficiary_en": "Launch ceremony",
    "beneficiary_kind": "event",
    "purpose_zh": "抵消启动仪式的排放",
    "purpose_en": "against the emissions of the launch",
    "boundary_zh": "",
    "boundary_en": "",
}


def test_a_holder_sells_with_the_numbers_in_sight_and_only_once(register: Register) -> None:
    owner, buyer = _client("owner-glass"), _client("buyer")
    holding = f"{register.furnace}.2025"
    assert owner.get("/portal/")["Location"] == "/portal/projects/"
    assert buyer.get("/portal/")["Location"] == HOME
    assert "EXPO" in read(buyer, HOME)
    assert "№ 1–5,000" in read(owner, HOME)

    # A transfer is shown with its numbers first, and its amount is typed twice.
    asked = {"holding": holding, "kg": "2,000", "to": "expo", "price": "43.5", "reference": "r1"}
    page = _previewed(owner, TRANSFER, **asked)
    assert "№ 1–2,000" in words(page)
    assert "43.50" in page
    kept = _sent_along(page, "transfer")
    told = refused(owner, TRANSFER, "transfer", **kept, again="200")
    assert "amounts_differ" in told
    assert "№ 1–2,000" in told
    told = refused(owner, TRANSFER, "transfer", **{**kept, "shown": "7-9"}, again="2000")
    assert "numbers_changed" in told
    assert "已划转" in done(owner, TRANSFER, "transfer", **kept, again="2000")
    # The same form sent again moves nothing more.
    done(owner, TRANSFER, "transfer", **{**kept, "shown": _shown_again(owner, asked)}, again="2000")
    assert queries.holdings(register.cast.organisation("EXPO"))[0].held_kg == 2_000


def test_a_buyer_retires_undoes_and_pledges_and_reads_its_statement(register: Register) -> None:
    buyer = _client("buyer")
    holding = f"{register.furnace}.2025"
    transfer_credits(
        actor=register.actor("owner-glass"),
        project_code=register.furnace,
        vintage=2025,
        kg=2_000,
        to_organisation_id=register.cast.organisation("EXPO"),
        reference="sold",
        price_fen=4_350,
        at=timezone.now(),
    )
    # The buyer retires a part, thinks again, and retires it after all.
    page = _previewed(buyer, RETIRE, **{f"kg.{holding}": "1200"}, **WISH, reference="x1")
    assert "№ 1–1,200" in words(page)
    assert "启动仪式" in page
    kept = _sent_along(page, "retire")
    answer = act(buyer, RETIRE, "retire", **kept, again="1200")
    here = answer["Location"].partition("?")[0]
    told = read(buyer, here)
    assert "还可以撤回" in told
    assert "还剩 29 分钟" in told
    assert "还可以撤回的注销" in read(buyer, HOME)
    assert "已撤回" in done(buyer, here, "undo")
    assert queries.holdings(register.cast.organisation("EXPO"))[0].held_kg == 2_000
    page = _previewed(buyer, RETIRE, **{f"kg.{holding}": "1200"}, **WISH, reference="x2", waive="1")
    assert "提交后马上锁定" in page
    told = done(buyer, RETIRE, "retire", **_sent_along(page, "retire"), again="1,200")
    assert "打开证书" in told
    assert "1 张证书" in read(buyer, HOME)
    assert "TH-" in read(buyer, f"{HOME}retirements/")

    # What is pledged stays and cannot be used.
    told = done(
        buyer, PLEDGE, "pledge", holding=holding, kg="500", reason="贷款合同", reference="p"
    )
    assert "贷款合同" in told
    page = read(buyer, HOME)
    assert "质押" in page
    told = refused(
        buyer, TRANSFER, "preview", holding=holding, kg="301", to="FACTORY", reference="r"
    )
    assert "credits_insufficient" in told
    (aside,) = queries.asides(organisation_id=register.cast.organisation("EXPO"))
    release_set_aside(
        actor=register.actor("regulator"), aside_id=aside.id, reason="还清", at=timezone.now()
    )
    assert "贷款合同" not in read(buyer, PLEDGE)

    # The statement tells every move with its numbers.
    answer = buyer.get(f"{HOME}statement.csv")
    lines = answer.content.decode("utf-8-sig").split("\r\n")
    assert lines[0].startswith("时间,事项,项目,年份,首号,末号,千克")
    assert f",transfer,{register.furnace},2025,1,2000,2000," in lines[1]
    assert "43.50" in lines[1]
    assert any(",retire," in line and ",-1200," in line for line in lines)
    assert lock_retirements(actor=platform_actor(), at=timezone.now()) == 0


def test_what_a_holder_may_not_do_is_said_and_nothing_is_lost(register: Register) -> None:
    owner, other = _client("owner-glass"), _client("buyer-2")
    holding = f"{register.furnace}.2025"
    told = refused(owner, RETIRE, "preview", **{f"kg.{holding}": ""}, **WISH, reference="a")
    assert "nothing_to_retire" in told
    answer = act(owner, RETIRE, "preview", **{f"kg.{holding}": "1.5"}, **WISH, reference="a")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "kg_invalid" in page
    # What was typed is still there.
    assert 'value="1.5"' in page
    assert "启动仪式" in page
    asked = {"holding": holding, "kg": "10", "to": "NOBODY", "reference": "b"}
    assert "no_such_organisation" in refused(owner, TRANSFER, "preview", **asked)
    asked = {**asked, "to": "EXPO", "price": "1.234"}
    assert "yuan_malformed" in refused(owner, TRANSFER, "preview", **asked)
    asked = {**asked, "price": "", "to": "GLASS"}
    kept = _sent_along(_previewed(owner, TRANSFER, **asked), "transfer")
    assert "transfer_to_itself" in refused(owner, TRANSFER, "transfer", **kept, again="10")
    asked = {**asked, "to": "VERIFY-A"}
    kept = _sent_along(_previewed(owner, TRANSFER, **asked), "transfer")
    told = refused(owner, TRANSFER, "transfer", **kept, again="10")
    assert "organisation_holds_nothing" in told
    # Of another's there is nothing to be seen or done.
    kept_number = register.retire(10, "z", waive=False, at=timezone.now()).number
    assert other.get(f"{HOME}retirements/{kept_number}").status_code == 403
    assert "not_yours" in refused(other, HOME, "undo", number=kept_number)
    assert "no_such_holding" in refused(
        other, PLEDGE, "pledge", holding=holding, kg="1", reason="x", reference="c"
    )
    assert _client("verifier").get(HOME).status_code == 403


def test_every_act_of_a_holder_is_three_clicks_from_home(register: Register) -> None:
    register.retire(10, "z", waive=False, at=timezone.now())
    owner = _client("owner-glass", headers={"accept-language": "en"})
    assert acts_within(owner, HOME, 1) >= {"preview", "undo", "pledge"}
    page = read(owner, RETIRE)
    assert not re.search(r"[\u4e00-\u9fff]", page.replace("玻璃", "")) or "简体中文" in page
