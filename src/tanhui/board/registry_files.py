"""The registers as files under /registry/downloads/, with a dictionary of every column.

A file holds the registers as they were at most ten minutes ago; it is written once for that time
and served as it lies.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import pyarrow.csv
import pyarrow.parquet
from django.conf import settings
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from tanhui.board.open_data import LICENCE, LICENCE_URL
from tanhui.board.registry_tables import CODES, TABLES, Table, batches
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import NotFound
from tanhui.registry import queries as registry
from tanhui.web.entrance import PageRequest, entrance

_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
_CACHE = "public, max-age=60"


@dataclass(frozen=True, slots=True)
class Edition:
    """As of when the files are, and the last event of the registry that they hold."""

    at: datetime
    event: int

    @property
    def tag(self) -> str:
        """What names the files."""
        return f"{self.at:%Y%m%d%H%M}-{self.event}"


def edition(at: datetime) -> Edition:
    """What is given away at this moment."""
    newest = registry.events(limit=1)
    minute = at.replace(minute=at.minute - at.minute % 10, second=0, microsecond=0)
    return Edition(minute, newest[0].number if newest else 0)


@entrance
@require_safe
def page(request: PageRequest) -> HttpResponse:
    """What there is to take, as of when, and what each column means."""
    context = {
        "edition": edition(request.at),
        "tables": TABLES.values(),
        "codes": CODES,
        "kinds": _TYPES,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "room": "downloads",
    }
    return render(request, "board/registry/downloads.html", context)


@entrance
@require_safe
def download(request: PageRequest, table: str, kind: str) -> HttpResponse:
    """One of the files; a client that has it already is told so. Refuses
    `register_has_no_such_file`."""
    if table not in TABLES or kind not in _TYPES:
        raise NotFound(
            "register_has_no_such_file",
            zh="登记簿没有这份下载文件。",
            en="The registers have no such file to download.",
        )
    told = edition(request.at)
    etag = f'"{told.tag}.{kind}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        assert isinstance(known, HttpResponse)
        return known
    response = FileResponse(
        _file(told, TABLES[table], kind).open("rb"),
        as_attachment=True,
        filename=f"tanhui-registry-{table}-{told.at:%Y%m%d%H%M}.{kind}",
        content_type=_TYPES[kind],
    )
    response["ETag"] = etag
    response["Cache-Control"] = _CACHE
    # FileResponse is one, though the stubs keep streams apart.
    return response  # type: ignore[return-value]


@entrance
@require_safe
def dictionary(request: PageRequest) -> HttpResponse:
    """The same that the page says, for programs."""
    told = edition(request.at)
    facts: dict[str, Any] = {
        "title": {"zh": "公开登记簿", "en": "The public registers"},
        "simulated": settings.TANHUI.simulated,
        "licence": {"name": LICENCE, "url": LICENCE_URL, "status": "assumed"},
        "as_of": {"at": told.at.astimezone(CITY_ZONE).isoformat(), "event": told.event},
        "tables": [
            {
                "name": table.name,
                "zh": table.zh,
                "en": table.en,
                "files": [f"{table.name}.{kind}" for kind in _TYPES],
                "columns": [
                    {
                        "name": column.name,
                        "type": column.type,
                        "unit": column.unit or None,
                        "zh": column.zh,
                        "en": column.en,
                    }
                    for column in table.columns
                ],
            }
            for table in TABLES.values()
        ],
        "codes": [{"code": code, "zh": zh, "en": en} for code, zh, en in CODES],
    }
    response = JsonResponse(facts, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Cache-Control"] = _CACHE
    return response


def _file(told: Edition, table: Table, kind: str) -> Path:
    """The file of this edition, which is written if nobody has asked for it yet."""
    folder = settings.TANHUI.var / "registry-data"
    path: Path = folder / f"{table.name}-{told.tag}.{kind}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write(table, path, kind)
        # Whoever still reads an older file keeps it open until the end.
        for old in folder.glob(f"{table.name}-*.{kind}"):
            if told.tag not in old.name:
                old.unlink(missing_ok=True)
    return path


def _write(table: Table, path: Path, kind: str) -> None:
    """Writes the file beside its place and moves it there, so that nobody reads half of it."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
        written: IO[bytes] = stream
        made = (
            pyarrow.csv.CSVWriter(written, table.schema)
            if kind == "csv"
            else pyarrow.parquet.ParquetWriter(written, table.schema)
        )
        with made as writer:
            for batch in batches(table):
                writer.write_batch(batch)
    os.replace(stream.name, path)
