"""Reads one methodology file by its closed schema and checks every name, unit and kind in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.binding import Declared, Shelf, bind_factor
from tanhui.methodology.canonical import digest
from tanhui.methodology.checking import infer, order
from tanhui.methodology.document import (
    Example,
    Factor,
    Formula,
    Grade,
    Input,
    Label,
    Methodology,
    Result,
    Source,
)
from tanhui.methodology.expression import FUNCTIONS, names, parse
from tanhui.methodology.factors import check_kind, read_quantity, read_validity
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.units import Quantity, Signature, Unit

ID = r"[a-z0-9]+([.+-][a-z0-9]+)*"
COLUMN = r"[a-z][a-z0-9_]*"
VERSION = r"[0-9]+\.[0-9]+\.[0-9]+"
GRADES = ("A", "B", "C", "D")
LONGEST_SYMBOL = 40
LARGEST_BOUND = 2**53


def _label(section: Section, suffix: str = "", *, required: bool = True) -> Label:
    """The texts `zh` and `en`, or `<suffix>_zh` and `<suffix>_en`."""
    stem = f"{suffix}_" if suffix else ""
    return Label(
        section.text(f"{stem}zh", required=required), section.text(f"{stem}en", required=required)
    )


def _symbol_fits(section: Section, symbol: str, taken: set[str]) -> bool:
    if symbol in taken:
        section.report(
            "", "duplicate_symbol", f"符号 {symbol} 重复", f"the symbol {symbol} is declared twice"
        )
        return False
    taken.add(symbol)
    shaped = symbol.replace("_", "a").isalnum() and symbol.isascii() and symbol[:1].isalpha()
    if not shaped or len(symbol) > LONGEST_SYMBOL or symbol in FUNCTIONS:
        section.report(
            "",
            "malformed_symbol",
            f"{symbol!r} 不能作符号",
            f"{symbol!r} cannot be a symbol",
        )
        return False
    return True


class _Reader:
    """One reading: collects the parts, then checks them against each other."""

    def __init__(self, path: Path, shelf: Shelf) -> None:
        self.shelf = shelf
        self.units = shelf.units
        self.file = TomlFile(path)
        self.taken: set[str] = set()
        self.columns: set[str] = set()
        self.signatures: dict[str, Signature] = {}

    def read(self) -> Methodology:
        with self.file.root() as root:
            with root.table("methodology") as head:
                facts = self._head(head)
            sources = tuple(_source(section) for section in root.tables("source"))
            inputs = tuple(
                self._input(name, section) for name, section in self._named(root, "input")
            )
            factors = tuple(
                self._factor(name, section, facts)
                for name, section in self._named(root, "factor", required=False)
            )
            formulas = self._formulas(root)
            result = self._result(root.table("result"), formulas)
            evidence = _evidence(root)
            examples = tuple(self._example(section) for section in root.tables("example"))
        if not self.file.problems:
            self._dead_symbols(inputs, factors, formulas, result)
        self.file.finish()
        return Methodology(
            **facts,
            sources=sources,
            inputs=inputs,
            factors=factors,
            formulas=formulas,
            result=result,
            evidence=evidence,
            examples=examples,
            digest=digest(self.file.data),
            path=self.file.path,
            units=self.units,
        )

    def _head(self, head: Section) -> dict[str, Any]:
        return {
            "id": head.text("id", pattern=ID),
            "version": head.text("version", pattern=VERSION),
            "status": head.text("status", choices=("draft", "published")),
            "kind": head.text("kind", choices=("citizen", "project", "event")),
            "title": _label(head),
            "summary": _label(head, "summary"),
            "basis": head.text("basis", choices=("official", "reconstruction")),
            "basis_note": _label(head, "basis"),
            "gwp": head.text("gwp", choices=tuple(self.shelf.warming.sets)),
            "valid": read_validity(head.table("valid")),
        }

    def _named(
        self, root: Section, key: str, *, required: bool = True
    ) -> list[tuple[str, Section]]:
        sections = root.named(key, required=required)
        return [
            (name, section)
            for name, section in sections.items()
            if _symbol_fits(section, name, self.taken)
        ]

    def _unit(self, section: Section, key: str, kind: str = "") -> Unit:
        text = section.text(key)
        unit = Unit("1", Fraction(1), ())
        if text:
            try:
                unit = self.units.parse(text)
            except Invalid as refusal:
                section.report(key, refusal.code, refusal.zh, refusal.en)
                return unit
            check_kind(section, kind, unit, self.units)
        return unit

    def _input(self, symbol: str, section: Section) -> Input:
        with section:
            kind = section.text("kind")
            unit = self._unit(section, "unit", kind)
            column = section.text("column", pattern=COLUMN)
            if column in self.columns:
                section.report(
                    "column",
                    "duplicate_column",
                    f"列 {column} 已被另一输入使用",
                    f"the column {column} is already used by another input",
                )
            self.columns.add(column)
            low, high = section.integers("bounds", 2)
            if low > high or max(abs(low), abs(high)) > LARGEST_BOUND:
                section.report(
                    "bounds",
                    "impossible_bounds",
                    "上下界须由小到大，且不超过 2^53",
                    "bounds must be in order and within 2^53",
                )
            shown = self._unit(section, "shown_in") if section.has("shown_in") else unit
            if shown.signature != unit.signature:
                section.report(
                    "shown_in",
                    "unit_mismatch",
                    f"显示单位 {shown.text} 与 {unit.text} 不是同一种量",
                    f"{shown.text} does not measure what {unit.text} measures",
                )
            self.signatures[symbol] = unit.signature
            return Input(
                symbol,
                column,
                kind,
                unit,
                low,
                high,
                _label(section),
                _label(section, "source"),
                shown,
            )

    def _factor(self, symbol: str, section: Section, facts: dict[str, Any]) -> Factor:
        with section:
            kind = section.text("kind")
            unit = self._unit(section, "unit", kind)
            conversions = tuple(self.shelf.warming.conversions)
            convert = section.text("convert", choices=conversions, required=False)
            declared = Declared(
                symbol=symbol,
                kind=kind,
                unit=unit,
                key=section.text("key"),
                pin=section.text("row", pattern=r"sha256:[0-9a-f]{64}"),
                convert=convert,
                row_kind=section.text("row_kind") if convert else kind,
                label=_label(section),
                decimals=section.integer("decimals", required=False),
            )
        self.signatures[symbol] = unit.signature
        return bind_factor(section, declared, self.shelf, valid=facts["valid"], gwp=facts["gwp"])

    def _formulas(self, root: Section) -> tuple[Formula, ...]:
        read: dict[str, Formula] = {}
        sections = dict(self._named(root, "formula"))
        for symbol, section in sections.items():
            with section:
                kind = section.text("kind")
                unit = self._unit(section, "unit", kind)
                source, label = section.text("expression"), _label(section)
            self.signatures[symbol] = unit.signature
            try:
                read[symbol] = Formula(symbol, source, parse(source), kind, unit, label)
            except Invalid as refusal:
                section.report("expression", refusal.code, refusal.zh, refusal.en)
        for symbol, formula in read.items():
            try:
                found = infer(formula.tree, self.signatures, self.units)
                self.units.require_same(found, formula.unit.signature, symbol)
            except Invalid as refusal:
                sections[symbol].report("expression", refusal.code, refusal.zh, refusal.en)
        try:
            return tuple(
                read[symbol] for symbol in order({key: item.tree for key, item in read.items()})
            )
        except Invalid as refusal:
            root.report("formula", refusal.code, refusal.zh, refusal.en)
            return tuple(read.values())

    def _result(self, section: Section, formulas: tuple[Formula, ...]) -> Result:
        units = {formula.symbol: formula.unit for formula in formulas}
        with section:
            result = Result(
                name=section.text("name", pattern=COLUMN),
                formula=section.text("formula", choices=tuple(units)),
                unit=self._unit(section, "unit"),
                rounding=section.text("round", choices=("down", "up")),
                negative=section.text("negative", choices=("refuse", "zero")),
                label=_label(section),
            )
        if result.formula in units:
            try:
                self.units.require_same(
                    result.unit.signature, units[result.formula].signature, result.name
                )
            except Invalid as refusal:
                section.report("unit", refusal.code, refusal.zh, refusal.en)
        if result.name in self.taken:
            section.report(
                "name",
                "duplicate_symbol",
                f"符号 {result.name} 重复",
                f"the symbol {result.name} is declared twice",
            )
        return result

    def _example(self, section: Section) -> Example:
        with section:
            title = _label(section)
            inputs = self._quantities(section, "inputs")
            refused = section.text("refused", required=False)
            expected = self._quantities(section, "expected") if section.has("expected") else {}
        if bool(refused) == bool(expected):
            section.report(
                "",
                "example_without_answer",
                "示例须有 expected 或 refused，且只有其一",
                "an example needs either `expected` or `refused`",
            )
        return Example(title, inputs, expected, refused, self.file.line(section.path))

    def _quantities(self, section: Section, key: str) -> dict[str, Quantity]:
        quantities: dict[str, Quantity] = {}
        for name, part in section.named(key).items():
            with part:
                value, unit = part.text("value"), part.text("unit")
            quantities[name] = read_quantity(part, value, unit, self.units)
        return quantities

    def _dead_symbols(
        self,
        inputs: tuple[Input, ...],
        factors: tuple[Factor, ...],
        formulas: tuple[Formula, ...],
        result: Result,
    ) -> None:
        used = {name.name for formula in formulas for name in names(formula.tree)}
        used.add(result.formula)
        for table, parts in (("input", inputs), ("factor", factors), ("formula", formulas)):
            for part in parts:
                if part.symbol not in used:
                    self.file.report(
                        (table, part.symbol),
                        "dead_symbol",
                        f"符号 {part.symbol} 没有任何公式使用",
                        f"the symbol {part.symbol} is used by no formula",
                    )


def _source(section: Section) -> Source:
    with section:
        return Source(
            section.text("title"), section.text("address", required=False), _label(section, "note")
        )


def _evidence(root: Section) -> tuple[Grade, ...]:
    grades = []
    with root.table("evidence") as section:
        for name in GRADES:
            with section.table(name) as part:
                grades.append(Grade(name, _label(part)))
    return tuple(grades)


def read_methodology(path: Path, shelf: Shelf) -> Methodology:
    """The methodology in the file `path`, fully checked except for its examples.

    Raises ContentRefused with every fault that was found.
    """
    return _Reader(path, shelf).read()
