"""What the demo's owners hand in. Names are those of the press; every figure is invented."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

SIMULATED_ZH, SIMULATED_EN = "（模拟）", " (simulated)"
Cells = dict[str, dict[str, Any]]
_PROOF = "监测资料（模拟）"
_YEAR_MONTHS = 12


@dataclass(frozen=True)
class Told:
    """A project as its owner describes it. `places` are sites by name, each a square of so many
    degrees around a longitude and latitude, with its meters."""

    owner: str
    methodology: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    places: Mapping[str, tuple[str, str, str, tuple[str, ...]]]
    case: str = ""
    changes: Cells = field(default_factory=dict)
    simplified: bool = False

    @property
    def name_zh(self) -> str:
        """The Chinese name, which says that it is simulated."""
        return self.zh + SIMULATED_ZH

    @property
    def name_en(self) -> str:
        """The English name, which says so too."""
        return self.en + SIMULATED_EN

    def cells(self) -> Cells:
        """The design's cells."""
        if self.case == "glass-furnace":
            return furnace_cells(_YEAR_MONTHS)
        return {**worked_cells(self.methodology, self.case), **self.changes}

    def sites(self) -> list[dict[str, Any]]:
        """The sites with equal shares of a million, the first with what is left over."""
        share, rest = divmod(1_000_000, len(self.places))
        return [
            {
                "name": name,
                "place": square(*where[:3]),
                "meters": list(where[3]),
                "share_ppm": share + (rest if number == 0 else 0),
            }
            for number, (name, where) in enumerate(self.places.items())
        ]


def square(lng: str, lat: str, size: str) -> dict[str, Any]:
    """A square of `size` degrees around a place, as GeoJSON in WGS84."""
    x, y, half = Fraction(lng), Fraction(lat), Fraction(size) / 2
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[float(x + half * east), float(y + half * north)] for east, north in corners]
    return {"type": "Polygon", "coordinates": [ring]}


@cache
def _examples(root: Path, methodology: str) -> dict[str, dict[str, Any]]:
    paths = root / "chengdu" / "methodologies" / "project"
    for path in paths.rglob(f"{methodology.partition('.')[0]}.toml"):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        if told["methodology"]["id"] == methodology:
            return {one["case"]: one["inputs"] for one in told["example"] if "case" in one}
    raise LookupError(methodology)


def worked_cells(methodology: str, case: str) -> Cells:
    """The inputs of a methodology's worked example, as an owner fills them in."""
    cells = deepcopy(_examples(settings.TANHUI.content_root, methodology)[case])
    for cell in cells.values():
        value = cell.pop("values", cell.pop("items", cell.get("value")))
        if value is not None:
            cell["value"] = (
                [None if one == "missing" else one for one in value]
                if isinstance(value, list)
                else value
            )
            cell.setdefault("evidence", _PROOF)
    return cells


def furnace_cells(months: int, *, slip: bool = False) -> Cells:
    """The furnace over some months; with `slip`, a meter was copied wrongly once."""
    cells = worked_cells("energy-substitution.chengdu", "glass-furnace")
    power = ["875"] * months
    if slip:
        power[min(2, months - 1)] = "785"
    # The worked case brought to the size that the press told: about 3,600 t a year.
    told: dict[str, tuple[Any, str]] = {
        "P_hist": (["17100", "17450", "17450"], "t"),
        "FC_gas_hist": (["2380000", "2460000", "2440000"], "Nm3"),
        "CAP": ("18000", "t/yr"),
        "period": (year_text(months), "yr"),
        "P": (["1443"] * (months - 1) + ["1447"], "t"),
        "EC": (power, "MWh"),
        "FC_gas": (["0"] * months, "Nm3"),
        "ncv": (["389.31"] * months, "GJ/1e4Nm3"),
    }
    for symbol, (value, unit) in told.items():
        cells[symbol] = {"value": value, "unit": unit, "evidence": _PROOF}
    return cells


def greenway_cells(months: int) -> Cells:
    """The greenway's trees over some months of a year, without the rides that were waived."""
    cells = worked_cells(GREENWAY.methodology, GREENWAY.case)
    cells["period"]["value"] = year_text(months)
    cells["EC"]["value"] = cells["EC"]["value"][:months]
    return cells


def year_text(months: int) -> str:
    """So many months as a part of a year, in four digits."""
    whole, part = divmod(months * 10_000 // _YEAR_MONTHS, 10_000)
    return f"{whole}.{part:04d}" if part else str(whole)


FURNACE = Told(
    "owner-glass",
    "energy-substitution.chengdu",
    "玻璃窑炉气改电",
    "Glass furnace from gas to electricity",
    "一台药用玻璃窑炉由天然气改为全电熔，按报道的规模重建，年减排约 3,600 吨；数据全部虚构。",
    "A furnace for medical glass turns from natural gas to electricity, rebuilt to the size the"
    " press told, about 3,600 t a year; all data are invented.",
    {"熔制车间": ("103.532", "30.602", "0.002", ("EM-2020-0417", "GM-2016-0032"))},
    case="glass-furnace",
)
FOREST = Told(
    "owner-forest",
    "afforestation-tending.chengdu",
    "龙泉山城市森林公园碳汇",
    "Longquan Mountain urban forest park, sink",
    "龙泉山上的造林与管护；面积、蓄积按项目名称虚构，不是清查数据。",
    "Planting and tending on Longquan Mountain; areas and volumes are invented from the project's"
    " name and are no survey data.",
    {
        "北段造林区": ("104.310", "30.640", "0.020", ()),
        "南段管护区": ("104.265", "30.520", "0.016", ()),
    },
    case="longquanshan",
    changes={
        # A fifth of the worked case, which is of five years.
        "V2": {
            "value": {
                **dict.fromkeys(
                    ("cunninghamia", "pinus_massoniana", "eucalyptus", "broadleaf_hard"), "0"
                ),
                **{"cupressus": "40.8", "populus": "48.8", "quercus": "31.4"},
                "broadleaf_soft": "35.4",
            },
            "unit": "m3/ha",
            "evidence": _PROOF,
        },
        "FC_oil": {"value": ["0.9", "1.1", "1.0", "0.8"], "unit": "t", "evidence": _PROOF},
        "period": {"value": "1", "unit": "yr", "evidence": _PROOF},
    },
)
GREENWAY = Told(
    "owner-greenway",
    "greenway.chengdu",
    "锦城绿道一期工程碳汇",
    "Jincheng greenway phase one, sink",
    "环城生态带上的乔灌草；立项时也报了骑行减排，已书面放弃，骑行归市民。",
    "Trees, shrubs and lawns along the ring; rides were claimed in the design and waived in"
    " writing, so they are the citizens'.",
    {"锦城湖段": ("104.078", "30.567", "0.018", ("PUMP-JC-01",))},
    case="jincheng-phase-one",
    changes={
        "mobility": {"choice": "claimed", "evidence": "书面分工（模拟）"},
        "riders": {"choice": "not_credited", "evidence": "核对回执（模拟）"},
        "KM": {"value": "850000", "unit": "person.km", "evidence": _PROOF},
    },
)
FURNACE_TWO = Told(
    "owner-glass",
    "energy-substitution.chengdu",
    "二号玻璃窑炉气改电",
    "Glass furnace no. 2 from gas to electricity",
    "同一厂区的第二台窑炉，另有表计。",
    "A second furnace of the same works, with meters of its own.",
    {"二号熔制车间": ("103.540", "30.606", "0.002", ("EM-2022-0188",))},
    case="glass-furnace",
)
SOLAR = Told(
    "owner-greenway",
    "photovoltaic.chengdu",
    "绿道驿站屋顶光伏",
    "Solar roofs along the greenway",
    "沿线驿站屋顶的分布式光伏，没有申领绿证。",
    "Solar roofs of the stations along the way, without green certificates.",
    {"一号驿站": ("104.095", "30.589", "0.001", ("PV-JC-01",))},
    case="one-megawatt-average",
)
WETLAND = Told(
    "owner-forest",
    "wetland.chengdu",
    "山前湿地修复",
    "Wetland at the foot of the mountain",
    "山前退养鱼塘恢复为湿地，甲烷按实测计入。",
    "Fish ponds given back to wetland; methane is measured and counted.",
    {"一号湿地": ("104.232", "30.478", "0.006", ())},
    case="lake-shore",
)
KITCHEN = Told(
    "owner-village",
    "kitchen-waste-resource.chengdu",
    "农家乐餐厨垃圾资源化",
    "Kitchen waste of farm inns",
    "几家农家乐的餐厨垃圾集中做成肥料。",
    "Kitchen waste of some farm inns is turned into fertiliser.",
    {"处理站": ("103.874", "30.842", "0.001", ("KW-01",))},
    case="landfill-year-1",
    simplified=True,
)
LINPAN = Told(
    "owner-village",
    "linpan.chengdu",
    "川西林盘固碳",
    "Linpan groves",
    "三处林盘打捆申报，由合作社牵头。",
    "Three groves filed together, coordinated by the cooperative.",
    {
        "袁家林盘": ("103.861", "30.851", "0.003", ()),
        "余家林盘": ("103.881", "30.861", "0.003", ()),
        "陈家林盘": ("103.851", "30.871", "0.003", ()),
    },
    case="nine-settlements",
    simplified=True,
)
FERTILISER = Told(
    "owner-village",
    "soil-fertilisation.chengdu",
    "测土配方施肥",
    "Fertilising by soil tests",
    "合作社社员的水稻田按测土结果减施氮肥。",
    "The cooperative's paddies get less nitrogen, by soil tests.",
    {"一组田块": ("103.842", "30.832", "0.008", ())},
    case="plain-county",
    simplified=True,
)
TENDING = Told(
    "owner-forest",
    "afforestation-tending.chengdu",
    "东坡栎林管护",
    "Tending the oaks of the eastern slope",
    "东坡幼中龄栎林的管护。",
    "Tending young and middle-aged oaks on the eastern slope.",
    {"东坡": ("104.352", "30.571", "0.012", ())},
    case="tending-oak",
)
HEAT = Told(
    "owner-glass",
    "energy-retrofit.chengdu",
    "退火窑余热回收",
    "Waste heat of the annealing kilns",
    "退火窑的余热用于厂区热水。",
    "Waste heat of the annealing kilns warms the works' water.",
    {"退火车间": ("103.528", "30.598", "0.001", ("HM-01",))},
    case="ceramics-works",
)
