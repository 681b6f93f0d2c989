"""Writing an export and reading it back: what is in the files is what was told, or nothing is kept.

A folder gets its files at once: they are written beside it first and put in place when all of them
read back equal.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.registry.exports.schema import Schema, Table

Record = Mapping[str, object]
Tables = Mapping[str, Sequence[Record]]
REPORT = "report.json"


def write_json(folder: Path, schema: Schema, tables: Tables) -> list[Path]:
    """One JSON array for each table, numbered in the schema's order."""
    paths = []
    for number, table in enumerate(schema.tables, 1):
        path = folder / f"{number:02}-{table.name}.json"
        _write(path, list(tables.get(table.name, ())))
        paths.append(path)
    return paths


def read_json(folder: Path, schema: Schema) -> dict[str, list[Record]]:
    """The tables that `write_json` wrote."""
    return {
        table.name: json.loads(
            (folder / f"{number:02}-{table.name}.json").read_text(encoding="utf-8")
        )
        for number, table in enumerate(schema.tables, 1)
    }


def write_csv(folder: Path, schema: Schema, tables: Tables) -> list[Path]:
    """One CSV for each table; lists as JSON, what is not told as an empty cell."""
    paths = []
    for table in schema.tables:
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(field.name for field in table.fields)
            for record in tables.get(table.name, ()):
                writer.writerow(_cell(record.get(field.name)) for field in table.fields)
        paths.append(path)
    return paths


def read_csv(folder: Path, schema: Schema) -> dict[str, list[Record]]:
    """The tables that `write_csv` wrote, each cell as its field says."""
    found: dict[str, list[Record]] = {}
    for table in schema.tables:
        with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
            found[table.name] = [_opened(table, row) for row in csv.DictReader(file)]
    return found


def _opened(table: Table, row: Mapping[str, str]) -> Record:
    record: dict[str, object] = {}
    for field in table.fields:
        cell = row[field.name]
        if field.kind == "texts":
            record[field.name] = json.loads(cell or "[]")
        elif cell == "":
            continue
        elif field.kind == "integer":
            record[field.name] = int(cell)
        elif field.kind == "flag":
            record[field.name] = cell == "true"
        else:
            record[field.name] = cell
    return record


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _write(path: Path, data: object) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def write_report(folder: Path, report: Mapping[str, object]) -> None:
    """The report, with the hash of each file that lies beside it."""
    hashes = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }
    _write(folder / REPORT, {**report, "files": hashes})


def plain(tables: Tables, schema: Schema) -> dict[str, list[Record]]:
    """Tables as they read back: without what is not told, lists also where they are empty."""
    told: dict[str, list[Record]] = {}
    for table in schema.tables:
        lists: dict[str, object] = {
            field.name: [] for field in table.fields if field.kind == "texts"
        }
        told[table.name] = [
            {**lists, **{name: value for name, value in record.items() if value is not None}}
            for record in tables.get(table.name, ())
        ]
    return told


class Staged:
    """A folder beside the one that is wanted; `keep` puts its files in place."""

    def __init__(self, out: Path) -> None:
        if out.exists() and (not out.is_dir() or _is_strange(out)):
            raise _refuse_folder(out)
        self.out = out
        out.parent.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))

    def keep(self) -> None:
        """Puts the files in place of those of an earlier export."""
        self.out.mkdir(exist_ok=True)
        for path in sorted(self.folder.iterdir()):
            os.replace(path, self.out / path.name)

    def clear(self) -> None:
        """Takes the folder away, kept or not."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_strange(out: Path) -> bool:
    """Whether a folder holds files and none of them is an export's report."""
    return any(out.iterdir()) and not (out / REPORT).is_file()


def _refuse_folder(out: Path) -> Refusal:
    return Invalid(
        "folder_not_empty",
        zh="文件夹“{out}”里有别的文件；请换一个空的文件夹。",
        en="The folder “{out}” holds other files; name an empty one.",
        out=out,
    )
