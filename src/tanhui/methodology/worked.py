"""Worked examples: reading them, and whether they come out as the document says."""

from __future__ import annotations

from fractions import Fraction

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Example, Methodology, Tolerance
from tanhui.methodology.exact import evaluate
from tanhui.methodology.factors import read_quantity
from tanhui.methodology.given import Answer, Cells, Choice, Given, Listed, Spread
from tanhui.methodology.numbers import cells, number
from tanhui.methodology.parts import read_label, read_unit
from tanhui.methodology.problems import Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.units import Quantity, UnitTable

# An example that may be off by more than a tenth shows nothing.
MOST_RELATIVE = Fraction(1, 10)
SHOWS = ("boundary", "refused", "negative", "gap", "golden")


def read_example(section: Section, units: UnitTable) -> Example:
    """One worked case: its inputs, and what comes out or by which code it is refused."""
    with section:
        title = read_label(section)
        inputs = _given(section, "inputs", units)
        refused = section.text("refused", required=False)
        expected = _given(section, "expected", units) if section.has("expected") else {}
        tolerance = Tolerance()
        if section.has("tolerance"):
            with section.table("tolerance") as part:
                absolute = number(part, "abs", required=False) or Fraction()
                relative = number(part, "rel", required=False) or Fraction()
            tolerance = Tolerance(absolute, relative)
            if not (0 <= relative <= MOST_RELATIVE and absolute >= 0):
                zh = "容差不为负，rel 不超过 0.1"
                en = "a tolerance is not negative, and rel is at most 0.1"
                section.report("tolerance", "wrong_type", zh, en)
        example = Example(
            title,
            inputs,
            expected,
            refused,
            tolerance,
            section.text("shows", choices=SHOWS, required=False),
            section.text("golden", required=False),
            section.text("case", required=False),
            section.text("source", required=False),
        )
    if bool(refused) == bool(expected):
        section.report(
            "",
            "example_without_answer",
            "示例须有 expected 或 refused，且只有其一",
            "an example needs either `expected` or `refused`",
        )
    return example


def _given(section: Section, key: str, units: UnitTable) -> dict[str, Given]:
    found: dict[str, Given] = {}
    for name, part in section.named(key).items():
        with part:
            if part.has("choice"):
                found[name] = Choice(part.text("choice"), part.text("evidence", required=False))
            elif part.has("values") or part.has("items"):
                form = "values" if "values" in part.data else "items"
                found[name] = Listed(cells(part, form), read_unit(part, units))
            else:
                found[name] = _single(part, units)
    return found


def _single(part: Section, units: UnitTable) -> Quantity:
    """A value and its unit, the value as text so that it is read exactly."""
    return read_quantity(part, part.text("value"), part.text("unit"), units)


def example_problems(methodology: Methodology) -> list[Problem]:
    """The worked examples that do not come out as the document says."""
    problems = []
    for index, example in enumerate(methodology.examples):
        fault = _fault(methodology, example)
        if fault is not None:
            line = TomlFile(methodology.path).line(("example", str(index)))
            key = f"example.{index}"
            problems.append(Problem(methodology.path, line, key, "example_fails", *fault))
    return problems


def _fault(methodology: Methodology, example: Example) -> tuple[str, str] | None:
    try:
        found = evaluate(methodology, example.inputs).outputs
    except Refusal as refusal:
        if refusal.code == example.refused:
            return None
        return f"被拒({refusal.code})：{refusal.zh}", f"refused ({refusal.code}): {refusal.en}"
    if example.refused:
        return (
            f"应以 {example.refused} 被拒，却得出结果",
            f"expected the refusal {example.refused}, found a result",
        )
    for name, expected in example.expected.items():
        if name not in found:
            return f"没有输出 {name}", f"there is no output {name}"
        if not agrees(found[name], expected, example.tolerance):
            given, wanted = answer_text(found[name]), answer_text(expected)
            return (
                f"{name} 为 {given}，示例却写 {wanted}",
                f"{name} is {given}, the example says {wanted}",
            )
    return None


def agrees(found: Answer, expected: Given, tolerance: Tolerance) -> bool:
    """Whether an answer is the expected one, in its unit, within the tolerance."""
    if isinstance(expected, Choice) or found.unit.signature != expected.unit.signature:
        return False
    scale = found.unit.scale / expected.unit.scale
    wanted = expected.value if isinstance(expected, Quantity) else expected.cells
    have = found.value if isinstance(found, Quantity) else found.cells
    return _close(have, wanted, scale, tolerance)


def _close(have: Cells, wanted: Cells, scale: Fraction, tolerance: Tolerance) -> bool:
    if isinstance(have, dict) and isinstance(wanted, dict):
        return have.keys() == wanted.keys() and all(
            _close(have[key], wanted[key], scale, tolerance) for key in have
        )
    if isinstance(have, dict):
        have = list(have.values())
    if isinstance(have, list | tuple):
        return (
            isinstance(wanted, list | tuple)
            and len(have) == len(wanted)
            and all(
                _close(one, other, scale, tolerance)
                for one, other in zip(have, wanted, strict=True)
            )
        )
    if not isinstance(wanted, Fraction):
        return False
    allowed = max(tolerance.absolute, tolerance.relative * abs(wanted))
    return bool(abs(have * scale - wanted) <= allowed)


def answer_text(answer: Given | Spread) -> str:
    """An answer with its unit for a sentence, long fractions cut."""
    if isinstance(answer, Choice):
        return answer.option
    if isinstance(answer, Quantity):
        return f"{_short(answer.value)} {answer.unit.text}"
    return f"{_short(answer.cells)} {answer.unit.text}"


def _short(value: Cells) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_short(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(part) for part in value) + "]"
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.15g}"
    return str(value)
