"""Worked examples, step by step, as the engine itself explains them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.case import Reservation
from tanhui.methodology.document import Example, Label, Methodology
from tanhui.methodology.explain import Step, explain_case
from tanhui.methodology.given import Cells, Choice, Given
from tanhui.methodology.pages.catalogue import Mark
from tanhui.methodology.pages.symbols import item_labels, joined, shown_unit, two_languages
from tanhui.methodology.pages.words import SHOWS
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Quantity

MOST_CELLS = 120
_COMPUTED = frozenset(("formula", "rounding"))


@dataclass(frozen=True, slots=True)
class Line:
    """One step as a page shows it; `cells` are named, `left_out` counts those not shown."""

    step: Step
    unit: Label
    source: Label
    cells: tuple[tuple[Label, str], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Lines:
    """The steps of a case: what was taken as it is, what modules computed, what this computed."""

    taken: tuple[Line, ...]
    inner: tuple[Line, ...]
    own: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reserved:
    """One sort of reservation with every symbol that it is about."""

    code: str
    label: Label
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivenText:
    """What a case was given for one symbol."""

    symbol: str
    label: Label
    text: Label


@dataclass(frozen=True, slots=True)
class Walkthrough:
    """One example: either its `lines`, or the refusal it meets."""

    number: int
    title: Label
    given: tuple[GivenText, ...]
    lines: Lines
    reservations: tuple[Reserved, ...]
    refusal: Label
    code: str
    result: str
    result_unit: Label
    digest: str
    marks: tuple[Mark, ...]
    source: Label
    approximate: bool


def lines_of(methodology: Methodology, steps: tuple[Step, ...]) -> Lines:
    """Steps with the names of their items, sorted by who computes them."""
    items = item_labels(methodology)
    lines = [_line(step, items) for step in steps]
    taken = tuple(item for item in lines if item.step.role not in _COMPUTED)
    computed = [item for item in lines if item.step.role in _COMPUTED]
    inner = tuple(item for item in computed if item.step.module)
    return Lines(taken, inner, tuple(item for item in computed if not item.step.module))


def _line(step: Step, items: Mapping[str, Label]) -> Line:
    shown = tuple(
        (joined(items.get(part) or Label(part, part) for part in label.split(" · ")), value)
        for label, value in step.cells[:MOST_CELLS]
    )
    unit = Label("", "") if step.unit.zh == "1" else step.unit
    source = two_languages(step.source.zh) if step.source.zh == step.source.en else step.source
    return Line(step, unit, source, shown, max(0, len(step.cells) - MOST_CELLS))


def reserved(reservations: Iterable[Reservation]) -> tuple[Reserved, ...]:
    """Reservations that say the same, told once with all their symbols."""
    symbols: dict[tuple[str, Label], list[str]] = {}
    for item in reservations:
        symbols.setdefault((item.code, item.label), []).append(item.symbol)
    return tuple(Reserved(code, label, tuple(n)) for (code, label), n in symbols.items())


def _cells_text(cells: Cells, items: Mapping[str, Label]) -> Label:
    if isinstance(cells, dict):
        parts = [
            joined((items.get(key) or Label(key, key), _cells_text(part, items)), " ")
            for key, part in cells.items()
        ]
        return Label("，".join(p.zh for p in parts), ", ".join(p.en for p in parts))
    if isinstance(cells, list | tuple):
        texts = [_cells_text(part, items) for part in cells]
        return Label("，".join(p.zh for p in texts), ", ".join(p.en for p in texts))
    text = "—" if cells is None else number_text(cells)
    return Label(text, text)


def given_texts(methodology: Methodology, given: Mapping[str, Given]) -> tuple[GivenText, ...]:
    """What was given, by symbol, in words."""
    items = item_labels(methodology)
    names = {item.symbol: item.label for item in methodology.inputs}
    names |= {item.symbol: item.label for item in methodology.factors}
    names |= {item.symbol: item.label for item in methodology.parameters}
    options = {item.name: item for item in methodology.scenarios}
    found = []
    for symbol, value in given.items():
        if isinstance(value, Choice):
            scenario = options.get(symbol)
            known = scenario.options.get(value.option) if scenario else None
            label = scenario.label if scenario else Label(symbol, symbol)
            found.append(GivenText(symbol, label, known or Label(value.option, value.option)))
            continue
        cells = value.value if isinstance(value, Quantity) else value.cells
        text, unit = _cells_text(cells, items), shown_unit(methodology, value.unit)
        label = names.get(symbol) or Label(symbol, symbol)
        found.append(GivenText(symbol, label, joined((text, unit), " ")))
    return tuple(found)


def _marks(example: Example) -> tuple[Mark, ...]:
    marks = []
    if example.shows and example.shows != "refused":
        marks.append(Mark("info", SHOWS[example.shows]))
    if example.refused:
        marks.append(Mark("no", SHOWS["refused"]))
    if example.golden and example.shows != "golden":
        marks.append(Mark("info", SHOWS["golden"]))
    return tuple(marks)


def walkthrough(methodology: Methodology, example: Example, number: int) -> Walkthrough:
    """One example computed anew; a refusal is its answer."""
    lines = Lines((), (), ())
    reservations: tuple[Reserved, ...] = ()
    refusal, code, result, digest = Label("", ""), "", "", ""
    unit = Label("", "")
    try:
        explanation = explain_case(methodology, example.inputs)
    except Refusal as refused:
        refusal, code = Label(refused.zh, refused.en), refused.code
    else:
        lines = lines_of(methodology, explanation.steps)
        reservations, digest = reserved(explanation.reservations), explanation.digest
        last = explanation.steps[-1] if explanation.steps else None
        if last is not None and not last.cells:
            result, unit = last.value, last.unit if last.unit.zh != "1" else unit
    return Walkthrough(
        number,
        example.title,
        given_texts(methodology, example.inputs),
        lines,
        reservations,
        refusal,
        code,
        result,
        unit,
        digest,
        _marks(example),
        two_languages(example.source),
        bool(example.tolerance.relative or example.tolerance.absolute),
    )


def walkthroughs(methodology: Methodology) -> tuple[Walkthrough, ...]:
    """Every example of the document, in its order."""
    return tuple(
        walkthrough(methodology, example, number)
        for number, example in enumerate(methodology.examples, 1)
    )
