"""Why a row of a foreign file was not taken, in both languages, and the file that says so."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HEADER = ("sheet", "line", "outcome", "reason", "cell", "about", "说明", "explanation")
REFUSED, NOTED = "refused", "noted"
_NAME_MAX = 60

REASONS: dict[str, tuple[str, str]] = {
    "torn_row": ("单元格比表头多", "more cells than headings"),
    "header_again": ("表头再次出现", "the headings again"),
    "missing_id": ("没有写明项目", "the row names no project"),
    "malformed_id": ("不是这个登记簿的项目编号", "no project number of this register"),
    "missing_name": ("项目没有名称", "the project has no name"),
    "project_twice": ("同一文件中已有这个项目，内容不同", "told before in this file, otherwise"),
    "missing_quantity": ("没有数量", "no quantity"),
    "malformed_quantity": ("数量无法读取", "the quantity cannot be read"),
    "quantity_not_positive": ("数量为负", "the quantity is negative"),
    "nothing_issued": ("数量为零，没有签发", "nothing was issued"),
    "missing_serial": ("没有序列号", "no serial number"),
    "malformed_serial": ("序列号无法读取", "the serial number cannot be read"),
    "block_differs": ("序列号的段长与数量不等", "the block is not as long as the quantity says"),
    "serial_of_other_project": ("序列号属于另一个项目", "the serial is another project's"),
    "serials_overlap": ("序列号与另一段重叠", "the serials overlap another block"),
    "already_ended": (
        "此前读到的文件中，这些序列号已注销或取消",
        "an earlier file tells that these serials were retired or cancelled",
    ),
    "sum_differs": ("分项之和与合计不等", "the parts do not add up to the total"),
    "unknown_state": ("未知的状态", "an unknown state"),
    "malformed_vintage": ("年份无法读取", "the vintage cannot be read"),
    "malformed_day": ("日期无法读取", "the day cannot be read"),
    "malformed_amount": ("数值无法读取，留空", "the amount cannot be read; left empty"),
    "malformed_place": ("坐标无法读取，留空", "the place cannot be read; left empty"),
    "unknown_table": ("不是任何登记簿的表", "a table of no known register"),
    "script_not_data": ("脚本里不只有数据，没有读取", "a script that is not data alone; not read"),
    "not_a_table": ("没有一行行的记录", "no list of records"),
    "broken_file": ("文件已损坏", "the file is broken"),
    "register_ambiguous": ("看不出属于哪个登记簿", "it fits several registers"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report; `line` is 0 where a whole sheet is meant."""

    sheet: str
    line: int
    outcome: str
    reason: str
    cell: str = ""
    about: str = ""


def write_report(folder: Path, import_name: str, entries: Iterable[Entry]) -> Path:
    """Writes the report as CSV; answers its path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", import_name)[:_NAME_MAX]
    path = folder / f"register-{name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for entry in entries:
            zh, en = REASONS[entry.reason]
            writer.writerow(
                (
                    entry.sheet,
                    entry.line or "",
                    entry.outcome,
                    entry.reason,
                    _harmless(entry.cell),
                    _harmless(entry.about),
                    zh,
                    en,
                )
            )
    return path


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
