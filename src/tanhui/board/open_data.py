"""Open data under /open-data/: the city's totals as files, with a dictionary of every column.

Only days that are over are in the files. They are written once for each day and each roll that
changed any of those days, and are served as they lie.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from django.conf import settings
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from tanhui.behaviours.totals import queries
from tanhui.behaviours.totals.published import published_cells
from tanhui.behaviours.totals.queries import FEWEST
from tanhui.geo.districts import Districts
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.rulebook.shelf import current_root
from tanhui.scenes.in_force import library_in_force
from tanhui.web.entrance import PageRequest, entrance

LICENCE = "CC BY 4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
# A new roll may come within half a minute.
_CACHE = "public, max-age=30"
_SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("scene", pa.string()),
        ("district", pa.int32()),
        ("small_districts_together", pa.bool_()),
        ("deeds", pa.int64()),
        ("reduction_mg", pa.int64()),
        ("points", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column and what it means; `unit` is empty where there is none."""

    name: str
    type: str
    unit: str
    zh: str
    en: str


COLUMNS = (
    Column(
        "day",
        "date",
        "",
        "行为发生的日子，按成都的一天（北京时间 0 点起）。",
        "The day on which the deeds began, by the city's clock (UTC+8).",
    ),
    Column("scene", "text", "", "场景代号，见下表。", "The scene's code; see the table below."),
    Column(
        "district",
        "integer",
        "",
        "行程起点所在区（市）县的行政区划代码；起点不明或不在市内时为空。只记到区，不记更细的地点。",
        "The code (adcode) of the district in which the journey began; empty where that is not"
        " known or outside the city. Nothing finer is kept.",
    ),
    Column(
        "small_districts_together",
        "boolean",
        "",
        "为真时，这一行是当天该场景里不足 3 次的各区之和，不分区，district 为空。",
        "True where the row is the sum of all districts that had fewer than 3 deeds of this scene"
        " on this day; they are not told apart, and district is empty.",
    ),
    Column(
        "deeds",
        "integer",
        "",
        "已记录、没有撤回的行为次数；重复送来的合并为一次，暂缓核实的不计。",
        "Deeds that are recorded and were not taken back; one told twice counts once, held ones"
        " do not count.",
    ),
    Column(
        "reduction_mg",
        "integer",
        "mg CO2e",
        "按公布的方法学算出的减排量之和，每次向下取整到毫克。",
        "The reductions by the published methodologies, each rounded down to the milligram.",
    ),
    Column(
        "points",
        "integer",
        "",
        "这些行为记给市民的积分之和。",
        "The points that these deeds brought to citizens.",
    ),
)


@dataclass(frozen=True, slots=True)
class Edition:
    """What the files of this moment hold: the days until `last`, as of `at` (None before any roll).

    `roll` is the last one that changed any of these days (0 before any), `log_index` its place in
    the public log.
    """

    roll: int
    at: datetime | None
    log_index: int | None
    last: date

    @property
    def tag(self) -> str:
        """What names the files; other rolls and other days have others."""
        return f"{self.roll}-{self.last.isoformat()}"


def edition(at: datetime) -> Edition:
    """What is given away at this moment."""
    last = city_day(at) - timedelta(days=1)
    cutoff, change = queries.cutoff(), queries.last_change(last)
    if cutoff is None or change is None:
        return Edition(0, None, None, last)
    return Edition(change.roll, cutoff.at, change.log_index, last)


@entrance
@require_safe
def page(request: PageRequest) -> HttpResponse:
    """What there is, how to read it, and where it comes from."""
    told = edition(request.at)
    root = current_root()
    context = {
        "edition": told,
        "columns": COLUMNS,
        "sizes": {kind: _file(told, kind).stat().st_size for kind in _TYPES},
        "scenes": library_in_force().scenes,
        "districts": Districts.load(root).all,
        "origin": Districts.load(root).origin,
        "fewest": FEWEST,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "here": "open-data",
    }
    return render(request, "board/open_data.html", context)


@entrance
@require_safe
def download(request: PageRequest, kind: str) -> HttpResponse:
    """One of the files; a client that has it already is told so."""
    told = edition(request.at)
    etag = f'"{told.tag}.{kind}"'
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        assert isinstance(known, HttpResponse)
        return known
    response = FileResponse(
        _file(told, kind).open("rb"),
        as_attachment=True,
        filename=f"tanhui-deeds-{told.last.isoformat()}.{kind}",
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
    response = JsonResponse(
        told_dictionary(edition(request.at)),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    response["Cache-Control"] = _CACHE
    return response


def told_dictionary(told: Edition) -> Mapping[str, Any]:
    """Columns, codes, licence, cut-off and what is hidden, as JSON."""
    districts = Districts.load(current_root())
    return {
        "title": {"zh": "绿色行为按日、场景、区汇总", "en": "Green deeds by day, scene, district"},
        "simulated": settings.TANHUI.simulated,
        "licence": {
            "name": LICENCE,
            "url": LICENCE_URL,
            "status": "assumed",
            "note": {
                "zh": "平台默认的许可；城市正式发布时由主管部门决定。",
                "en": "The platform's default; the authority decides when a city publishes.",
            },
        },
        "cut_off": {
            "at": told.at.astimezone(CITY_ZONE).isoformat() if told.at else None,
            "roll": told.roll,
            "log_index": told.log_index,
            "last_day": told.last.isoformat(),
        },
        "files": [f"deeds.{kind}" for kind in _TYPES],
        "columns": [
            {
                "name": column.name,
                "type": column.type,
                "unit": column.unit or None,
                "zh": column.zh,
                "en": column.en,
            }
            for column in COLUMNS
        ],
        "suppressed": {
            "fewer_than": FEWEST,
            "zh": "一天里某场景在某区不足 3 次的，与其他这样的区合为一行；"
            "各行之和仍等于公开日志里的总数。",
            "en": "Where a scene had fewer than 3 deeds in a district on a day, they are told in"
            " one row with other such districts; the rows still add up to the public log's totals.",
        },
        "scenes": [
            {
                "code": scene.code,
                "zh": scene.title_zh,
                "en": scene.title_en,
                "measure": scene.measure,
            }
            for scene in library_in_force().scenes
        ],
        "districts": [
            {
                "code": district.adcode,
                "zh": district.name_zh,
                "en": f"{district.name_en} {district.kind_en}",
                "residents": district.residents,
            }
            for district in districts.all
        ],
        "residents": {
            "day": districts.origin.residents_day.isoformat(),
            "zh": districts.origin.residents_zh,
            "en": districts.origin.residents_en,
            "status": districts.origin.residents_status,
        },
    }


def _file(told: Edition, kind: str) -> Path:
    """The file of this edition, which is written if nobody has asked for it yet."""
    folder = settings.TANHUI.var / "open-data"
    path = folder / f"deeds-{told.tag}.{kind}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        table = _table(told)
        for each in _TYPES:
            _write(table, folder / f"deeds-{told.tag}.{each}", each)
        # Whoever still reads an older file keeps it open until the end.
        for old in folder.glob("deeds-*"):
            if told.tag not in old.name:
                old.unlink(missing_ok=True)
    return path


def _table(told: Edition) -> pa.Table:
    codes = {scene.number: scene.code for scene in library_in_force().scenes}
    districts = Districts.load(current_root())
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
    for cell in published_cells(told.last) if told.roll else ():
        district = districts.numbered(cell.district)
        row = (
            cell.day,
            codes[cell.scene],
            district.adcode if district else None,
            cell.together,
            cell.sum.deeds,
            cell.sum.reduction_mg,
            cell.sum.points,
        )
        for name, value in zip(columns, row, strict=True):
            columns[name].append(value)
    facts = {
        "licence": LICENCE,
        "roll": str(told.roll),
        "last_day": told.last.isoformat(),
        "log_index": "" if told.log_index is None else str(told.log_index),
        "simulated": str(settings.TANHUI.simulated).lower(),
    }
    return pa.table(columns, schema=_SCHEMA.with_metadata(facts))


def _write(table: pa.Table, path: Path, kind: str) -> None:
    """Writes the file beside its place and moves it there, so that nobody reads half of it."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as stream:
        written: IO[bytes] = stream
        if kind == "csv":
            pyarrow.csv.write_csv(table, written)
        else:
            pyarrow.parquet.write_table(table, written)
    os.replace(stream.name, path)
