"""One methodology as a page: everything a reader needs, in the order in which it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.cells import GAP_RULES
from tanhui.methodology.document import (
    Deduction,
    Guard,
    Label,
    Methodology,
    Result,
    Source,
    Table,
)
from tanhui.methodology.exact import evaluate
from tanhui.methodology.expression import Call, walk
from tanhui.methodology.library import Library
from tanhui.methodology.mathml import formula_mathml, symbol_mathml
from tanhui.methodology.pages.breakdowns import Breakdown, breakdowns
from tanhui.methodology.pages.catalogue import (
    Mark,
    field_label,
    marks_of,
    shelf_label,
    shelf_of,
    state_of,
)
from tanhui.methodology.pages.symbols import (
    SymbolGroup,
    inline_mathml,
    item_labels,
    shown_unit,
    symbol_groups,
    two_languages,
)
from tanhui.methodology.pages.walkthroughs import Walkthrough, walkthroughs
from tanhui.methodology.pages.words import (
    BASIS_SENTENCES,
    FREQUENCIES,
    MEASURED_BY,
    MEASURED_WHEN,
    NEGATIVES,
)
from tanhui.methodology.render import formula_text, number_text

_SUBSTANCES = {
    "carbon": "C",
    "co2": "CO₂",
    "co2e": "CO₂e",
    "ch4": "CH₄",
    "nitrogen": "N",
    "n2o": "N₂O",
}


@dataclass(frozen=True, slots=True)
class FormulaView:
    """One formula, typeset; `text` is the same in characters."""

    symbol: str
    mathml: Label
    text: str
    label: Label
    unit: Label
    note: Label | None


@dataclass(frozen=True, slots=True)
class ResultView:
    """How the last formula becomes a whole number."""

    mathml: str
    label: Label
    direction: Label
    negative: Label


@dataclass(frozen=True, slots=True)
class MonitoredInput:
    """One row of the monitoring table."""

    mathml: str
    label: Label
    unit: Label
    source: Label
    when: Label
    frequency: Label
    quality: Label
    gap: Label
    gaps_most: int


@dataclass(frozen=True, slots=True)
class TableView:
    """A table or a deduction: what stands at the left, what it gives at the right."""

    name: str
    label: Label
    source: Label
    left: Label
    right: Label
    rows: tuple[tuple[Label, str], ...]


@dataclass(frozen=True, slots=True)
class UsedModule:
    """A module, pinned."""

    name: str
    label: Label
    reference: str
    title: Label
    digest: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of the same methodology; `older` and `newer` are it and the page's own."""

    version: str
    reference: str
    start: date
    changes: Label
    current: bool
    older: str
    newer: str


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """All that a methodology's page shows, but the calculator."""

    document: Methodology
    day: date
    path: str
    path_label: Label
    field: str
    field_label: Label
    marks: tuple[Mark, ...]
    state: str
    basis: Label
    formulas: tuple[FormulaView, ...]
    conversions: tuple[tuple[str, str], ...]
    result: ResultView | None
    symbols: tuple[SymbolGroup, ...]
    tables: tuple[TableView, ...]
    breakdowns: tuple[Breakdown, ...]
    guards: tuple[tuple[Guard, str], ...]
    monitoring: tuple[MonitoredInput, ...]
    modules: tuple[UsedModule, ...]
    examples: tuple[Walkthrough, ...]
    versions: tuple[VersionView, ...]
    sources: tuple[Source, ...]


def arrow_text(conversion: str) -> str:
    """`carbon_as_co2` as `C→CO₂`."""
    return "→".join(_SUBSTANCES.get(part, part) for part in conversion.split("_as_"))


def _conversions(methodology: Methodology) -> tuple[tuple[str, str], ...]:
    """Each typed conversion that a formula of this document names, and what it multiplies by."""
    named = {
        node.function
        for formula in methodology.formulas
        for node in walk(formula.tree)
        if isinstance(node, Call) and node.function in methodology.conversions
    }
    return tuple(
        (arrow_text(name), str(factor))
        for name, factor in methodology.conversions.items()
        if name in named
    )


def _worded(mathml: str, names: Mapping[str, Label]) -> Label:
    """A formula with the names of its items and options in words; they are codes in the file.

    A typed conversion is written as what becomes what.
    """
    arrows = re.sub(
        r"<mi>(\w+_as_\w+)</mi>", lambda found: f"<mi>{arrow_text(found[1])}</mi>", mathml
    )

    def said(language: str) -> str:
        def named(found: re.Match[str]) -> str:
            label = names.get(found[1])
            return f"<mtext>{escape(label.text(language)) if label else found[1]}</mtext>"

        return re.sub("<mtext>(.*?)</mtext>", named, arrows)

    return Label(said("zh"), said("en"))


def _names(methodology: Methodology) -> dict[str, Label]:
    names = {"else": Label("其他", "otherwise"), **item_labels(methodology)}
    for scenario in methodology.scenarios:
        names.update(scenario.options)
    return names


def _formulas(methodology: Methodology) -> tuple[FormulaView, ...]:
    names = _names(methodology)
    return tuple(
        FormulaView(
            formula.symbol,
            _worded(formula_mathml(formula.symbol, formula.tree), names),
            f"{formula.symbol} = {formula_text(formula.tree)}",
            formula.label,
            shown_unit(methodology, formula.unit),
            formula.note,
        )
        for formula in methodology.formulas
    )


def _result(methodology: Methodology, result: Result) -> ResultView:
    unit = shown_unit(methodology, result.unit)
    spaced = f" {unit.zh}" if unit.zh[0].isascii() else unit.zh
    left, right = ("⌊", "⌋") if result.rounding == "down" else ("⌈", "⌉")
    inner = (
        f'<mrow><mo stretchy="true">{left}</mo>{symbol_mathml(result.formula)}'
        f'<mo stretchy="true">{right}</mo></mrow>'
    )
    if result.negative in ("zero", "carry"):
        inner = f"<mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo>{inner}<mo>)</mo>"
    direction = (
        Label(
            f"⌊ ⌋ 向下取整到整{spaced}。凡舍入，总是不利于获得者。",
            f"⌊ ⌋ rounds down to whole {unit.en}. Rounding never favours the one who gains.",
        )
        if result.rounding == "down"
        else Label(
            f"⌈ ⌉ 向上取整到整{spaced}。足迹宁多勿少。",
            f"⌈ ⌉ rounds up to whole {unit.en}. A footprint is never understated.",
        )
    )
    return ResultView(
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>'
        f"{symbol_mathml(result.name)}<mo>=</mo>{inner}</mrow></math>",
        result.label,
        direction,
        NEGATIVES[result.negative],
    )


def _monitoring(methodology: Methodology) -> tuple[MonitoredInput, ...]:
    return tuple(
        MonitoredInput(
            inline_mathml(item.symbol),
            item.label,
            shown_unit(methodology, item.unit),
            MEASURED_BY[watched.source],
            MEASURED_WHEN[watched.when],
            FREQUENCIES[watched.frequency],
            watched.quality,
            GAP_RULES[watched.gap],
            watched.gaps_most,
        )
        for item in methodology.inputs
        if (watched := item.monitoring) is not None
    )


def _table(methodology: Methodology, table: Table) -> TableView:
    unit, of_unit = table.unit, table.of_unit
    rows: list[tuple[Label, str]] = []
    if table.by:
        scenario = next(item for item in methodology.scenarios if item.name == table.by)
        left = scenario.label
        rows = [
            (scenario.options[option], number_text(value / unit.scale))
            for option, value in table.values.items()
        ]
    else:
        assert of_unit is not None
        kind, label = methodology.units.kinds[table.of_kind], shown_unit(methodology, of_unit)
        left = Label(f"{kind.zh}（{label.zh}）", f"{kind.en} ({label.en})")
        for end, value in table.steps:
            rows.append((_step_label(end and end / of_unit.scale), number_text(value / unit.scale)))
    given, label = methodology.units.kinds[table.kind], shown_unit(methodology, unit)
    right = Label(f"{given.zh}（{label.zh}）", f"{given.en} ({label.en})")
    return TableView(table.name, table.label, two_languages(table.source), left, right, tuple(rows))


def _step_label(end: object) -> Label:
    if end is None:
        return Label("以上", "above")
    text = number_text(end)  # type: ignore[arg-type]
    return Label(f"至 {text}（含）", f"up to {text}")


def _deduction(deduction: Deduction) -> TableView:
    rows = tuple(
        (_step_label(end * 100), number_text(share * 100)) for end, share in deduction.steps
    )
    return TableView(
        deduction.name,
        deduction.label,
        two_languages(deduction.source),
        Label("相对不确定度（%）", "Relative uncertainty (%)"),
        Label("扣减（%）", "Deducted (%)"),
        rows,
    )


def _breakdowns(methodology: Methodology) -> tuple[Breakdown, ...]:
    """Fixed values are the same in every case, so the first example that computes will do.

    A module that is given nothing is fixed as a whole, and its tables belong here too.
    """
    inner = tuple(
        item for use in methodology.uses if not use.inputs for item in _breakdowns(use.module)
    )
    for example in methodology.examples:
        if not example.expected:
            continue
        try:
            evaluation = evaluate(methodology, example.inputs)
        except Refusal:
            continue
        return (*breakdowns(methodology, evaluation), *inner)
    return inner


def _versions(library: Library, methodology: Methodology) -> tuple[VersionView, ...]:
    """Every version, the latest first."""
    versions = [item for item in library.methodologies() if item.id == methodology.id]
    own = [item.reference for item in versions].index(methodology.reference)
    return tuple(
        VersionView(
            item.version,
            item.reference,
            item.valid.start,
            item.changes,
            place == own,
            versions[min(place, own)].reference,
            versions[max(place, own)].reference,
        )
        for place, item in reversed(list(enumerate(versions)))
    )


def document_page(
    library: Library, fields: Mapping[str, Label], methodology: Methodology, day: date
) -> DocumentPage:
    """The page of one methodology as it stands on a day."""
    path = shelf_of(library, methodology)
    return DocumentPage(
        document=methodology,
        day=day,
        path=path,
        path_label=shelf_label(path),
        field=methodology.topic,
        field_label=field_label(fields, methodology.topic),
        marks=marks_of(methodology, day),
        state=state_of(methodology, day),
        basis=BASIS_SENTENCES[methodology.basis],
        formulas=_formulas(methodology),
        conversions=_conversions(methodology),
        result=_result(methodology, methodology.result) if methodology.result else None,
        symbols=symbol_groups(methodology),
        tables=(
            *(_table(methodology, item) for item in methodology.tables.values()),
            *(_deduction(item) for item in methodology.deductions.values()),
        ),
        breakdowns=_breakdowns(methodology),
        guards=tuple((item, formula_text(item.tree)) for item in methodology.guards),
        monitoring=_monitoring(methodology),
        modules=tuple(
            UsedModule(
                use.name, use.label, use.module.reference, use.module.title, use.module.digest
            )
            for use in methodology.uses
        ),
        examples=walkthroughs(methodology),
        versions=_versions(library, methodology),
        sources=methodology.sources,
    )
