"""Reads one methodology file by its closed schema and checks every name, unit and kind in it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.binding import Shelf, conversion_factor, read_factor
from tanhui.methodology.canonical import digest
from tanhui.methodology.checking import dead_symbols, order
from tanhui.methodology.document import Formula, Guard, Methodology
from tanhui.methodology.expression import RESERVED, Node, mentioned
from tanhui.methodology.factors import read_validity
from tanhui.methodology.grammar import parse, parse_condition
from tanhui.methodology.modules import check_use, module_shapes, read_use
from tanhui.methodology.outcome import read_category, read_result
from tanhui.methodology.parts import (
    read_axis,
    read_deduction,
    read_evidence,
    read_input,
    read_label,
    read_parameter,
    read_potential,
    read_scenario,
    read_source,
    read_table,
    read_unit,
)
from tanhui.methodology.shapes import Inference, Known, Shape
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.worked import read_example

ID = r"(?=.{1,80}(@|$))[a-z0-9]+([.+-][a-z0-9]+)*"
VERSION = r"(0|[1-9][0-9]{0,3})(\.(0|[1-9][0-9]{0,3})){2}"
REFERENCE = ID + "@" + VERSION
PATHS = ("citizen", "project", "event", "organisation", "person", "tool")
FOOTPRINTS = ("event", "organisation", "person")
LONGEST_SYMBOL = 40


class _Reader:
    """One reading: collects the parts, then checks them against each other."""

    def __init__(self, file: TomlFile, shelf: Shelf) -> None:
        self.shelf, self.units, self.file = shelf, shelf.units, file
        self.conversions = frozenset(shelf.warming.conversions)
        self.taken: set[str] = set()

    def read(self) -> Methodology:
        with self.file.root() as root:
            with root.table("methodology") as head:
                facts = self._head(head)
            self._parts(root, facts)
            self._columns(root)
            uses = self._each(root, "use", lambda name, part: read_use(name, part, self.shelf))
            facts["uses"] = tuple(use for use in uses if use is not None)
            formulas, known = self._formulas(root, facts)
            facts["guards"] = self._guards(root, known)
            result = None
            if facts["kind"] != "tool" or root.has("result"):
                result = read_result(root.table("result"), self.units, formulas, self.taken)
            facts["categories"] = self._each(
                root,
                "category",
                lambda name, part: read_category(name, part, self.units, formulas, result),
            )
            evidence = read_evidence(root, required=facts["kind"] == "citizen")
            examples = tuple(
                read_example(section, self.units) for section in root.tables("example")
            )
        if not self.file.problems:
            dead_symbols(self.file, facts, formulas, result)
        self.file.finish()
        by_symbol = {formula.symbol: formula for formula in formulas}
        return Methodology(
            **facts,
            formulas=tuple(by_symbol[name] for name in facts["order"] if name in by_symbol)
            if "order" in facts
            else formulas,
            result=result,
            evidence=evidence,
            examples=examples,
            digest=digest(self.file.data),
            factors_digest=_factors_digest(facts),
            path=self.file.path,
            units=self.units,
            conversions=_conversion_factors(self.shelf, facts["gwp"]),
        )

    def _head(self, head: Section) -> dict[str, Any]:
        supersedes = head.text(
            "supersedes", pattern=REFERENCE, like="stairs.city@1.0.0", required=False
        )
        return {
            "id": head.text("id", pattern=ID, like="stairs.city"),
            "version": head.text("version", pattern=VERSION, like="1.0.0"),
            "status": head.text("status", choices=("draft", "published")),
            "kind": head.text("kind", choices=PATHS),
            "title": read_label(head),
            "summary": read_label(head, "summary"),
            "basis": head.text("basis", choices=("official", "reconstruction", "published")),
            "basis_note": read_label(head, "basis"),
            "gwp": head.text("gwp", choices=tuple(self.shelf.warming.sets)),
            "valid": read_validity(head.table("valid")),
            "supersedes": supersedes,
            "changes": read_label(head, "changes", required=bool(supersedes)),
        }

    def _each(
        self,
        root: Section,
        key: str,
        read: Callable[[str, Section], Any],
        *,
        required: bool = False,
    ) -> tuple[Any, ...]:
        """Every table under `key`, its name checked and not yet taken."""
        if not required and not root.has(key):
            return ()
        return tuple(
            read(name, section)
            for name, section in root.named(key, required=required).items()
            if self._name_fits(section, name)
        )

    def _name_fits(self, section: Section, name: str) -> bool:
        if name in self.taken:
            zh, en = f"符号 {name} 重复", f"the symbol {name} is declared twice"
            section.report("", "duplicate_symbol", zh, en)
            return False
        self.taken.add(name)
        shaped = name.replace("_", "a").isalnum() and name.isascii() and name[:1].isalpha()
        if not shaped or len(name) > LONGEST_SYMBOL or name in RESERVED or name in self.conversions:
            zh = f"{name!r} 不能作符号：以字母开头，只用字母、数字与下划线，且不是公式用词"
            en = (
                f"{name!r} cannot be a symbol: it begins with a letter, goes on with letters, "
                "digits and underscores, and is no word of the formulas"
            )
            section.report("", "malformed_symbol", zh, en)
        return True

    def _parts(self, root: Section, facts: dict[str, Any]) -> None:
        """Everything that formulas may refer to, in the order of dependence."""
        units, kind, gwp = self.units, facts["kind"], facts["gwp"]
        facts["sources"] = tuple(read_source(section) for section in root.tables("source"))
        axes = {
            axis.name: axis
            for axis in self._each(root, "axis", lambda n, s: read_axis(n, s, units))
        }
        facts["axes"] = axes
        facts["scenarios"] = self._each(root, "scenario", read_scenario)
        scenarios = {scenario.name: scenario for scenario in facts["scenarios"]}
        facts["inputs"] = self._each(
            root,
            "input",
            lambda n, s: read_input(n, s, units, axes, kind),
            required=kind != "tool",
        )
        facts["factors"] = self._each(
            root,
            "factor",
            lambda n, s: read_factor(n, s, self.shelf, axes, valid=facts["valid"], gwp=gwp),
        )
        facts["parameters"] = self._each(
            root, "param", lambda n, s: read_parameter(n, s, units, axes)
        )
        warming = self.shelf.warming
        facts["potentials"] = self._each(
            root, "gwp", lambda n, s: read_potential(n, s, units, warming, gwp)
        )
        facts["tables"] = {
            table.name: table
            for table in self._each(root, "table", lambda n, s: read_table(n, s, units, scenarios))
        }
        facts["deductions"] = {
            item.name: item for item in self._each(root, "deduction", read_deduction)
        }

    def _columns(self, root: Section) -> None:
        """Two inputs or scenarios of one document never share a column."""
        seen: set[str] = set()
        for table in ("input", "scenario"):
            parts = root.data.get(table)
            for symbol, data in parts.items() if isinstance(parts, dict) else ():
                column = data.get("column") if isinstance(data, dict) else None
                if not isinstance(column, str):
                    continue
                if column in seen:
                    zh = f"列 {column} 已被使用"
                    en = f"the column {column} is already used by another input or scenario"
                    self.file.report((table, symbol, "column"), "duplicate_column", zh, en)
                seen.add(column)

    def _known(self, facts: dict[str, Any], declared: dict[str, Shape]) -> Known:
        symbols: dict[str, Shape] = dict(declared)
        for item in (*facts["inputs"], *facts["factors"], *facts["parameters"]):
            symbols[item.symbol] = Shape(item.unit.signature, frozenset(item.axes), item.kind)
        for item in facts["potentials"]:
            symbols[item.symbol] = Shape(item.quantity.unit.signature, frozenset(), item.kind)
        for use in facts["uses"]:
            symbols.update(module_shapes(use))
        return Known(
            symbols,
            facts["axes"],
            {scenario.name: scenario for scenario in facts["scenarios"]},
            facts["tables"],
            facts["deductions"],
            self.shelf.warming.conversions,
            self.units,
        )

    def _formulas(self, root: Section, facts: dict[str, Any]) -> tuple[tuple[Formula, ...], Known]:
        sections: dict[str, Section] = {}
        read: dict[str, Formula] = {}

        def one(symbol: str, section: Section) -> None:
            sections[symbol] = section
            with section:
                kind = section.text("kind")
                unit = read_unit(section, self.units, kind)
                source, label = section.text("expression"), read_label(section)
                note = read_label(section, "note") if section.has("note_zh") else None
                output = section.flag("output")
            try:
                tree = parse(source, self.conversions)
            except Invalid as refusal:
                section.report("expression", refusal.code, refusal.zh, refusal.en)
                return
            read[symbol] = Formula(
                symbol, source, tree, kind, unit, label, note=note, output=output
            )

        self._each(root, "formula", one, required=True)
        if len(read) < len(sections) or self.file.problems:
            # Shapes cannot be judged while a part is unreadable; the order is left as written.
            facts["order"] = tuple(read)
            return tuple(read.values()), self._unreadable(read, sections, facts)
        trees: dict[str, list[Node]] = {symbol: [item.tree] for symbol, item in read.items()}
        for use in facts["uses"]:
            trees[use.name] = [passed.tree for passed in use.inputs]
        try:
            facts["order"] = order(trees)
        except Invalid as refusal:
            first = str(refusal.facts["first"])
            where = ("formula" if first in read else "use", first)
            self.file.report(where, refusal.code, refusal.zh, refusal.en)
            facts["order"] = tuple(trees)
        return self._shaped(read, sections, facts)

    def _unreadable(
        self, read: dict[str, Formula], sections: dict[str, Section], facts: dict[str, Any]
    ) -> Known:
        """Name the unknown symbols too, so that one reading says as much as it can."""
        # A formula that could not be read is there all the same.
        declared = dict.fromkeys(sections, Shape(None))
        for symbol, item in read.items():
            declared[symbol] = Shape(item.unit.signature, frozenset(), item.kind)
        known = self._known(facts, declared)
        inference = Inference(known)
        for symbol, formula in read.items():
            try:
                inference.of(formula.tree)
            except Invalid as refusal:
                # What is declared but could not be read has been named already.
                name = str(refusal.facts.get("name", "")).partition(".")[0]
                if refusal.code == "unknown_symbol" and name not in self.taken:
                    sections[symbol].report("expression", refusal.code, refusal.zh, refusal.en)
            except KeyError:
                # Its kind or axis is unknown, which has been said already.
                continue
        return known

    def _shaped(
        self, read: dict[str, Formula], sections: dict[str, Section], facts: dict[str, Any]
    ) -> tuple[tuple[Formula, ...], Known]:
        """Every formula with its axes, in order; what does not fit its declaration is noted."""
        shapes: dict[str, Shape] = {
            symbol: Shape(item.unit.signature, frozenset(), item.kind)
            for symbol, item in read.items()
        }
        known = self._known(facts, shapes)
        symbols = known.symbols
        assert isinstance(symbols, dict)
        inference = Inference(known)
        shaped: dict[str, Formula] = {}
        unshaped: set[str] = set()
        for name in facts["order"]:
            if name not in read:
                uses = facts["uses"]
                place = next(at for at, use in enumerate(uses) if use.name == name)
                use = check_use(self.file, uses[place], inference)
                facts["uses"] = (*uses[:place], use, *uses[place + 1 :])
                symbols.update(module_shapes(use))
                continue
            formula = read[name]
            try:
                found = inference.of(formula.tree)
                inference.require(found.measured, formula.unit.signature, name, 1)
                inference.require_kind(found.kind, formula.kind, 1)
                tree, axes = inference.resolved(formula.tree), tuple(sorted(found.axes))
            except Invalid as refusal:
                # Of a formula whose parts have no known axes, that fault alone is no news.
                if refusal.code != "axis_mismatch" or not mentioned(formula.tree) & unshaped:
                    sections[name].report("expression", refusal.code, refusal.zh, refusal.en)
                unshaped.add(name)
                tree, axes = formula.tree, ()
            if mentioned(formula.tree) & unshaped:
                unshaped.add(name)
            symbols[name] = Shape(formula.unit.signature, frozenset(axes), formula.kind)
            shaped[name] = Formula(
                name, formula.source, tree, formula.kind, formula.unit, formula.label, axes,
                formula.note, formula.output,
            )  # fmt: skip
        return tuple(shaped.values()), known

    def _guards(self, root: Section, known: Known) -> tuple[Guard, ...]:
        inference = Inference(known)

        def one(name: str, section: Section) -> Guard | None:
            with section:
                source, label = section.text("require"), read_label(section)
            try:
                tree = parse_condition(source, self.conversions)
                inference.of(tree)
                tree = inference.resolved(tree)
            except Invalid as refusal:
                if not self.file.problems or refusal.code == "syntax_error":
                    section.report("require", refusal.code, refusal.zh, refusal.en)
                return None
            except KeyError:
                return None
            return Guard(name, source, tree, label)

        return tuple(guard for guard in self._each(root, "guard", one) if guard is not None)


def _conversion_factors(shelf: Shelf, gwp: str) -> dict[str, Fraction]:
    """What each typed conversion multiplies a value in base units by."""
    return {
        name: conversion_factor(shelf.warming, conversion, gwp)
        * conversion.becomes.scale
        / conversion.found.scale
        for name, conversion in shelf.warming.conversions.items()
    }


def _factors_digest(facts: dict[str, Any]) -> str:
    pinned: dict[str, object] = {}
    for factor in facts["factors"]:
        digests = [bound.row.digest for bound in factor.rows]
        pinned[factor.symbol] = digests[0] if len(digests) == 1 else digests
    for use in facts["uses"]:
        if use.module.factors_digest != digest({}):
            pinned[use.name] = use.module.factors_digest
    return digest(pinned)


def read_methodology(path: Path, shelf: Shelf, file: TomlFile | None = None) -> Methodology:
    """The methodology in the file `path`, fully checked except for its examples.

    Raises ContentRefused with every fault that was found.
    """
    return _Reader(file or TomlFile(path), shelf).read()
