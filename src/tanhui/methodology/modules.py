"""Imported modules (tools): which document is used, and what it is given from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.methodology.binding import PIN, PIN_LIKE, Shelf
from tanhui.methodology.document import (
    Axis,
    Factor,
    Input,
    Methodology,
    Parameter,
    Passed,
    Use,
)
from tanhui.methodology.grammar import parse
from tanhui.methodology.parts import read_label
from tanhui.methodology.shapes import Inference, Shape
from tanhui.methodology.tomlfile import Section, TomlFile


def read_use(name: str, section: Section, shelf: Shelf) -> Use | None:
    """One imported module; None (noted) when there is none to import.

    Notes: `no_such_module`, `module_changed`, and what cannot be read of its expressions.
    """
    with section:
        reference, pin = section.text("module"), section.text("digest", pattern=PIN, like=PIN_LIKE)
        label = read_label(section)
        given = section.texts_by_name("inputs", required=False)
        scenarios = section.texts_by_name("scenarios", required=False)
    try:
        module = shelf.module(reference)
    except Refusal as refusal:
        section.report("module", refusal.code, refusal.zh, refusal.en)
        return None
    if pin != module.digest:
        section.report(
            "digest",
            "module_changed",
            f"模块 {reference} 现为 {module.digest}，与所钉住的不同",
            f"the module {reference} is now {module.digest}, not the pinned one",
        )
    passed = []
    for symbol, source in given.items():
        try:
            tree = parse(source, frozenset(shelf.warming.conversions))
        except Invalid as refusal:
            section.report(f"inputs.{symbol}", refusal.code, refusal.zh, refusal.en)
            continue
        passed.append(Passed(symbol, source, tree))
    return Use(name, module, label, tuple(passed), scenarios)


def module_shapes(use: Use) -> dict[str, Shape]:
    """The module's formulas as this document names them."""
    return {
        f"{use.name}.{formula.symbol}": Shape(
            formula.unit.signature, frozenset((*formula.axes, *use.over)), formula.kind
        )
        for formula in use.module.formulas
    }


def _settable(module: Methodology) -> dict[str, Shape]:
    parts: tuple[Input | Factor | Parameter, ...] = (
        *module.inputs,
        *module.factors,
        *module.parameters,
    )
    shapes = {
        item.symbol: Shape(item.unit.signature, frozenset(item.axes), item.kind) for item in parts
    }
    for potential in module.potentials:
        unit = potential.quantity.unit
        shapes[potential.symbol] = Shape(unit.signature, frozenset(), potential.kind)
    return shapes


def check_use(file: TomlFile, use: Use, inference: Inference) -> Use:
    """Note whatever does not fit between this document and a module it uses.

    Answers the use with the axes of its expressions written out.
    """
    path = ("use", use.name)
    settable = _settable(use.module)
    resolved, extra = [], frozenset[str]()
    for passed in use.inputs:
        where = (*path, "inputs", passed.symbol)
        if passed.symbol not in settable:
            known = ", ".join(settable)
            zh = f"模块没有输入 {passed.symbol}，应为：{known}"
            en = f"the module has no input {passed.symbol}; there are: {known}"
            file.report(where, "unknown_symbol", zh, en)
            continue
        wanted = settable[passed.symbol]
        try:
            found = inference.of(passed.tree)
            inference.require(found.measured, wanted.measured, passed.symbol, 1)
            inference.require_kind(found.kind, wanted.kind, 1)
            resolved.append(replace(passed, tree=inference.resolved(passed.tree)))
        except Invalid as refusal:
            file.report(where, refusal.code, refusal.zh, refusal.en)
            continue
        # Along an axis that the module does not know it is run item by item; one that it knows
        # means something to it.
        extra |= found.axes - wanted.axes
        strange = sorted((found.axes - wanted.axes) & set(use.module.axes))
        if strange:
            zh = f"模块的 {passed.symbol} 不在轴 {strange[0]} 上"
            en = f"the module's {passed.symbol} does not lie along {strange[0]}"
            file.report(where, "axis_mismatch", zh, en)
    given = {passed.symbol for passed in use.inputs}
    for declared in use.module.inputs:
        if declared.symbol not in given and declared.default is None:
            zh = f"模块的输入 {declared.symbol} 没有给出"
            en = f"the module's input {declared.symbol} is not given"
            file.report((*path, "inputs"), "missing_key", zh, en)
    _check_scenarios(file, use, inference)
    _check_axes(file, use, inference.known.axes)
    return replace(use, inputs=tuple(resolved), over=tuple(sorted(extra)))


def _check_scenarios(file: TomlFile, use: Use, inference: Inference) -> None:
    theirs = {scenario.name: scenario for scenario in use.module.scenarios}
    for name, own in use.scenarios.items():
        where = ("use", use.name, "scenarios", name)
        ours = inference.known.scenarios.get(own)
        if name not in theirs or ours is None:
            zh, en = f"没有情景 {name} 或 {own}", f"no scenario {name} or {own}"
            file.report(where, "unknown_symbol", zh, en)
        elif set(ours.options) - set(theirs[name].options):
            zh, en = "选项不一致", "the module does not have all of its options"
            file.report(where, "unknown_symbol", zh, en)
    for name, scenario in theirs.items():
        if not scenario.default and name not in use.scenarios:
            zh, en = f"模块的情景 {name} 没有给出", f"the module's scenario {name} is not given"
            file.report(("use", use.name, "scenarios"), "missing_key", zh, en)


def _check_axes(file: TomlFile, use: Use, own: Mapping[str, Axis]) -> None:
    """An axis of the same name means the same in both documents."""
    for name, theirs in use.module.axes.items():
        if name not in own:
            continue
        ours = own[name]
        unit = ours.unit.signature if ours.unit else None
        other = theirs.unit.signature if theirs.unit else None
        same = (tuple(ours.items), ours.first, ours.length, unit) == (
            tuple(theirs.items),
            theirs.first,
            theirs.length,
            other,
        )
        if not same:
            zh, en = f"轴 {name} 与模块中的不同", f"the axis {name} differs from the module's"
            file.report(("use", use.name), "axis_mismatch", zh, en)
