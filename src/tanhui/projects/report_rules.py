"""What a monitoring report consists of, and the term of answers: `<city>/monitoring.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.methodology.document import Label
from tanhui.methodology.parts import read_label
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section as TomlSection
from tanhui.methodology.tomlfile import TomlFile
from tanhui.projects.income import check_prices
from tanhui.rulebook.shelf import current_root

FILES = "*/monitoring.toml"
NAME = r"[a-z][a-z-]*"
_LONGEST_TERM = 120


@dataclass(frozen=True, slots=True)
class TextSection:
    """One section of a report in words; `asks` says what is to be written."""

    name: str
    label: Label
    asks: Label
    required: bool


@dataclass(frozen=True, slots=True)
class Monitoring:
    """A city's rules of reports. An answer is owed within `answer_working_days`."""

    basis: str
    source: Label
    answer_working_days: int
    sections: tuple[TextSection, ...]


def read_monitoring(path: Path) -> Monitoring:
    """The rules of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("monitoring") as head:
            basis = head.text("basis", choices=("published", "reconstruction", "assumed"))
            source = Label(head.text("source_zh"), head.text("source_en"))
            days = head.integer("answer_working_days")
            head.text("answer_why_zh")
            head.text("answer_why_en")
            if not 0 < days <= _LONGEST_TERM:
                zh, en = f"应在 1 到 {_LONGEST_TERM} 之间", f"must be 1 to {_LONGEST_TERM}"
                head.report("answer_working_days", "wrong_value", zh, en)
        sections = tuple(_section(part) for part in root.tables("section"))
        names = [section.name for section in sections]
        for name in sorted({name for name in names if names.count(name) > 1}):
            root.report("section", "name_taken", f"{name} 重复", f"{name} is there twice")
    file.finish()
    return Monitoring(basis, source, days, sections)


def _section(part: TomlSection) -> TextSection:
    with part:
        return TextSection(
            name=part.text("name", pattern=NAME),
            label=read_label(part),
            asks=Label(part.text("asks_zh"), part.text("asks_en")),
            required=part.flag("required"),
        )


@cache
def _read(root: Path) -> Monitoring:
    for path in sorted(root.glob(FILES)):
        return read_monitoring(path)
    raise RuntimeError(f"no {FILES} under {root}")


def city_monitoring() -> Monitoring:
    """The city's rules of reports, read once for each program."""
    return _read(current_root())


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the rules of reports and of the enquiry prices."""
    problems: list[Problem] = []
    for path in sorted(content_root.glob(FILES)):
        try:
            read_monitoring(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems + check_prices(content_root)
