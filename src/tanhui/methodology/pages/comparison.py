"""Two versions side by side: what each says of every symbol, and what the examples come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.compare import Difference, case_results, compare_cases
from tanhui.methodology.difference_picture import picture
from tanhui.methodology.document import Factor, Label, Methodology, Parameter
from tanhui.methodology.given import Given, Grid
from tanhui.methodology.pages.symbols import bounds_text, inline_mathml, shown_unit
from tanhui.methodology.render import formula_text, number_text
from tanhui.methodology.units import Unit


@dataclass(frozen=True, slots=True)
class Said:
    """What one version says of a symbol."""

    label: Label
    text: Label


@dataclass(frozen=True, slots=True)
class Changed:
    """A symbol of which the versions say different things; None where a version has it not."""

    mathml: str
    left: Said | None
    right: Said | None


@dataclass(frozen=True, slots=True)
class ComparedCase:
    """One example under both: whole results in the result's unit, or the code of a refusal."""

    title: Label
    left: str
    right: str
    difference: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both versions, what changed, and the examples of both under either.

    `difference` is None where the results are not of one unit.
    """

    left: Methodology
    right: Methodology
    changed: tuple[Changed, ...]
    cases: tuple[ComparedCase, ...]
    unit: Label
    difference: Difference | None

    def picture(self, language: str) -> str:
        """The difference as SVG, empty where there is none to show."""
        if self.difference is None or not self.difference.changed:
            return ""
        return picture(self.difference, language)


def _with_unit(methodology: Methodology, text: str, unit: Unit) -> Label:
    shown = shown_unit(methodology, unit)
    return Label(f"{text} {shown.zh}".strip(), f"{text} {shown.en}".strip())


def _number(methodology: Methodology, item: Factor | Parameter) -> Label:
    """A factor's or parameter's numbers, those over an axis item by item."""
    scale = item.unit.scale
    if isinstance(item, Factor):
        numbers = [bound.quantity.value for bound in item.rows]
        keys = "; ".join(bound.row.key for bound in item.rows)
    else:
        held = item.value
        cells = held.cells.values() if isinstance(held, Grid) else (held,)
        numbers, keys = [cell / scale for cell in cells], ""
    text = ", ".join(number_text(value, item.decimals) for value in numbers)
    label = _with_unit(methodology, text, item.unit)
    return Label(f"{label.zh} ({keys})", f"{label.en} ({keys})") if keys else label


def _both(text: str) -> Label:
    return Label(text, text)


def _said(methodology: Methodology) -> Iterator[tuple[str, Said]]:
    """Every symbol with what the document says of it, in the order of its page."""
    for declared in methodology.inputs:
        text = bounds_text(declared.low, declared.high)
        yield declared.symbol, Said(declared.label, _with_unit(methodology, text, declared.unit))
    for scenario in methodology.scenarios:
        options = scenario.options.values()
        zh = "、".join(option.zh for option in options)
        en = ", ".join(option.en for option in options)
        yield scenario.name, Said(scenario.label, Label(zh, en))
    numbers: tuple[Factor | Parameter, ...] = (*methodology.factors, *methodology.parameters)
    for item in numbers:
        yield item.symbol, Said(item.label, _number(methodology, item))
    for potential in methodology.potentials:
        text = f"{methodology.gwp} {number_text(potential.quantity.value)}"
        yield potential.symbol, Said(potential.label, _both(text))
    for use in methodology.uses:
        yield use.name, Said(use.label, _both(use.module.reference))
    for formula in methodology.formulas:
        yield formula.symbol, Said(formula.label, _both(formula_text(formula.tree)))
    for guard in methodology.guards:
        yield guard.name, Said(guard.label, _both(guard.source))
    if (result := methodology.result) is not None:
        text = f"{result.formula} → {result.unit.text}, {result.rounding}, {result.negative}"
        yield result.name, Said(result.label, _both(text))


def changed_symbols(left: Methodology, right: Methodology) -> tuple[Changed, ...]:
    """The symbols of which the two do not say the same."""
    old, new = dict(_said(left)), dict(_said(right))
    found = []
    for symbol in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(symbol), new.get(symbol)
        if before is None or after is None or before.text != after.text:
            found.append(Changed(inline_mathml(symbol), before, after))
    return tuple(found)


def _cases(left: Methodology, right: Methodology) -> dict[str, tuple[Label, Mapping[str, Given]]]:
    """The computed examples of both, the same inputs once."""
    found: dict[str, tuple[Label, Mapping[str, Given]]] = {}
    for methodology in (left, right):
        for example in methodology.examples:
            known = any(example.inputs == inputs for _, inputs in found.values())
            if not example.refused and not known:
                found[str(len(found) + 1)] = (example.title, example.inputs)
    return found


def comparison(left: Methodology, right: Methodology) -> Comparison:
    """What changes from `left` to `right`, on the examples of both."""
    changed = changed_symbols(left, right)
    cases = _cases(left, right)
    inputs = {name: given for name, (_, given) in cases.items()}
    try:
        difference = compare_cases(left, right, inputs)
    except Invalid:
        # Tools have no result of their own; what they say can be compared all the same.
        return Comparison(left, right, changed, (), Label("", ""), None)
    rows = []
    for name, results in case_results(left, right, inputs).items():
        sides = [f"{whole:,}" if whole is not None else code for whole, code in results]
        (old, _), (new, _) = results
        apart = ""
        if old is not None and new is not None:
            apart = f"{new - old:+,}".replace("-", "−") if new != old else "0"
        rows.append(ComparedCase(cases[name][0], sides[0], sides[1], apart))
    assert left.result is not None
    unit = shown_unit(left, left.result.unit)
    return Comparison(left, right, changed, tuple(rows), unit, difference)
