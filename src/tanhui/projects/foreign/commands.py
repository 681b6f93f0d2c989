"""Reading files of other registers into the books: every row is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.projects.foreign.form import ISSUANCE, PROJECTS, Register
from tanhui.projects.foreign.layouts import load_register, read_registers
from tanhui.projects.foreign.matching import Match, match_sheet
from tanhui.projects.foreign.reading import read_sheet
from tanhui.projects.foreign.report import REFUSED, Entry, write_report
from tanhui.projects.foreign.sheets import ForeignFile, Sheet, open_file
from tanhui.projects.foreign.store import Store
from tanhui.projects.foreign.taking import SheetResult, Taking

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file, by sheet; `passed_over` are members that hold no table, and why."""

    sheets: tuple[SheetResult, ...]
    passed_over: tuple[tuple[str, str], ...]
    report: Path

    def count(self, name: str) -> int:
        """The sum of a count over all sheets."""
        return sum(int(getattr(sheet, name)) for sheet in self.sheets)

    def counts(self, name: str) -> dict[str, int]:
        """The sums of counts by reason, or by kind, over all sheets."""
        found: Counter[str] = Counter()
        for sheet in self.sheets:
            found.update(getattr(sheet, name))
        return dict(sorted(found.items()))


def import_file(*, actor: Actor, path: Path, register: str = AUTO, at: datetime) -> Imported:
    """Reads a file of another register; reading it again records nothing.

    `register` is the name of a declared register, or `auto`. A row that contradicts the file or
    the books is refused and reported, the others are recorded, all in one transaction. Refuses:
    `not_permitted`, `no_such_register`, `unknown_register_file`, `register_ambiguous`,
    `no_such_file`, `empty_file`, `broken_file`, `file_too_large`, `not_a_table`,
    `script_not_data`.
    """
    require(actor, "registers.import")
    root = settings.TANHUI.content_root
    registers = read_registers(root) if register == AUTO else (load_register(root, register),)
    file = open_file(path)
    entries: list[Entry] = [Entry(name, 0, REFUSED, code) for name, code in file.passed_over]
    plan, results = _plan(file, registers, entries)
    if not plan:
        raise _refuse_unknown(path, registers)
    with transaction.atomic():
        stores: dict[str, Store] = {}
        for sheet, match in plan:
            name = match.register.name
            if name not in stores:
                stores[name] = Store(match.register, path.name, file.sha256, at)
            result = SheetResult(sheet.name, name, match.table.name, sheet.encoding)
            results.append(result)
            Taking(stores[name], result, entries).take(read_sheet(sheet, match))
        for name, store in stores.items():
            own = [asdict(result) for result in results if result.register == name]
            store.end({"sheets": own})
            write_audit(
                actor=actor,
                action="registers.import",
                subject=f"register:{name}",
                facts={
                    "sha256": file.sha256.hex(),
                    **{key: sum(one[key] for one in own) for key in ("rows", "recorded")},
                },
                at=at,
            )
    report = write_report(
        settings.TANHUI.var / "reports", f"{path.stem}-{at:%Y%m%d%H%M%S}", entries
    )
    return Imported(tuple(results), file.passed_over, report)


def _plan(
    file: ForeignFile, registers: Sequence[Register], entries: list[Entry]
) -> tuple[list[tuple[Sheet, Match]], list[SheetResult]]:
    """Which sheet is read as what, projects before their credits; and those that are nothing."""
    hint = " ".join(file.path.parts[-2:])
    plan, unread = [], []
    for sheet in file.sheets:
        code = "unknown_table"
        try:
            match = match_sheet(sheet, registers, hint)
        except Refusal as refusal:
            if len(file.sheets) == 1:
                raise
            match, code = None, refusal.code
        if match is None:
            rows = max(len(sheet.lines) - 1, 0)
            result = SheetResult(sheet.name, encoding=sheet.encoding, rows=rows)
            result.refused[code] = rows
            unread.append(result)
            entries.append(Entry(sheet.name, 0, REFUSED, code))
        else:
            plan.append((sheet, match))
    plan.sort(key=lambda pair: (pair[1].table.kind != PROJECTS, pair[1].table.event != ISSUANCE))
    return plan, unread


def _refuse_unknown(path: Path, registers: Sequence[Register]) -> Refusal:
    return Invalid(
        "unknown_register_file",
        zh="“{name}”里没有已知登记簿的表（{known}）。",
        en="“{name}” holds no table of a known register ({known}).",
        name=path.name,
        known=", ".join(register.name for register in registers),
    )
