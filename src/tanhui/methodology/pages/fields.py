"""The fields of the calculator: one for each input and scenario of a document, and their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.document import Axis, Example, Input, Label, Methodology, Scenario
from tanhui.methodology.given import Cells, Choice, Given
from tanhui.methodology.pages.symbols import bounds_text, inline_mathml, shown_unit
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Quantity, decimal_text

DAY = "act.day"
EVIDENCE = ".evidence"
GAP = "-"
FEW = 4

_COMMAS = Label("用逗号分开，依次填写", "divided by commas, in order")
_READINGS = Label("各期读数，用逗号分开；缺一期写 -", "readings divided by commas; - for a gap")


@dataclass(frozen=True, slots=True)
class Field:
    """One text field: `name` in the address, `shape` one of number, list, readings, table."""

    name: str
    symbol: str
    item: str
    shape: str
    label: Label
    hint: Label
    unit: Label
    bounds: str
    text: str


@dataclass(frozen=True, slots=True)
class InputFields:
    """One input: a single field, or one for each item of a named axis."""

    declared: Input
    mathml: str
    label: Label
    fields: tuple[Field, ...]
    optional: bool
    default: str

    @property
    def single(self) -> bool:
        """Whether one field is all there is, so that the input's name is the field's."""
        return len(self.fields) == 1 and not self.fields[0].item


@dataclass(frozen=True, slots=True)
class ScenarioField:
    """One scenario: its options with the chosen one, and the evidence that is asked for."""

    name: str
    label: Label
    evidence: Label
    options: tuple[tuple[str, Label], ...]
    chosen: str
    proof: str

    @property
    def few(self) -> bool:
        """Whether all options can be shown at once."""
        return len(self.options) <= FEW


def shape_of(methodology: Methodology, declared: Input) -> tuple[str, Axis | None]:
    """How the text of one field is read, and the named axis that has a field for each item."""
    axes = [methodology.axes[name] for name in declared.axes]
    split = axes[0] if axes and axes[0].items else None
    rest = axes[1:] if split else axes
    depth = len(rest) + bool(declared.readings)
    if depth == 0:
        return "number", split
    if depth == 1:
        return ("readings" if declared.readings else "list"), split
    return "table", split


def _shape_hint(methodology: Methodology, declared: Input, shape: str) -> Label:
    if shape == "number":
        return Label("", "")
    if shape == "readings":
        return _READINGS
    axes = [methodology.axes[name] for name in declared.axes]
    inner = axes[-1]
    if shape == "list":
        zh, en = f"{inner.label.zh}：{_COMMAS.zh}", f"{inner.label.en}: {_COMMAS.en}"
        return Label(zh, en)
    outer = axes[-2] if len(axes) > 1 else inner
    return Label(
        f"每行一项（{outer.label.zh}），行内用逗号分开（{inner.label.zh}）",
        f"one line for each ({outer.label.en}), divided by commas ({inner.label.en})",
    )


def input_fields(
    methodology: Methodology, declared: Input, texts: Mapping[str, str]
) -> InputFields:
    """The fields of one input with the texts that were sent for them."""
    shape, split = shape_of(methodology, declared)
    hint = _shape_hint(methodology, declared, shape)
    unit = shown_unit(methodology, declared.unit)
    bounds = bounds_text(declared.low, declared.high)
    items = split.items.items() if split else (("", declared.label),)
    fields = []
    for item, label in items:
        name = f"{declared.symbol}.{item}" if item else declared.symbol
        fields.append(
            Field(
                name, declared.symbol, item, shape, label, hint, unit, bounds, texts.get(name, "")
            )
        )
    default = "" if declared.default is None else number_text(declared.default)
    return InputFields(
        declared,
        inline_mathml(declared.symbol),
        declared.label,
        tuple(fields),
        declared.default is not None,
        default,
    )


def scenario_field(scenario: Scenario, texts: Mapping[str, str]) -> ScenarioField:
    """The field of one scenario."""
    chosen = texts.get(scenario.name, "") or scenario.default
    proof = texts.get(scenario.name + EVIDENCE, "")
    options = tuple(scenario.options.items())
    return ScenarioField(scenario.name, scenario.label, scenario.evidence, options, chosen, proof)


def asks_for_day(methodology: Methodology) -> bool:
    """Whether the day of the act chooses a factor's row."""
    return any(len(factor.rows) > 1 and not factor.axes for factor in methodology.factors)


def _cell_text(cells: Cells, scale: Fraction, depth: int) -> str | None:
    """A value in the declared unit as it is typed; None for one that no decimal can write."""
    if cells is None:
        return GAP
    if isinstance(cells, Fraction):
        text = decimal_text(cells * scale)
        return None if text.startswith("≈") else text
    parts = cells.values() if isinstance(cells, dict) else cells
    texts = [_cell_text(part, scale, depth - 1) for part in parts]
    if None in texts:
        return None
    return ("\n" if depth > 1 else ", ").join(text for text in texts if text is not None)


def _given_texts(methodology: Methodology, declared: Input, given: Given) -> dict[str, str] | None:
    if isinstance(given, Choice):
        return None
    shape, split = shape_of(methodology, declared)
    scale = given.unit.scale / declared.unit.scale
    cells = given.value if isinstance(given, Quantity) else given.cells
    depth = 2 if shape == "table" else 1
    if split is None:
        text = _cell_text(cells, scale, depth)
        return None if text is None else {declared.symbol: text}
    if isinstance(cells, list | tuple):
        cells = dict(zip(split.items, cells, strict=False))
    if not isinstance(cells, dict):
        return None
    texts = {f"{declared.symbol}.{i}": _cell_text(c, scale, depth) for i, c in cells.items()}
    return None if None in texts.values() else {k: v for k, v in texts.items() if v is not None}


def example_texts(
    methodology: Methodology, example: Example, *, only_fields: bool = False
) -> dict[str, str] | None:
    """The example as it is typed into the fields; None for one that they cannot hold.

    With `only_fields` what has no field (a factor replaced by hand) is left out instead.
    """
    inputs = {item.symbol: item for item in methodology.inputs}
    scenarios = {item.name for item in methodology.scenarios}
    texts: dict[str, str] = {}
    for symbol, given in example.inputs.items():
        if isinstance(given, Choice) and symbol in scenarios:
            texts[symbol] = given.option
            texts[symbol + EVIDENCE] = given.evidence
        elif symbol in inputs:
            found = _given_texts(methodology, inputs[symbol], given)
            if found is None:
                return None
            texts.update(found)
        elif not only_fields:
            return None
    return texts


def first_texts(methodology: Methodology) -> dict[str, str]:
    """The texts of the first example that computes and that the fields can hold."""
    computed = [example for example in methodology.examples if example.expected]
    for only_fields in (False, True):
        for example in computed:
            texts = example_texts(methodology, example, only_fields=only_fields)
            if texts is not None:
                return texts
    return {}
