"""What an owner sees and does: a project from its draft to a handed-in report, by pages alone."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tanhui.identity.commands import open_login_link, platform_actor
from tanhui.projects import commands, queries
from tanhui.projects import library as documents
from tanhui.projects.cells import Cells
from tanhui.projects.monitoring import commands as period_commands
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.workbook import workbook
from tanhui.rulebook.publishing import found
from tests.desks import act, acts_within, done, read, refused
from tests.path_two import PathTwo, seat_path_two
from tests.projects import acts as project_acts
from tests.projects.monitoring import acts as period_acts

pytestmark = [pytest.mark.django_db]

INDEX = "/portal/projects/"
FACTS = {
    "name_zh": "玻璃窑炉气改电",
    "name_en": "Glass furnace, gas to electricity",
    "methodology": project_acts.FURNACE,
    "about_zh": "一台玻璃窑炉由天然气改为电。",
    "about_en": "A glass furnace turns from gas to electricity.",
    "geometry": "104.251,30.881",
}


@pytest.fixture
def cast(db: None) -> PathTwo:
    """The cast of path two in a city whose book of rules is founded."""
    del db
    at = timezone.now()
    found(actor=platform_actor(), at=at)
    return seat_path_two(at=at)


def _client(persona: str, **headers: Any) -> Client:
    client = Client(**headers)
    link = open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
    client.get(f"/login/{link}")
    return client


def _typed(cells: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The cells as they are typed into the form."""
    typed = {}
    for symbol, cell in cells.items():
        if "choice" in cell:
            typed[f"c.{symbol}"] = cell["choice"]
            typed[f"c.{symbol}.evidence"] = cell["evidence"]
        elif symbol != "deficit":
            value = cell["value"]
            typed[f"c.{symbol}"] = ", ".join(value) if isinstance(value, list) else value
            typed[f"e.{symbol}"] = "账单"
    return typed


def _paper(told: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.json", f'{{"paper": "{told}"}}'.encode())


def test_a_draft_is_begun_placed_and_designed_by_pages_alone(cast: PathTwo) -> None:
    owner = _client("owner-glass")
    assert "还没有项目" in read(owner, INDEX)
    told = refused(owner, f"{INDEX}new", "start", **{**FACTS, "geometry": "[nonsense"})
    assert "place_invalid" in told
    assert (
        "玻璃窑炉气改电"
        in act(owner, f"{INDEX}new", "start", **{**FACTS, "name_en": ""}).content.decode()
    )
    told = done(owner, f"{INDEX}new", "start", **FACTS)
    assert "草稿已建" in told
    assert "申报要备齐" in told
    code = queries.projects_of(cast.organisation("GLASS"))[0].code
    home = f"{INDEX}{code}/"
    assert "左边各项备齐以后" in told
    assert 'value="file"' not in owner.get(home).content.decode()
    assert "document_missing" not in told

    sites = {
        "site_name": ["一号线", "二号线", ""],
        "site_place": ["104.2511,30.8811", "104.2512 30.8812", ""],
        "site_meters": ["EM-1，EM-2", "EM-3", ""],
        "site_share": ["60", "30", ""],
    }
    told = refused(owner, f"{home}facts", "sites", **sites)
    assert "shares_not_whole" in told
    sites["site_share"] = ["60", "40%", ""]
    assert "已保存" in done(owner, f"{home}facts", "sites", **sites)
    assert 'value="EM-1, EM-2"' in owner.get(f"{home}facts").content.decode()
    assert (
        "一台新窑炉"
        in act(
            owner, f"{home}facts", "change", **{**FACTS, "about_zh": "一台新窑炉", "name_zh": ""}
        ).content.decode()
    )

    # Wrong cells are said at their fields, and what was typed stays.
    cells = _typed(project_acts.CELLS)
    answer = act(owner, f"{home}design", "keep", **{**cells, "c.EC": "很多"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“很多”不是数" in page
    assert "15000" in page
    told = done(owner, f"{home}design", "keep", **cells)
    assert "引擎已重算" in told
    design = queries.designs(queries.project(code).id)[-1]
    kept = f"{design.result['reduction_kg']:,}"
    assert kept in told
    # The same cells by the workbook are the same design.
    answer = owner.get(f"{home}design.xlsx")
    assert answer["Content-Disposition"].endswith('-design.xlsx"')
    sent = SimpleUploadedFile("design.xlsx", answer.content)
    done(owner, f"{home}design", "upload", workbook=sent)
    assert len(queries.designs(queries.project(code).id)) == 1
    # A workbook with a wrong cell says which, and is not taken.
    document = documents.document(queries.project(code).methodology)
    wrong = {**project_acts.CELLS, "EC": {"value": "9100", "unit": "kWh"}}
    broken = workbook(document, Cells.from_json(document.reference, wrong))
    broken = _with_text(broken, "MWh", "kWh")
    answer = act(owner, f"{home}design", "upload", workbook=SimpleUploadedFile("b.xlsx", broken))
    assert answer.status_code == 422
    assert "workbook_unit_changed" in answer.content.decode()


def test_papers_are_kept_by_version_and_what_is_signed_and_filed_is_fixed(cast: PathTwo) -> None:
    owner, at = _client("owner-glass"), timezone.now()
    code = project_acts.start(cast, at=at)
    home = f"{INDEX}{code}/"
    commands.set_sites(
        actor=cast.actor("owner-glass"),
        code=code,
        sites=[
            {
                "name": "车间",
                "place": {"type": "Point", "coordinates": [104.251, 30.881]},
                "meters": ["E1"],
                "share_ppm": 1_000_000,
            }
        ],
        at=at,
    )
    commands.keep_design(
        actor=cast.actor("owner-glass"), code=code, cells=project_acts.CELLS, at=at
    )
    for kind in project_acts.FULL_PAPERS:
        done(owner, f"{home}documents", "add", kind=kind, title=kind, file=_paper(kind))
    told = done(
        owner, f"{home}documents", "add", kind="pledge", title="pledge", file=_paper("again")
    )
    assert "1 个旧版" in told
    assert "file_missing" in refused(owner, f"{home}documents", "add", kind="pledge", title="x")
    page = owner.get(f"{home}documents").content.decode()
    link = re.search(rf'href="({re.escape(home)}documents/[^"]+version=1)"', page)
    assert link is not None
    assert owner.get(html.unescape(link[1])).content == b'{"paper": "pledge"}'

    assert "agreement_not_read" in refused(owner, f"{home}agreement", "sign")
    assert "等运营方签" in done(owner, f"{home}agreement", "sign", agreed="1")
    assert "agreement_missing" in refused(owner, home, "file")
    printed = owner.get(f"{home}agreement.pdf")
    assert printed.content.startswith(b"%PDF-")
    commands.sign_agreement(actor=cast.actor("operator"), code=code, at=timezone.now())
    assert "已申报" in done(owner, home, "file")
    assert "等受理" in read(owner, INDEX)
    # What is filed is fixed, and another owner sees nothing of it.
    assert "project_fixed" in refused(owner, f"{home}facts", "change", **FACTS)
    other = _client("owner-forest")
    for page in ("", "facts", "documents", "design", "design.xlsx", "agreement", "periods"):
        assert other.get(f"{home}{page}").status_code == 404, page
    assert other.post(home, {"act": "withdraw", "words": "x"}).status_code == 404


def _with_text(book: bytes, old: str, new: str) -> bytes:
    """The workbook with one unit changed in its first cell that has it."""
    opened = load_workbook(io.BytesIO(book))
    for sheet in opened.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == old:
                    cell.value = new
                    out = io.BytesIO()
                    opened.save(out)
                    return out.getvalue()
    raise LookupError(old)


def test_what_is_asked_of_an_owner_is_on_the_first_page_and_answered_there(cast: PathTwo) -> None:
    owner, at = _client("owner-glass"), timezone.now()
    code = project_acts.ready(cast, at=at)
    home = f"{INDEX}{code}/"
    done(owner, home, "file")
    commands.return_project(
        actor=cast.actor("operator"), code=code, words="缺验收文件的盖章页", at=timezone.now()
    )
    assert "补正后再报" in read(owner, INDEX)
    told = read(owner, home)
    assert "缺验收文件的盖章页" in told
    assert "还剩" in told
    assert "已申报" in done(owner, home, "file")
    commands.accept_project(actor=cast.actor("operator"), code=code, at=timezone.now())
    commands.object_to_project(
        actor=cast.actor("buyer"), code=code, words="这台窑炉去年就停了", at=timezone.now()
    )
    assert "答复 1 条异议" in read(owner, INDEX)
    assert "这台窑炉去年就停了" in read(owner, home)
    told = done(owner, home, "answer", objection="1", words="停的是另一台，附照片")
    assert "停的是另一台" in told
    assert "objection_answered" in refused(owner, home, "answer", objection="1", words="x")
    assert "form_altered" in refused(owner, home, "answer", objection="", words="x")
    told = done(owner, home, "withdraw", words="改年再报")
    assert "已撤回，编号不再使用" in told
    draft = project_acts.start(cast, at=at)
    assert "已撤回" in done(owner, f"{INDEX}{draft}/", "discard")


@pytest.fixture
def furnace(cast: PathTwo) -> str:
    """A furnace on the register, credited from 2024 on, so that its first years are over."""
    code = project_acts.verified(cast)
    project_acts.propose(
        cast, code, at=project_acts.later(days=46), first=date(2024, 1, 1), last=date(2033, 12, 31)
    )
    commands.confirm_registration(
        actor=cast.actor("regulator-2"), code=code, at=project_acts.later(days=47)
    )
    return code


def test_a_period_is_opened_reported_verified_and_corrected_by_pages(
    cast: PathTwo, furnace: str
) -> None:
    owner = _client("owner-glass")
    periods = f"{INDEX}{furnace}/periods"
    assert "可以开监测期" in read(owner, INDEX)
    told = refused(owner, periods, "open", first="2024-07-01", last="2025-06-30")
    assert "period_crosses_years" in told
    assert "day_malformed" in refused(owner, periods, "open", first="soon", last="2025-06-30")
    assert "监测期已开" in done(owner, periods, "open", first="2024-01-01", last="2024-12-31")
    assert "period_overlaps" in refused(
        owner, periods, "open", first="2024-12-31", last="2024-12-31"
    )
    assert "第 1 监测期：填报告并提交" in read(owner, INDEX)
    here = f"{periods}/1"
    assert owner.get(f"{periods}/2").status_code == 404
    assert owner.get(f"{here}.xlsx").status_code == 200

    cells = {**_typed(period_acts.DATA), **{f"t.{k}": v for k, v in period_acts.TEXTS.items()}}
    answer = act(owner, here, "keep", **{**cells, "c.EC": "一, 二"})
    assert answer.status_code == 422
    assert "没有在其他机制" in answer.content.decode()
    # What the engine refuses stays in the fields as well.
    assert "没有在其他机制" in act(owner, here, "keep", **{**cells, "c.EC": "-1"}).content.decode()
    assert "引擎已重算" in done(owner, here, "keep", **cells)
    assert "evidence_missing" in refused(owner, here, "submit")
    told = done(owner, here, "add", kind="monitoring-data", title="电表记录", file=_paper("读数"))
    assert "电表记录" in told
    assert "有新的凭证" in told
    assert "evidence_missing" in refused(owner, here, "submit")
    assert "有新的凭证" not in done(owner, here, "keep", **cells)
    assert "报告已提交" in done(owner, here, "submit")
    assert "report_unchanged" in refused(owner, here, "submit")

    period = monitoring.periods(queries.project(furnace).id)[0]
    at = timezone.now()
    period_commands.assign_period_verifier(
        actor=cast.actor("regulator"),
        period_id=period.id,
        verifier_id=cast.organisation("VERIFY-B"),
        at=at,
    )
    body = cast.actor("verifier-2")
    finding = period_commands.raise_finding(
        actor=body,
        subject=period.subject,
        anchor="EC/3",
        title="三月读数",
        words="请附三月的抄表照片",
        at=at,
    )
    assert "答复 1 项审核意见" in read(owner, INDEX)
    told = done(owner, here, "finding", finding=str(finding.id), words="已附照片")
    assert "等核证" in told
    assert "已附照片" in told
    assert "not_your_turn" in refused(owner, here, "finding", finding=str(finding.id), words="再说")
    period_commands.close_finding(actor=body, finding_id=finding.id, words="看过了", at=at)
    english = read(_client("owner-glass", headers={"accept-language": "en"}), here)
    assert "closed" in english

    told = done(owner, here, "withdraw", words="数据有误，重报")
    assert "监测期已撤回" in told
    assert "监测期已开" in done(owner, periods, "open", first="2024-01-01", last="2024-12-31")
    # Every act is three clicks from the first page: two links, then the form.
    assert acts_within(owner, INDEX, 2) >= {"open", "keep", "upload", "add", "withdraw"}


def test_an_owner_speaks_before_its_project_is_struck_off(cast: PathTwo, furnace: str) -> None:
    owner, home = _client("owner-glass"), f"{INDEX}{furnace}/"
    commands.propose_strike_off(
        actor=cast.actor("regulator"), code=furnace, words="窑炉已停产", at=timezone.now()
    )
    assert "主管部门提议取消登记" in read(owner, INDEX)
    assert "窑炉已停产" in read(owner, home)
    assert "只停了一个月" in done(owner, home, "speak", words="只停了一个月")


def test_every_act_on_a_draft_is_three_clicks_from_home(cast: PathTwo) -> None:
    project_acts.ready(cast, at=timezone.now())
    owner = _client("owner-glass")
    offered = acts_within(owner, INDEX, 2)
    assert offered >= {"start", "file", "discard", "change", "sites", "add", "keep", "upload"}
    assert acts_within(_client("owner-village"), INDEX, 1) >= {"start"}
    page = _client("owner-village").get(f"{INDEX}new").content.decode()
    assert "小微企业简化申报" in page
