"""A footprint: the rounded total, its categories to the gram, and the factors it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import BoundRow, Factor, Methodology, Result
from tanhui.methodology.exact import Evaluation, evaluate
from tanhui.methodology.given import Given
from tanhui.methodology.units import Quantity, Unit

GRAMS_PER_KG = 1000
TOTAL = "footprint_kg"


@dataclass(frozen=True, slots=True)
class FactorUsed:
    """One factor as the footprint took it: a row, or a value that was given in its place.

    A module's factor is named `NAME.SYM`, a factor along an axis `SYM.item`. `value` is in
    `unit`, after the document's conversion. A given value has no row: it has no key, source or
    digest, its status is `given`, and where it spreads over an axis its value is left out.
    """

    symbol: str
    key: str
    value: Fraction | None
    unit: Unit
    source: str
    status: str
    digest: str


@dataclass(frozen=True, slots=True)
class Footprint:
    """`total_kg` is the document's rounded result, in whole kilograms of CO2e.

    `exact_kg` is the same before rounding. `grams` are the categories, in order: they add up to
    `exact_kg` rounded up to the gram, so that what is shown always sums to what is shown.
    `per_person_kg` is `exact_kg` over the persons the document names, or `exact_kg` itself when it
    is about one person. `not_given` names the inputs for which the document's default was taken.
    """

    evaluation: Evaluation
    total_kg: int
    exact_kg: Fraction
    grams: dict[str, int]
    per_person_kg: Fraction
    factors: tuple[FactorUsed, ...]
    not_given: tuple[str, ...]


def apportioned(parts: Mapping[str, Fraction]) -> dict[str, int]:
    """`parts` as whole numbers that add up to their sum rounded up, by the largest remainders.

    Each differs from its part by less than one. Of equal remainders the earlier part is raised.
    """
    whole = {name: part.__floor__() for name, part in parts.items()}
    missing = sum(parts.values(), Fraction()).__ceil__() - sum(whole.values())
    by_remainder = sorted(parts, key=lambda name: whole[name] - parts[name])
    for name in by_remainder[:missing]:
        whole[name] += 1
    return whole


def footprint_result(methodology: Methodology) -> Result:
    """The result of a document that computes a footprint. Refuses: `not_a_footprint`."""
    result = methodology.result
    if result is None or result.name != TOTAL or not methodology.categories:
        raise Invalid(
            "not_a_footprint",
            zh="{document} 不计算碳足迹",
            en="{document} does not compute a footprint",
            document=methodology.reference,
        )
    return result


def footprint_of(
    methodology: Methodology, inputs: Mapping[str, Given], *, on: date | None = None
) -> Footprint:
    """The footprint of one case by `methodology`; `on` is the day that chooses the factor rows.

    Refuses what `evaluate` and `footprint_result` refuse, and `categories_do_not_add_up`.
    """
    result = footprint_result(methodology)
    evaluation = evaluate(methodology, inputs, on=on)
    exact = evaluation.outputs[result.formula]
    assert isinstance(exact, Quantity)
    exact_kg = exact.base / result.unit.scale
    parts = {name: part.base / result.unit.scale for name, part in evaluation.categories.items()}
    if sum(parts.values(), Fraction()) != exact_kg:
        raise Invalid(
            "categories_do_not_add_up",
            zh="{document} 的各类相加不等于总量",
            en="the categories of {document} do not add up to its total",
            document=methodology.reference,
        )
    return Footprint(
        evaluation=evaluation,
        total_kg=evaluation.result,
        exact_kg=exact_kg,
        grams=apportioned({name: part * GRAMS_PER_KG for name, part in parts.items()}),
        per_person_kg=exact_kg / _persons(result, evaluation),
        factors=tuple(_factors(methodology, inputs, on)),
        not_given=tuple(
            declared.symbol for declared in methodology.inputs if declared.symbol not in inputs
        ),
    )


def _persons(result: Result, evaluation: Evaluation) -> Fraction:
    """By how many the total is divided: one where the document names nobody, or nobody came."""
    if not result.per:
        return Fraction(1)
    answers = {row.symbol: row.quantity for row in evaluation.trace}
    persons = answers[result.per]
    assert isinstance(persons, Quantity)
    return persons.base or Fraction(1)


def _row_used(symbol: str, factor: Factor, bound: BoundRow) -> FactorUsed:
    value = bound.quantity.base / factor.unit.scale
    row = bound.row
    return FactorUsed(symbol, row.key, value, factor.unit, row.source, row.status, row.digest)


def _factors(
    methodology: Methodology, given: Mapping[str, Given], on: date | None, prefix: str = ""
) -> Iterator[FactorUsed]:
    for factor in methodology.factors:
        symbol = prefix + factor.symbol
        if factor.symbol in given:
            replaced = given[factor.symbol]
            single = replaced if isinstance(replaced, Quantity) else None
            value = single.base / factor.unit.scale if single else None
            yield FactorUsed(symbol, "", value, factor.unit, "", "given", "")
        elif factor.axes:
            for item, bound in zip(factor.items, factor.rows, strict=True):
                yield _row_used(f"{symbol}.{item}", factor, bound)
        elif bound_row := factor.on(on):
            yield _row_used(symbol, factor, bound_row)
    for use in methodology.uses:
        passed = {item.symbol for item in use.inputs}
        for used in _factors(use.module, {}, on, f"{prefix}{use.name}."):
            if used.symbol.removeprefix(f"{prefix}{use.name}.").split(".")[0] not in passed:
                yield used
