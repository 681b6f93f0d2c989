"""What is refused on the way of a project, each by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, transaction

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.projects import calls, commands, queries
from tanhui.projects.filing import documents, verifying
from tests.cast import NOW
from tests.path_two import PathTwo
from tests.projects import acts

SQUARE = acts.hall()
FAR: dict[str, Any] = {"type": "Point", "coordinates": [121.5, 31.2]}
BOW: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [[[104.1, 30.6], [104.2, 30.7], [104.2, 30.6], [104.1, 30.7], [104.1, 30.6]]],
}


def refused(act: Callable[[], object]) -> str:
    """The code by which an act is refused; both languages say something."""
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.zh
    assert caught.value.en
    return caught.value.code


def test_a_draft_is_written_by_its_owner_and_in_full(cast: PathTwo) -> None:
    def begun(persona: str = "owner-glass", **changed: Any) -> str:
        return refused(lambda: acts.start(cast, persona, **changed))

    assert begun("regulator") == "not_permitted"
    assert begun(name_en=" ") == "project_name_invalid"
    assert begun(about_zh="长" * 2001) == "project_name_invalid"
    assert begun(simplified=True) == "not_a_small_firm"
    assert begun(methodology="energy-substitution.chengdu@9.0.0") == "methodology_not_in_force"
    assert begun(methodology="shared-bike.chengdu") == "not_a_project_methodology"
    assert begun(methodology="waste-plastic.r-example") == "methodology_of_another_city"
    assert begun(geometry=BOW) == begun(geometry={"type": "Circle"}) == "place_invalid"
    assert begun(geometry={"type": "Point", "coordinates": ["x", 1]}) == "place_invalid"
    assert begun(geometry={"type": "Point", "coordinates": []}) == "place_invalid"
    assert begun(geometry=FAR) == "place_outside_city"
    code = acts.start(cast)
    changed: dict[str, Any] = {
        "actor": cast.actor("owner-forest"),
        "code": code,
        "name_zh": "别人的",
        "at": NOW,
    }
    assert refused(lambda: commands.change_project(**changed)) == "no_such_project"
    assert refused(lambda: queries.project("CDCER-9999")) == "no_such_project"


def test_sites_have_a_place_a_name_their_own_meters_and_a_whole_share(cast: PathTwo) -> None:
    code, owner = acts.start(cast), cast.actor("owner-glass")
    whole = {"name": "甲", "place": SQUARE, "meters": ["E1"], "share_ppm": 1_000_000}
    half = {**whole, "share_ppm": 500_000}

    def told(*sites: dict[str, Any]) -> str:
        return refused(
            lambda: commands.set_sites(actor=owner, code=code, sites=list(sites), at=NOW)
        )

    assert told() == "sites_missing"
    assert told({**whole, "name": ""}) == told({**whole, "share_ppm": True}) == "site_invalid"
    assert told({**whole, "meters": "E1"}) == told({**whole, "place": None}) == "site_invalid"
    assert told(half) == "shares_not_whole"
    assert told(half, half) == "meter_twice"
    assert told({**whole, "place": FAR}) == "place_outside_city"
    many = [{**whole, "meters": [], "share_ppm": 10}] * 51
    assert told(*many) == "too_many_sites"


def test_papers_are_of_a_known_kind_and_have_a_name(cast: PathTwo) -> None:
    code, owner = acts.start(cast), cast.actor("owner-glass")
    told: dict[str, Any] = {"actor": owner, "code": code, "at": NOW, "data": acts.paper("x")}
    add = commands.add_document
    assert refused(lambda: add(**told, kind="poem", title="x")) == "document_kind_unknown"
    assert refused(lambda: add(**told, kind="other")) == "document_title_invalid"
    bomb = {**told, "data": b"MZ\x00\x00"}
    assert refused(lambda: add(**bomb, kind="other", title="x")) == "file_type_unknown"
    kept = add(**told, kind="other", filename="证明.json")
    assert kept.title == "证明.json"
    unknown = documents.open_document
    assert refused(lambda: unknown(owner, code, kept.file_id)) == "no_such_document"


def test_a_draft_is_filed_whole_in_time_and_under_the_rule_in_force(
    cast: PathTwo, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = cast.actor("owner-glass")
    code = acts.start(cast)

    def filed(at: datetime = NOW) -> str:
        return refused(lambda: commands.file_project(actor=owner, code=code, at=at))

    assert filed(datetime(2026, 12, 20, tzinfo=UTC)) == "intake_closed"
    assert filed() == "agreement_missing"
    design: dict[str, Any] = {"actor": owner, "code": code, "at": NOW}
    assert refused(lambda: commands.keep_design(**design)) == "design_missing"
    assert refused(lambda: commands.keep_design(**design, cells={})) == "missing_input"
    negative = {**acts.CELLS, "mandate": {"choice": "required", "evidence": "淘汰通知"}}
    assert refused(lambda: commands.keep_design(**design, cells=negative)) == "guard_failed"
    assert refused(lambda: commands.keep_design(**design, cells={"x": 1})) == "malformed_cells"
    acts.fill(cast, code)
    commands.change_project(actor=owner, code=code, methodology="photovoltaic.chengdu", at=NOW)
    assert filed() == "design_outdated"
    commands.change_project(actor=owner, code=code, methodology=acts.FURNACE, at=NOW)
    commands.change_project(actor=owner, code=code, name_zh="改了名字的窑", at=NOW)
    assert filed() == "agreement_missing"
    commands.sign_agreement(actor=owner, code=code, at=NOW)
    commands.sign_agreement(actor=cast.actor("operator"), code=code, at=NOW)
    # A city that takes projects in on any day asks for no call.
    rolling = replace(calls.intake(), mode=calls.ROLLING)
    monkeypatch.setattr("tanhui.projects.filing.handing_in.intake", lambda: rolling)
    late = datetime(2026, 12, 20, tzinfo=UTC)
    assert commands.file_project(actor=owner, code=code, at=late).state == "filed"
    assert refused(lambda: commands.keep_design(**design, cells=acts.CELLS)) == "project_fixed"
    assert refused(lambda: commands.discard_project(actor=owner, code=code, at=NOW)) == (
        "project_fixed"
    )
    other = acts.start(cast)
    operator = cast.actor("operator")
    signed = commands.sign_agreement
    assert refused(lambda: signed(actor=operator, code=other, at=NOW)) == "agreement_missing"
    machine = replace(owner, person_id=None)
    assert refused(lambda: signed(actor=machine, code=other, at=NOW)) == "person_unknown"


def test_the_public_objects_once_and_the_owner_answers_before_anybody_verifies(
    cast: PathTwo,
) -> None:
    owner, citizen, bureau = (cast.actor(w) for w in ("owner-glass", "lin-xiao", "regulator"))
    code = acts.noticed(cast)

    def objected(persona: str) -> str:
        actor = cast.actor(persona)
        return refused(
            lambda: commands.object_to_project(actor=actor, code=code, words="不妥。", at=NOW)
        )

    def answered(number: int, at: datetime = NOW) -> str:
        return refused(
            lambda: commands.answer_objection(
                actor=owner, code=code, number=number, words="说明。", at=at
            )
        )

    assert objected("owner-glass") == "own_project"
    assert objected("regulator") == "decider_objects"
    assert (
        refused(
            lambda: commands.object_to_project(
                actor=platform_actor(), code=code, words="不妥。", at=NOW
            )
        )
        == "not_permitted"
    )
    commands.object_to_project(actor=citizen, code=code, words="烟囱正对学校。", at=NOW)
    assert objected("lin-xiao") == "objected_already"
    assert answered(2) == "no_such_objection"
    commands.run_clocks(actor=platform_actor(), at=acts.over(code))
    give: dict[str, Any] = {
        "actor": bureau,
        "code": code,
        "verifier_id": cast.organisation("VERIFY-A"),
        "at": acts.later(),
    }
    assert refused(lambda: commands.assign_verifier(**give)) == "objections_open"
    commands.answer_objection(actor=owner, code=code, number=1, words="改向。", at=acts.later())
    assert answered(1, acts.later()) == "objection_answered"
    (objection,) = queries.objections(queries.project(code))
    assert (objection.role, objection.words, objection.answer) == (
        "citizen", "烟囱正对学校。", "改向。",
    )  # fmt: skip
    commands.assign_verifier(**give)
    assert objected("buyer") == "step_not_offered"


def test_a_verifier_is_free_not_busy_and_not_always_the_same(
    cast: PathTwo, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, body = cast.actor("regulator"), cast.organisation("VERIFY-A")
    codes = [acts.heard(cast, name_zh=f"窑 {n}", name_en=f"Kiln no. {n}") for n in range(3)]

    def given(code: str, verifier_id: int = body) -> str:
        return refused(
            lambda: commands.assign_verifier(
                actor=bureau, code=code, verifier_id=verifier_id, at=acts.later()
            )
        )

    assert given(codes[0], cast.organisation("EXPO")) == "not_a_verifier"
    assert given(codes[0], 999) == "no_such_organisation"
    few = replace(calls.intake(), projects_at_once=1, projects_of_one_owner=2)
    monkeypatch.setattr(verifying, "intake", lambda: few)
    ids = cast.actor("verifier")
    for code in codes[:2]:
        commands.assign_verifier(actor=bureau, code=code, verifier_id=body, at=acts.later())
        if code == codes[0]:
            assert given(codes[1]) == "verifier_busy"
        with transaction.atomic():
            verifying.record_opinion(actor=ids, code=code, positive=True, at=acts.later())
    assert given(codes[2]) == "verifier_rotates"
    words: dict[str, Any] = {"actor": ids, "code": codes[0], "at": acts.later()}
    declare = commands.declare_conflict
    assert refused(lambda: declare(**words, words=" ")) == "conflict_words_missing"
    other = {**words, "actor": cast.actor("verifier-2")}
    assert refused(lambda: declare(**other, words="有利害。")) == "no_such_project"
    assert declare(**words, words="有利害。") is None
    monkeypatch.setattr(verifying, "intake", calls.intake)
    assert given(codes[2]) == "verifier_conflict"


def test_two_persons_decide_within_what_the_city_allows(cast: PathTwo) -> None:
    code = acts.verified(cast)
    at = acts.later(days=46)

    def proposed(**changed: Any) -> str:
        return refused(lambda: acts.propose(cast, code, at=at, **changed))

    assert proposed(first=date(2019, 1, 1)) == "crediting_invalid"
    assert proposed(last=date(2036, 1, 1)) == "crediting_invalid"
    assert proposed(last=date(2025, 12, 31)) == "crediting_invalid"
    assert proposed(cap_kg=0) == "cap_invalid"
    assert proposed(buffer_percent=51) == "buffer_out_of_bounds"
    assert proposed(words="") == "reason_missing"
    first, second = cast.actor("regulator"), cast.actor("regulator-2")
    confirm = commands.confirm_registration
    assert refused(lambda: confirm(actor=second, code=code, at=at)) == "step_not_offered"
    acts.propose(cast, code, at=at)
    terms = queries.proposed_terms(queries.project(code))
    assert terms is not None
    assert (terms.cap_kg, terms.buffer_percent) == (4_000_000, 0)
    assert refused(lambda: confirm(actor=first, code=code, at=at)) == "own_earlier_step"
    machine = replace(second, person_id=None)
    assert refused(lambda: confirm(actor=machine, code=code, at=at)) == "person_unknown"
    assert refused(lambda: confirm(actor=cast.actor("operator"), code=code, at=at)) == (
        "not_permitted"
    )
    found = confirm(actor=second, code=code, at=at)
    strike = commands.strike_off
    assert refused(lambda: strike(actor=second, code=code, at=at)) == "project_not_filed"
    correct: dict[str, Any] = {"actor": cast.actor("owner-glass"), "code": code, "at": at}
    assert refused(lambda: commands.correct_project(**correct, cells=acts.CELLS, reason=" ")) == (
        "correction_reason_missing"
    )
    negative = acts.verified(cast, positive=False, name_zh="另一窑", name_en="Another kiln")
    assert refused(lambda: acts.propose(cast, negative, at=at)) == "opinion_negative"
    assert found.state == "registered"


def test_the_same_furnace_is_not_registered_twice(cast: PathTwo) -> None:
    acts.registered(cast)
    code = acts.verified(cast, name_zh="窑炉改电", name_en="Furnace to power", hall_number=0)
    assert refused(lambda: acts.propose(cast, code, at=acts.later(days=50))) == (
        "same_project_suspected"
    )


def test_filing_twice_at_once_files_once(cast: PathTwo) -> None:
    code, owner = acts.ready(cast), cast.actor("owner-glass")
    commands.file_project(actor=owner, code=code, at=NOW)
    assert refused(lambda: commands.file_project(actor=owner, code=code, at=NOW)) == (
        "project_fixed"
    )
    assert not connection.in_atomic_block
