"""From a draft to the register: the whole way, and what becomes public on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tanhui.cases.queries import live_case
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.projects import commands, queries
from tanhui.projects.filing import documents, handing_in, verifying
from tanhui.publiclog.queries import counts as leaves
from tests.cast import NOW
from tests.path_two import PathTwo
from tests.projects import acts


def test_a_furnace_is_filed_heard_verified_and_registered_by_two_persons(cast: PathTwo) -> None:
    before = sum(leaves())
    found = acts.registered(cast)
    assert (found.state, found.code, found.field) == ("registered", "CDCER-0001", "energy")
    assert (found.call, found.district) == ("2026", "510113")
    assert (found.crediting_first, found.crediting_last) == (date(2026, 1, 1), date(2035, 12, 31))
    assert (found.cap_kg, found.buffer_percent) == (4_000_000, 0)
    assert queries.designs(found.id)[-1].result["reduction_kg"] == 3_117_356
    assert sum(leaves()) == before + 1
    kinds = [event.kind for event in queries.timeline(found)]
    assert kinds[-7:] == [
        "accept", "begin-notice", "end-notice", "assign-verifier", "opine", "propose", "confirm",
    ]  # fmt: skip
    assert {event.role for event in queries.timeline(found)} == {
        "owner", "operator", "platform", "regulator", "verifier",
    }  # fmt: skip


def test_nobody_but_those_who_take_part_sees_a_project_before_it_is_complete(
    cast: PathTwo,
) -> None:
    code = acts.ready(cast)
    commands.file_project(actor=cast.actor("owner-glass"), code=code, at=NOW)
    assert queries.readable(cast.actor("owner-glass"), code).state == "filed"
    assert queries.readable(cast.actor("operator"), code).code == code
    for stranger in ("owner-forest", "verifier", "buyer", "lin-xiao"):
        with pytest.raises(NotFound):
            queries.readable(cast.actor(stranger), code)
    with pytest.raises(NotFound):
        queries.public_project(code)
    assert queries.projects_page() == []
    commands.accept_project(actor=cast.actor("operator"), code=code, at=NOW)
    assert queries.public_project(code).state == "noticed"
    assert [found.code for found in queries.projects_page(words="窑炉气")] == [code]
    assert queries.projects_page(words="窑炉油") == []
    assert [found.code for found in queries.projects_page(words="Nipro")] == [code]


def test_every_desk_sees_whose_turn_it_is_and_until_when(cast: PathTwo) -> None:
    code = acts.start(cast)
    owner, bureau = cast.actor("owner-glass"), cast.actor("regulator")

    def seen(who: str = "owner-glass") -> tuple[str, str] | None:
        rows = queries.desk(cast.actor(who), NOW)
        return (rows[0].turn, rows[0].state_en) if rows else None

    assert seen() == ("owner", "draft")
    assert seen("regulator") is None
    acts.fill(cast, code)
    commands.file_project(actor=owner, code=code, at=NOW)
    assert seen() == seen("regulator") == ("bureau", "to be checked")
    assert queries.desk(bureau, NOW)[0].clock_at is not None
    commands.return_project(actor=bureau, code=code, words="缺发票。", at=NOW)
    assert seen() == ("owner", "returned for more")
    commands.add_document(
        actor=owner, code=code, kind="equipment", title="equipment", data=acts.paper("2"), at=NOW
    )
    commands.file_project(actor=owner, code=code, at=NOW)
    commands.accept_project(actor=bureau, code=code, at=NOW)
    assert seen() == ("public", "public notice")
    commands.object_to_project(actor=cast.actor("lin-xiao"), code=code, words="会吵。", at=NOW)
    assert seen() == ("owner", "public notice")
    commands.answer_objection(actor=owner, code=code, number=1, words="夜间停机。", at=NOW)
    commands.run_clocks(actor=platform_actor(), at=acts.over(code))
    assert seen("regulator") == ("bureau", "to be given to a verifier")
    commands.assign_verifier(
        actor=bureau, code=code, verifier_id=cast.organisation("VERIFY-A"), at=acts.later()
    )
    assert seen("verifier") == ("verifier", "being verified")
    assert seen("verifier-2") is None


def test_papers_keep_their_versions_and_open_for_who_takes_part(cast: PathTwo) -> None:
    code = acts.ready(cast)
    owner = cast.actor("owner-glass")
    again = commands.add_document(
        actor=owner, code=code, kind="pledge", title="pledge", data=acts.paper("anew"), at=NOW
    )
    assert [version.number for version in again.versions] == [1, 2]
    same = commands.add_document(
        actor=owner, code=code, kind="pledge", title="pledge", data=acts.paper("anew"), at=NOW
    )
    assert same == again
    paper, opened = documents.open_document(cast.actor("regulator"), code, again.id)
    assert (paper.title, opened.data) == ("pledge", acts.paper("anew"))
    first = documents.open_document(owner, code, again.id, 1)[1]
    assert first.data == acts.paper(f"{code} pledge")
    with pytest.raises(NotFound):
        documents.open_document(cast.actor("buyer"), code, again.id)


def test_what_nobody_does_in_time_is_done_by_the_term(cast: PathTwo) -> None:
    platform, owner = platform_actor(), cast.actor("owner-glass")
    code = acts.ready(cast)
    commands.file_project(actor=owner, code=code, at=NOW)
    assert commands.run_clocks(actor=platform, at=NOW + timedelta(days=3)) == 0
    assert commands.run_clocks(actor=platform, at=acts.over(code)) == 1
    assert queries.project(code).state == "noticed"
    late = acts.ready(cast, "owner-forest", name_zh="另一窑炉", name_en="Another kiln")
    commands.file_project(actor=cast.actor("owner-forest"), code=late, at=NOW)
    commands.return_project(actor=cast.actor("operator"), code=late, words="缺图。", at=NOW)
    commands.run_clocks(actor=platform, at=acts.over(late))
    assert queries.project(late).state == "withdrawn"
    found = acts.registered(cast, name_zh="第三座窑", name_en="A third kiln")
    ends = NOW.replace(year=2036, month=1, day=2)
    assert commands.run_clocks(actor=platform, at=ends) >= 1
    assert queries.project(found.code).state == "ended"
    assert queries.timeline(queries.project(found.code))[-1].title_en == "crediting period over"


def test_a_village_bundles_small_sites_with_a_meter_and_a_share_each(cast: PathTwo) -> None:
    owner = cast.actor("owner-village")
    code = acts.start(
        cast, "owner-village", name_zh="林盘打捆", name_en="Linpan bundle", simplified=True
    )
    for number in range(3):
        found = commands.add_site(
            actor=owner, code=code, name=f"林盘 {number}", place=acts.point(number),
            meters=[f"M-{number}"], at=NOW,
        )  # fmt: skip
    assert [site.share_ppm for site in queries.sites(found.id)] == [333_334, 333_333, 333_333]
    assert found.geometry is not None
    assert found.geometry["type"] == "MultiPoint"
    assert [refusal.code for refusal in handing_in.what_is_lacking(found, NOW)] == [
        "agreement_missing", "design_missing", "document_missing", "pledge_missing",
    ]  # fmt: skip
    for kind in ("application", "ownership", "pledge"):
        commands.add_document(actor=owner, code=code, kind=kind, data=acts.paper(kind),
                              filename=f"{kind}.json", at=NOW)  # fmt: skip
    commands.keep_design(actor=owner, code=code, cells=acts.CELLS, at=NOW)
    commands.sign_agreement(actor=owner, code=code, at=NOW)
    commands.sign_agreement(actor=cast.actor("operator"), code=code, at=NOW)
    assert commands.file_project(actor=owner, code=code, at=NOW).state == "filed"


def test_a_body_with_an_interest_steps_aside_and_another_takes_over(cast: PathTwo) -> None:
    code = acts.assigned(cast)
    at = acts.later()
    case = commands.declare_conflict(
        actor=cast.actor("verifier"), code=code, words="去年为其做过咨询。", at=at
    )
    assert case is not None
    assert queries.project(code).state == case.state == "heard"
    with pytest.raises(NotFound):
        queries.readable(cast.actor("verifier"), code)
    kept_out = {
        one.body.code: one.refusal.code if one.refusal else ""
        for one in verifying.candidates(queries.project(code))
    }
    assert kept_out == {"VERIFY-A": "verifier_conflict", "VERIFY-B": ""}
    commands.assign_verifier(
        actor=cast.actor("regulator"), code=code,
        verifier_id=cast.organisation("VERIFY-B"), at=at,
    )  # fmt: skip
    assert [task.why for task in queries.assignments(subject=f"project:{code}")] == [
        None, "conflict",
    ]  # fmt: skip


def test_two_persons_refuse_and_may_think_again(cast: PathTwo) -> None:
    code = acts.verified(cast, positive=False)
    at = acts.later(days=50)
    first, second = cast.actor("regulator"), cast.actor("regulator-2")
    commands.propose_refusal(actor=first, code=code, words="审核意见不支持。", at=at)
    commands.reconsider_project(actor=second, code=code, words="再核一次。", at=at)
    assert queries.project(code).state == "verified"
    commands.propose_refusal(actor=first, code=code, words="审核意见不支持。", at=at)
    with pytest.raises(Refusal, match="own_earlier_step"):
        commands.refuse_project(actor=first, code=code, at=at)
    assert commands.refuse_project(actor=second, code=code, at=at).state == "refused"
    other = acts.heard(cast, name_zh="另一座窑", name_en="Another kiln")
    commands.propose_refusal(actor=first, code=other, words="异议成立。", at=at)
    commands.reconsider_project(actor=second, code=other, words="先审核。", at=at)
    assert queries.project(other).state == "heard"


def test_a_registered_project_is_corrected_and_struck_off_by_two(cast: PathTwo) -> None:
    found = acts.registered(cast)
    at = acts.later(days=60)
    cells = {**acts.CELLS, "EC": {"value": "9200", "unit": "MWh"}}
    design = commands.correct_project(
        actor=cast.actor("owner-glass"),
        code=found.code,
        cells=cells,
        reason="电表倍率写错。",
        at=at,
    )
    assert (design.number, design.reason) == (2, "电表倍率写错。")
    assert queries.project(found.code).cap_kg == 4_000_000
    first, second = cast.actor("regulator"), cast.actor("regulator-2")
    commands.propose_strike_off(actor=first, code=found.code, words="窑已拆除。", at=at)
    commands.answer_strike_off(
        actor=cast.actor("owner-glass"), code=found.code, words="尚在运行。", at=at
    )
    commands.drop_strike_off(actor=second, code=found.code, words="现场属实。", at=at)
    assert queries.project(found.code).state == "registered"
    at += timedelta(days=1)
    commands.propose_strike_off(actor=first, code=found.code, words="窑已拆除。", at=at)
    live = live_case("project-strike-off", found.subject)
    assert live is not None
    with pytest.raises(Refusal, match="own_earlier_step"):
        commands.strike_off(actor=first, code=found.code, at=at)
    assert commands.strike_off(actor=second, code=found.code, at=at).state == "struck_off"
    assert queries.timeline(queries.project(found.code))[-1].title_en == "Confirm and strike off"


def test_an_owner_withdraws_what_is_not_decided_and_discards_a_draft(cast: PathTwo) -> None:
    owner = cast.actor("owner-glass")
    code = acts.assigned(cast)
    commands.withdraw_project(actor=owner, code=code, words="改期。", at=acts.later())
    assert queries.project(code).state == "withdrawn"
    assert queries.assignment(f"project:{code}") is None
    assert not queries.project(code).is_public
    draft = acts.start(cast)
    commands.discard_project(actor=owner, code=draft, at=NOW)
    assert queries.project(draft).state == "withdrawn"
    assert acts.start(cast) == "CDCER-0003"
