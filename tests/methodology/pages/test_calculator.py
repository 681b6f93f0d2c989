"""The calculator: what is typed is read, answered by the engine, and refused at its field."""

from __future__ import annotations

import shlex
from datetime import date

import pytest

from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.library import Library
from tanhui.methodology.pages.calculator import (
    Answer,
    Calculator,
    calculator,
    field_names,
    wrong_sample,
)
from tanhui.methodology.pages.fields import example_texts, first_texts
from tanhui.methodology.pages.typed import LONGEST_LIST


def bike(library: Library) -> Methodology:
    return library.methodology("shared-bike.chengdu", "1.0.0")


def answered(form: Calculator) -> Answer:
    assert form.answer is not None, (form.reference, dict(form.troubles), form.refusal)
    return form.answer


def test_every_methodology_opens_with_an_example_that_computes(library: Library) -> None:
    for document in library.methodologies():
        form = calculator(document, {})
        assert form.filled_by_example
        assert answered(form).digest.startswith("sha256:")


def test_the_command_line_shown_computes_the_same_digest(library: Library) -> None:
    for document in library.methodologies():
        for example in document.examples:
            texts = example_texts(document, example)
            if texts is None or not example.expected:
                continue
            form = calculator(document, texts or {"act.day": ""})
            if form.answer is None:
                # Rows hold whole numbers, so an example in between has no field to stand in.
                assert {t.code for t in form.troubles.values()} == {"whole_number_needed"}
                continue
            words = shlex.split(form.answer.command)
            assert words[:3] == ["tanhui", "evaluate", document.reference]
            given = parse_inputs(words[4], document.units)
            assert evaluate(document, given).digest == form.answer.digest


def test_the_reduction_is_shown_in_grams_and_counted_in_milligrams(library: Library) -> None:
    answer = answered(calculator(bike(library), {"d": "2431"}))
    assert (answer.value, answer.unit.zh, answer.whole) == ("118.389", "g CO₂e", 118389)
    assert [line.step.substituted for line in answer.lines.own] == [
        "2.431 × 48.70 = 118.3897",
        "118,389.7 → 118,389",
    ]


@pytest.mark.parametrize("text", ["2,431", " 2431 ", "２４３１", "2431.0"])
def test_numbers_are_read_as_people_write_them(library: Library, text: str) -> None:
    assert answered(calculator(bike(library), {"d": text})).whole == 118389


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "missing_input", "请填写。"),
        ("2.43", "whole_number_needed", "要整数 m。若是 2.43 km，请填 2430。"),
        ("2.4 km", "malformed_number", "这里的单位是 m。2.4 km 就是 2400 m，请填 2400。"),
        ("2 步", "malformed_number", "“2 步”不是数。只填数字，不写单位。"),
        ("1e999", "malformed_number", "“1e999”不是数。只填数字，不写单位。"),
        ("-1", "out_of_bounds", "应在 0 到 720,000 m 之间。"),
        ("720001", "out_of_bounds", "应在 0 到 720,000 m 之间。"),
        ("1" * 61, "too_long", "太长了，最多 60 个字符。"),
    ],
)
def test_what_is_typed_wrongly_is_told_at_its_field(
    library: Library, text: str, code: str, sentence: str
) -> None:
    form = calculator(bike(library), {"d": text})
    assert form.answer is None
    trouble = form.troubles["d"]
    assert (trouble.code, trouble.sentence.zh) == (code, sentence)
    assert trouble.sentence.en


def test_a_field_shows_what_would_be_said(library: Library) -> None:
    sample = wrong_sample(bike(library))
    assert sample is not None
    assert (sample.text, sample.sentence.zh) == ("2.43", "要整数 m。若是 2.43 km，请填 2430。")


def test_a_scenario_without_evidence_is_a_reservation(library: Library) -> None:
    document = library.methodology("waste-plastic.chengdu")
    texts = dict(example_texts(document, document.examples[0]) or {})
    proved = {item.code for item in answered(calculator(document, texts)).reservations}
    texts |= {name: "" for name in texts if name.endswith(".evidence")}
    assumed = {item.code for item in answered(calculator(document, texts)).reservations}
    assert assumed - proved <= {"assumed_scenario"}
    assert "assumed_scenario" in assumed
    texts["route"] = "burnt"
    assert calculator(document, texts).troubles["route"].sentence.zh == "请选一项。"


def test_an_item_of_an_axis_has_its_own_field_and_its_own_trouble(library: Library) -> None:
    document = library.methodology("waste-plastic.chengdu")
    assert {"Q.hdpe", "Q.pet", "water.pp"} <= set(field_names(document))
    texts = dict(example_texts(document, document.examples[0]) or {})
    form = calculator(document, {**texts, "Q.pet": "abc"})
    assert set(form.troubles) == {"Q.pet"}


def test_readings_may_have_gaps_where_the_rule_fills_them(library: Library) -> None:
    document = library.methodology("waste-plastic.chengdu")
    texts = dict(example_texts(document, document.examples[0]) or {})
    readings = ", ".join(["1000"] * 11)
    form = calculator(document, {**texts, "EC": f"{readings}，缺"})
    assert "gap_filled" in {item.code for item in answered(form).reservations}
    form = calculator(document, {**texts, "EC": "1000, -, -, -"})
    assert form.troubles["EC"].code == "gap_not_allowed"


def test_a_list_is_bounded(library: Library) -> None:
    document = library.methodology("event.footprint")
    texts = dict(example_texts(document, document.examples[0]) or {})
    listed = next(
        field.name
        for inputs in calculator(document, {}).needed
        for field in inputs.fields
        if field.shape == "list"
    )
    for text in ("1 " * 401, "1," * LONGEST_LIST):
        assert calculator(document, {**texts, listed: text}).troubles[listed].code == "too_long"
    form = calculator(document, {**texts, listed: "10, 20, 30, 40"})
    assert {trouble.code for trouble in form.troubles.values()} <= {"axis_length_differs"}


def test_a_guard_speaks_for_the_whole_case(library: Library) -> None:
    told = 0
    for document in library.methodologies():
        for example in document.examples:
            texts = example_texts(document, example)
            if example.refused != "guard_failed" or not texts:
                continue
            form = calculator(document, texts)
            if form.code == "guard_failed":
                told += 1
                assert form.answer is None
                assert form.refusal.zh
                assert form.refusal.en
    assert told > 5


def test_the_day_of_the_act_is_asked_where_it_chooses_a_factor(library: Library) -> None:
    asking = [d for d in library.methodologies() if "act.day" in field_names(d)]
    assert asking
    document = asking[0]
    texts = first_texts(document)
    form = calculator(document, {**texts, "act.day": "yesterday"})
    assert form.troubles["act.day"].code == "malformed_day"
    day = document.valid.end or date(2026, 6, 1)
    command = answered(calculator(document, {**texts, "act.day": day.isoformat()})).command
    assert command.endswith(f"--on {day.isoformat()}")


def test_what_the_form_does_not_know_is_not_looked_at(library: Library) -> None:
    form = calculator(bike(library), {"nonsense": "1"})
    assert form.filled_by_example
