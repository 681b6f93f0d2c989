"""The calculator of a methodology's page: the form, and the answer that the engine gives to it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Input, Label, Methodology
from tanhui.methodology.explain import explain_case
from tanhui.methodology.given import Choice, Given
from tanhui.methodology.pages.fields import (
    DAY,
    EVIDENCE,
    InputFields,
    ScenarioField,
    asks_for_day,
    first_texts,
    input_fields,
    scenario_field,
)
from tanhui.methodology.pages.typed import Trouble, read_form
from tanhui.methodology.pages.walkthroughs import Lines, Reserved, lines_of, reserved
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Quantity, decimal_text

_READABLE = {"mgCO2e": "gCO2e"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a footprint, with the length of its bar out of 120."""

    label: Label
    value: str
    unit: Label
    bar: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine answers: `value` in `unit` is the result as people read it."""

    label: Label
    value: str
    unit: Label
    whole: int
    lines: Lines
    parts: tuple[Part, ...]
    reservations: tuple[Reserved, ...]
    digest: str
    command: str


@dataclass(frozen=True, slots=True)
class Calculator:
    """The form as it was filled in, and either its answer or what is wrong with it."""

    reference: str
    names: tuple[str, ...]
    scenarios: tuple[ScenarioField, ...]
    needed: tuple[InputFields, ...]
    optional: tuple[InputFields, ...]
    day_asked: bool
    day: str
    filled_by_example: bool
    answer: Answer | None
    troubles: Mapping[str, Trouble]
    refusal: Label
    code: str


@dataclass(frozen=True, slots=True)
class WrongSample:
    """A field filled in wrongly on purpose, with what is then said about it."""

    label: Label
    text: str
    unit: Label
    sentence: Label


def field_names(methodology: Methodology) -> list[str]:
    """Every name that the form sends."""
    names = [DAY] if asks_for_day(methodology) else []
    for scenario in methodology.scenarios:
        names += [scenario.name, scenario.name + EVIDENCE]
    for declared in methodology.inputs:
        names += [field.name for field in input_fields(methodology, declared, {}).fields]
    return names


def _encoded(data: object) -> str:
    """JSON in which exact numbers are written in full; None is a missing reading."""
    if isinstance(data, Fraction):
        return decimal_text(data)
    if isinstance(data, dict):
        inner = ",".join(f"{json.dumps(key)}:{_encoded(part)}" for key, part in data.items())
        return "{" + inner + "}"
    if isinstance(data, list | tuple):
        return "[" + ",".join(_encoded(part) for part in data) + "]"
    return json.dumps(data, ensure_ascii=False)


def inputs_json(given: Mapping[str, Given]) -> str:
    """The case as the command line takes it, with every number exact."""
    data: dict[str, object] = {}
    for symbol, value in given.items():
        if isinstance(value, Choice):
            data[symbol] = {"choice": value.option}
            if value.evidence:
                data[symbol] = {"choice": value.option, "evidence": value.evidence}
            continue
        cells = value.value if isinstance(value, Quantity) else value.cells
        data[symbol] = {"value": cells, "unit": value.unit.text}
    return _encoded(data)


def command_line(methodology: Methodology, given: Mapping[str, Given], day: date | None) -> str:
    """What computes the same case at a terminal."""
    words = ["tanhui", "evaluate", methodology.reference, "--inputs", inputs_json(given)]
    if day is not None:
        words += ["--on", day.isoformat()]
    return shlex.join(words)


def _parts(methodology: Methodology, lines: Lines) -> tuple[Part, ...]:
    """The categories of a footprint, as the steps have computed them."""
    steps = {line.step.symbol: line.step for line in lines.own if line.step.role == "formula"}
    chosen = [(c.label, steps[c.formula]) for c in methodology.categories]
    sizes = [_size(step.value) for _, step in chosen]
    most = max(sizes, default=Fraction())
    return tuple(
        Part(label, step.value, step.unit, int(120 * size / most) if most else 0)
        for (label, step), size in zip(chosen, sizes, strict=True)
    )


def _size(text: str) -> Fraction:
    """How long a bar is; the text is cut at most after a dozen places."""
    return max(Fraction(), Fraction(text.lstrip("≈").replace("−", "-").replace(",", "")))


def _answer(methodology: Methodology, given: Mapping[str, Given], day: date | None) -> Answer:
    explanation = explain_case(methodology, given, on=day)
    lines = lines_of(methodology, explanation.steps)
    result = methodology.result
    if result is None:
        last = lines.own[-1]
        label, value, unit = last.step.label, last.step.value, last.unit
    else:
        # Milligrams are the books' unit; people read the same whole number in grams.
        known = methodology.units.parse(_READABLE.get(result.unit.text, result.unit.text))
        scaled = explanation.result * result.unit.scale / known.scale
        places = 3 if result.unit.text in _READABLE else 0
        label, value = result.label, number_text(scaled, places)
        if result.unit.text in _READABLE:
            formula = next(f for f in methodology.formulas if f.symbol == result.formula)
            label = formula.label
        unit = Label(methodology.units.label(known, "zh"), methodology.units.label(known, "en"))
    return Answer(
        label,
        value,
        unit,
        explanation.result,
        lines,
        _parts(methodology, lines),
        reserved(explanation.reservations),
        explanation.digest,
        command_line(methodology, given, day),
    )


def _place(methodology: Methodology, refusal: Refusal, names: list[str]) -> str:
    """The field a refusal is about; empty when it is about the whole case."""
    for fact in ("symbol", "what", "name"):
        symbol = str(refusal.facts.get(fact, ""))
        for name in names:
            if symbol and name.partition(".")[0] == symbol:
                return name
    axis = refusal.facts.get("axis")
    for declared in methodology.inputs:
        if axis in declared.axes:
            return declared.symbol
    return ""


def calculator(methodology: Methodology, sent: Mapping[str, str]) -> Calculator:
    """The form with what was sent, or, when nothing was, with the first example."""
    names = field_names(methodology)
    texts = {name: sent[name] for name in names if name in sent}
    filled = not texts
    if filled:
        texts = first_texts(methodology)
    typed = read_form(methodology, texts)
    troubles = {trouble.field: trouble for trouble in reversed(typed.troubles)}
    answer, refused, code = None, Label("", ""), ""
    if filled and not texts and troubles:
        # Nothing was sent and nothing could be filled in, so nothing is wrong yet.
        troubles = {}
    elif not troubles:
        try:
            answer = _answer(methodology, typed.given, typed.day)
        except Refusal as refusal:
            sentence, code = Label(refusal.zh, refusal.en), refusal.code
            place = _place(methodology, refusal, names)
            if place:
                troubles[place] = Trouble(place, code, sentence)
            else:
                refused = sentence
    inputs = [input_fields(methodology, item, texts) for item in methodology.inputs]
    return Calculator(
        methodology.reference,
        tuple(name for name in names if not name.endswith(EVIDENCE)),
        tuple(scenario_field(item, texts) for item in methodology.scenarios),
        tuple(item for item in inputs if not item.optional),
        tuple(item for item in inputs if item.optional),
        asks_for_day(methodology),
        texts.get(DAY, ""),
        filled,
        answer,
        troubles,
        refused,
        code,
    )


def wrong_sample(methodology: Methodology) -> WrongSample | None:
    """The first single input filled in wrongly, so that a reader sees what would be said."""
    texts = first_texts(methodology)
    for declared in methodology.inputs:
        shown = input_fields(methodology, declared, texts)
        if not shown.single or shown.fields[0].shape != "number":
            continue
        for wrong in _wrong_values(methodology, declared, texts):
            text = decimal_text(wrong)
            found = read_form(methodology, {**texts, declared.symbol: text}).troubles
            if found:
                unit = shown.fields[0].unit
                return WrongSample(declared.label, text, unit, found[0].sentence)
    return None


def _wrong_values(
    methodology: Methodology, declared: Input, texts: Mapping[str, str]
) -> Iterator[Fraction]:
    """Slips that people make: the value in the usual unit, then one beyond the upper end."""
    typed = read_form(methodology, texts).given.get(declared.symbol)
    if declared.shown_in.scale != declared.unit.scale and isinstance(typed, Quantity):
        value = typed.to(declared.shown_in).value
        yield Fraction(int(value * 100), 100)
        yield Fraction(int(value * 100) + 50, 100)
    yield declared.high + 1
