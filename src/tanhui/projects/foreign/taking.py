"""What of a sheet's rows is new to the books, what they know, and what contradicts them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tanhui.projects.foreign.form import HOLDING, ISSUANCE
from tanhui.projects.foreign.overlaps import overlapping
from tanhui.projects.foreign.reading import ReadCredit, Reading, ReadProject, ReadRow
from tanhui.projects.foreign.report import NOTED, REFUSED, Entry
from tanhui.projects.foreign.store import Cells, Rival, Store, block_cells, credit_cells


@dataclass(slots=True)
class SheetResult:
    """What became of one table of a file; `table` is empty where it is of no known register.

    `rows` is always `recorded` + `changed` + `exists` + all of `refused`. `kg` tells kilograms
    newly recorded by kind of block, `superseded` how many held blocks this file told more of.
    """

    sheet: str
    register: str = ""
    table: str = ""
    encoding: str = ""
    rows: int = 0
    recorded: int = 0
    changed: int = 0
    exists: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    noted: int = 0
    superseded: int = 0
    kg: dict[str, int] = field(default_factory=dict)


class Taking:
    """One sheet on its way into the books."""

    def __init__(self, store: Store, result: SheetResult, entries: list[Entry]) -> None:
        self.store, self.result, self.entries = store, result, entries
        self.remembered: list[bytes] = []

    def take(self, reading: Reading) -> None:
        """Writes what is new, and counts every row once."""
        self.result.rows = len(reading.rows) + len(reading.refused)
        for fault in reading.refused:
            self._refuse(fault.line, fault.code, fault.cell, fault.about)
        for fault in reading.noted:
            self.result.noted += 1
            self._enter(fault.line, NOTED, fault.code, fault.cell, fault.about)
        known = self.store.known([row.digest for row in reading.rows])
        new: dict[bytes, ReadRow] = {}
        for row in reading.rows:
            if row.digest in known or row.digest in new:
                self.result.exists += 1
            else:
                new[row.digest] = row
        self._take_projects(new, [row for row in reading.rows if row.is_project])
        self._take_credits(new, [row for row in reading.rows if not row.is_project])
        self.store.add_rows(self.remembered)

    def _enter(self, line: int, outcome: str, code: str, cell: str, about: str) -> None:
        self.entries.append(Entry(self.result.sheet, line, outcome, code, cell, about))

    def _refuse(self, line: int, code: str, cell: str = "", about: str = "") -> None:
        self.result.refused[code] = self.result.refused.get(code, 0) + 1
        self._enter(line, REFUSED, code, cell, about)

    def _take_projects(self, new: dict[bytes, ReadRow], rows: list[ReadRow]) -> None:
        """What the file says twice is found among all of its rows, the known ones too."""
        told: dict[str, ReadRow] = {}
        for row in rows:
            earlier = told.setdefault(row.project.code, row)
            if earlier.digest != row.digest and row.digest in new:
                del new[row.digest]
                self._refuse(row.line, "project_twice", row.project.code, str(earlier.line))
        fresh = [row for row in told.values() if row.digest in new]
        added, changed = self.store.keep_projects([row.project for row in fresh], fills=False)[1:]
        self.result.recorded += len(added)
        self.result.changed += len(changed)
        self.result.exists += len(fresh) - len(added) - len(changed)
        self.remembered += [row.digest for row in fresh]

    def _take_credits(self, new: dict[bytes, ReadRow], rows: list[ReadRow]) -> None:
        lines = {row.digest: row.line for row in reversed(rows)}
        inside = overlapping(row for row in rows if lines[row.digest] == row.line)
        fresh = [row for row in rows if new.get(row.digest) is row]
        for row in fresh:
            if row.line in inside:
                self._refuse(row.line, "serials_overlap", _serials(row), str(inside[row.line]))
        self._compare([row for row in fresh if row.line not in inside])

    def _compare(self, rows: list[ReadRow]) -> None:
        """Holds blocks against those in the books, and writes those that do not contradict them."""
        series = self.store.series(
            credit.block.series for row in rows for credit in row.credits if credit.block
        )
        blocks = [(row, credit) for row in rows for credit in row.credits if credit.block]
        rivals = self.store.rivals(
            [block_cells(place, credit, series) for place, (_, credit) in enumerate(blocks)]
        )
        refused: set[int] = set()
        for place, found in rivals.items():
            row, credit = blocks[place]
            code = row.project.code
            against = next((one for one in found if _contradicts(code, credit, one)), None)
            if against is not None and row.line not in refused:
                refused.add(row.line)
                reason = _reason(code, credit, against)
                self._refuse(row.line, reason, credit.serial, f"{against.first}-{against.last}")
        taken = [row for row in rows if row.line not in refused]
        ids = self._projects_of(taken)
        kept = {place: pair for place, pair in enumerate(blocks) if pair[0].line not in refused}
        self._write(taken, kept, rivals, ids, series)

    def _projects_of(self, rows: list[ReadRow]) -> dict[str, int]:
        told: dict[str, ReadProject] = {row.project.code: row.project for row in rows}
        return self.store.keep_projects(list(told.values()), fills=True)[0]

    def _write(
        self,
        rows: list[ReadRow],
        blocks: dict[int, tuple[ReadRow, ReadCredit]],
        rivals: dict[int, list[Rival]],
        ids: dict[str, int],
        series: dict[str, int],
    ) -> None:
        ended: set[int] = set()
        changes: list[Cells] = []
        same: set[int] = set()
        changed: set[int] = set()
        for place, (row, credit) in blocks.items():
            for rival in rivals.get(place, ()):
                if _is_same(credit, rival):
                    cells = credit_cells(row, credit, ids[row.project.code], series)
                    changes.append({**cells, "id": rival.id})
                    same.add(id(credit))
                    changed.add(row.line)
                else:
                    ended.add(rival.id)
        self.result.superseded += len(ended)
        later = [
            block_cells(place, credit, series)
            for place, (_, credit) in blocks.items()
            if credit.kind != ISSUANCE
        ]
        self.store.end_holdings(sorted(ended), later)
        self.store.change_credits(changes)
        new = [(row, credit) for row in rows for credit in row.credits if id(credit) not in same]
        self.store.add_credits(
            [credit_cells(row, credit, ids[row.project.code], series) for row, credit in new]
        )
        for _, credit in new:
            self.result.kg[credit.kind] = self.result.kg.get(credit.kind, 0) + credit.kg
        self.result.changed += len(changed)
        self.result.recorded += len(rows) - len(changed)
        self.remembered += [row.digest for row in rows]


def _is_same(credit: ReadCredit, rival: Rival) -> bool:
    block = credit.block
    return (
        block is not None
        and rival.kind == credit.kind
        and (rival.first, rival.last) == (block.first, block.last)
    )


def _contradicts(code: str, credit: ReadCredit, rival: Rival) -> bool:
    """Whether both cannot be: what was held may be told to have ended, and nothing else."""
    if rival.code != code:
        return True
    return not _is_same(credit, rival) and (credit.kind == ISSUANCE or rival.kind != HOLDING)


def _reason(code: str, credit: ReadCredit, rival: Rival) -> str:
    ended = credit.kind == HOLDING and rival.kind not in (HOLDING, ISSUANCE)
    return "already_ended" if ended and rival.code == code else "serials_overlap"


def _serials(row: ReadRow) -> str:
    return "; ".join(credit.serial for credit in row.credits)
