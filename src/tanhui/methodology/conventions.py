"""What a document keeps to besides being readable: its folder, its result, its kernel, its past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.fields import read_fields
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile

# name, unit, rounding, and what may happen below zero, of the result of each path. Rows and books
# take the number alone, so another unit would be an error of a thousand or a million.
RESULTS = {
    "citizen": ("reduction_mg", "mgCO2e", "down", ("refuse", "zero")),
    "project": ("credit_kg", "kgCO2e", "down", ("refuse", "zero", "carry")),
    "event": ("footprint_kg", "kgCO2e", "up", ("refuse", "zero", "keep")),
    "organisation": ("footprint_kg", "kgCO2e", "up", ("refuse", "zero", "keep")),
    "person": ("footprint_kg", "kgCO2e", "up", ("refuse", "zero", "keep")),
}


def convention_problems(methodology: Methodology) -> list[Problem]:
    """Whatever of its result, its divisor or its row kernel is not as its path wants it."""
    found = [*_result(methodology), *_kernel(methodology)]
    if not found:
        return []
    file = TomlFile(methodology.path)
    return [Problem(file.path, file.line(tuple(key.split("."))), key, code, zh, en)
            for key, code, zh, en in found]  # fmt: skip


def _result(methodology: Methodology) -> Iterator[tuple[str, str, str, str]]:
    result = methodology.result
    if result is None or methodology.kind not in RESULTS:
        return
    name, unit, rounding, negative = RESULTS[methodology.kind]
    if (result.name, result.unit.text, result.rounding) != (name, unit, rounding):
        zh = f"{methodology.kind} 的结果须为 {name}，单位 {unit}，round = {rounding}"
        en = f"the result of kind {methodology.kind} is {name} in {unit}, rounded {rounding}"
        yield "result", "wrong_result", zh, en
    if result.negative not in negative:
        known = ", ".join(negative)
        zh, en = f"此类文件只可写：{known}", f"in a document of this kind write one of: {known}"
        yield "result.negative", "wrong_result", zh, en
    plain = {item.symbol for item in methodology.inputs if not item.axes}
    plain |= {item.symbol for item in methodology.formulas if not item.axes}
    if result.per and result.per not in plain:
        zh = f"{result.per} 不是单个数的输入或公式"
        en = f"{result.per} is not an input or a formula with a single value"
        yield "result.per", "wrong_result", zh, en


def _kernel(methodology: Methodology) -> Iterator[tuple[str, str, str, str]]:
    """A citizen document must run over millions of rows."""
    if methodology.kind != "citizen":
        return
    try:
        compile_kernel(methodology)
    except Refusal as refusal:
        yield "formula", refusal.code, f"不能逐行计算：{refusal.zh}", f"no row kernel: {refusal.en}"


def folder_problems(root: Path, methodologies: Sequence[Methodology]) -> Iterator[Problem]:
    """Documents that lie elsewhere than `<city>/methodologies/<path>/<field>/`.

    The path is the document's kind; a tool may lie beside those that it serves.
    """
    try:
        fields = read_fields(root)
    except ContentRefused as refusal:
        yield from refusal.problems
        return
    for item in methodologies:
        parts = item.path.relative_to(root).parts[2:]
        kinds = {item.kind} if item.kind != "tool" else {*RESULTS, "tool"}
        if len(parts) == 3 and parts[0] in kinds and parts[1] in fields:
            continue
        known = ", ".join(sorted(fields))
        zh = f"应放在 methodologies/{item.kind}/<领域>/ 下，领域为：{known}"
        en = f"its place is methodologies/{item.kind}/<field>/, the field one of: {known}"
        yield Problem(item.path, 0, "methodology.kind", "wrong_folder", zh, en)


def lineage_problems(methodologies: Sequence[Methodology]) -> Iterator[Problem]:
    """Documents that supersede none that there is, or one that is not older."""
    references = {item.reference for item in methodologies}
    for item in methodologies:
        old = item.supersedes
        if not old:
            continue
        id, _, version = old.partition("@")
        ours, theirs = (tuple(map(int, text.split("."))) for text in (item.version, version))
        if old not in references:
            zh, en = f"没有文件 {old}", f"there is no document {old}"
        elif id == item.id and theirs >= ours:
            zh = f"{old} 的版本不早于 {item.version}"
            en = f"{old} is not of an earlier version than {item.version}"
        else:
            continue
        key = "methodology.supersedes"
        line = TomlFile(item.path).line(("methodology", "supersedes"))
        yield Problem(item.path, line, key, "supersedes_other", zh, en)
