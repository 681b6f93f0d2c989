"""Reading what a document ends in: its result, and the categories of a footprint."""

from __future__ import annotations

from collections.abc import Collection

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Category, Formula, Result
from tanhui.methodology.parts import COLUMN, read_label, read_unit
from tanhui.methodology.tomlfile import Section
from tanhui.methodology.units import Signature, UnitTable


def _single(section: Section, formulas: tuple[Formula, ...]) -> Formula | None:
    """The formula at `formula`, which must have a single value; None (noted) when it has not."""
    known = {formula.symbol: formula for formula in formulas}
    name = section.text("formula", choices=tuple(known))
    formula = known.get(name)
    if formula is None or not formula.axes:
        return formula
    axes = ", ".join(formula.axes)
    zh = f"{name} 沿轴 {axes} 有多个值，须先求和"
    en = f"{name} has a value for each {axes}; sum it first"
    section.report("formula", "axis_mismatch", zh, en)
    return None


def _fits(
    section: Section, key: str, units: UnitTable, signature: Signature, formula: Formula, what: str
) -> None:
    try:
        units.require_same(signature, formula.unit.signature, what)
    except Invalid as refusal:
        section.report(key, refusal.code, refusal.zh, refusal.en)


def read_result(
    section: Section, units: UnitTable, formulas: tuple[Formula, ...], taken: Collection[str]
) -> Result:
    """The whole number that a case earns. Notes `axis_mismatch`, `duplicate_symbol`, …"""
    with section:
        name = section.text("name", pattern=COLUMN, like="reduction_mg")
        formula = _single(section, formulas)
        result = Result(
            name=name,
            formula=formula.symbol if formula else "",
            unit=read_unit(section, units),
            rounding=section.text("round", choices=("down", "up")),
            negative=section.text("negative", choices=("refuse", "zero", "carry", "keep")),
            label=read_label(section),
            per=section.text("per", required=False),
        )
        if formula is not None:
            _fits(section, "unit", units, result.unit.signature, formula, "result")
        if name in taken:
            zh, en = f"符号 {name} 重复", f"the symbol {name} is declared twice"
            section.report("name", "duplicate_symbol", zh, en)
        if result.per and result.per not in taken:
            zh, en = f"没有符号 {result.per}", f"no symbol {result.per}"
            section.report("per", "unknown_symbol", zh, en)
    return result


def read_category(
    name: str,
    section: Section,
    units: UnitTable,
    formulas: tuple[Formula, ...],
    result: Result | None,
) -> Category:
    """A part of a footprint, in the result's quantity."""
    with section:
        formula = _single(section, formulas)
        if result is not None and formula is not None:
            _fits(section, "formula", units, result.unit.signature, formula, name)
        return Category(name, formula.symbol if formula else "", read_label(section))
