"""`tanhui layout`: the known formats, and what one of them, or a proposed one, reads of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.refusing import language, print_json, refusing
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.partners.files import look_through, suited
from tanhui.partners.form import GRADES, Layout
from tanhui.partners.layouts import load_layout, names, read_layout
from tanhui.partners.modes import ModeRule
from tanhui.partners.proposal import Proposal, propose
from tanhui.partners.sniffing import Sniffed, sniff
from tanhui.partners.trial import Fit, Trial, fit, ranked, read_trial

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_UNITS = {"distance_m": "m", "steps": "", "energy_wh": "Wh"}


def _zh() -> bool:
    return language().startswith("zh")


def _say(zh: str, en: str) -> None:
    typer.echo(zh if _zh() else en)


@dataclass(frozen=True)
class _Tried:
    """What came of trying a file: the layout read by, the others, and the proposal if any."""

    sniffed: Sniffed | None
    fits: list[Fit]
    trial: Trial
    proposal: Proposal | None


def _chosen(content_root: Path, layout: str) -> Layout:
    """A layout by its name, or by the path of its file while it is being written."""
    if not layout.endswith(".toml"):
        return load_layout(content_root, layout)
    path = Path(layout)
    if not path.is_file():
        raise NotFound(
            "no_such_file",
            zh="没有文件“{path}”。",
            en="There is no file “{path}”.",
            path=path,
        )
    return read_layout(path)


def _sound_layouts(content_root: Path) -> list[Layout]:
    """All layouts that have no fault; one that is being edited does not stop the others."""
    found = []
    for name in names(content_root):
        try:
            found.append(load_layout(content_root, name))
        except Refusal:
            continue
    return found


def _try(
    file: Path,
    layout: str | None,
    stations: Sequence[Path],
    content_root: Path,
    modes: Mapping[str, ModeRule],
) -> _Tried:
    now = datetime.now(UTC)
    if layout is not None:
        chosen = _chosen(content_root, layout)
        looked = look_through(file, chosen, stations)
        return _Tried(None, [], read_trial(looked, chosen, now=now, modes=modes), None)
    sniffed = sniff(file)
    known = {one.name: one for one in _sound_layouts(content_root)}
    fits = ranked(
        [
            fit(sniffed.file, one, now=now, modes=modes, stations=stations)
            for one in known.values()
            if one.encoding == sniffed.encoding
        ]
    )
    if fits and fits[0].fits:
        chosen = known[fits[0].name]
        looked = suited(sniffed.file, chosen, stations)
        return _Tried(sniffed, fits, read_trial(looked, chosen, now=now, modes=modes), None)
    proposal = propose(sniffed)
    trial = read_trial(sniffed.file, proposal.layout, now=now, modes=modes)
    return _Tried(sniffed, fits, trial, proposal)


def _row_facts(row: Mapping[str, object]) -> dict[str, object]:
    """One row as JSON can say it: instants in the city's time, the grade as its letter."""
    facts = dict(row)
    for key in ("started_at", "ended_at"):
        instant = facts.get(key)
        if isinstance(instant, datetime):
            facts[key] = instant.astimezone(CITY_ZONE).isoformat()
    facts["grade"] = GRADES[int(str(facts["grade"]))]
    return facts


def _trial_facts(trial: Trial) -> dict[str, object]:
    return {
        "rows": trial.rows,
        "readable": trial.readable,
        "refused": dict(sorted(trial.refused.items())),
        "modes": dict(sorted(trial.modes.items())),
        "measured": {
            name: {**asdict(one), "total": round(one.total, 3)}
            for name, one in trial.measured.items()
        },
        "straight_line_m": round(trial.straight_line, 1),
        "straight_line_rows": trial.straight_line_rows,
        "duplicate_references": trial.duplicates,
        "identical_points": trial.identical_points,
        "bounds_wgs84": trial.bounds,
        "first": trial.first.isoformat() if trial.first else None,
        "last": trial.last.isoformat() if trial.last else None,
        "stations": {
            "known": trial.stations_known,
            "unknown": sum(trial.stations_unknown.values()),
            "unknown_most": dict(trial.stations_unknown.most_common(10)),
        },
        "first_rows": [_row_facts(row) for row in trial.first_rows],
    }


def _facts(file: Path, tried: _Tried) -> dict[str, object]:
    facts: dict[str, object] = {"file": file.name}
    if tried.sniffed is not None:
        facts |= {
            "shape": str(tried.sniffed.file.shape),
            "encoding": tried.sniffed.encoding,
            "delimiter": tried.sniffed.delimiter if tried.sniffed.file.shape == "csv" else None,
            "header": tried.sniffed.header if tried.sniffed.has_header else None,
            "layouts": [
                {"name": one.name, "fits": one.fits, "part": round(one.part, 3),
                 "refusal": one.refusal or None}
                for one in tried.fits
            ],
        }  # fmt: skip
    facts["layout"] = None if tried.proposal else tried.trial.layout
    if tried.proposal is not None:
        facts |= {"proposed": tried.proposal.text, "fill_in": tried.proposal.fill_in}
    return facts | {"read": _trial_facts(tried.trial)}


def _tell_choice(tried: _Tried) -> None:
    """Which layout it is, which others it could be, or the one proposed."""
    sniffed = tried.sniffed
    if sniffed is not None:
        mark = {"\t": "tab"}.get(sniffed.delimiter, sniffed.delimiter)
        parted = f" · {mark}" if sniffed.file.shape == "csv" else ""
        _say(f"文件：{sniffed.file.shape} · {sniffed.encoding}{parted}",
             f"file: {sniffed.file.shape} · {sniffed.encoding}{parted}")  # fmt: skip
    # One that reads the times alone is no rival of one under which rows count.
    fitting = [one for one in tried.fits if one.fits and (one.sound or not tried.fits[0].sound)]
    for one in fitting:
        _say(f"可用格式：{one.name}（试读可读 {one.part:.0%}）",
             f"fits: {one.name} ({one.part:.0%} of the first rows readable)")  # fmt: skip
    if len(fitting) > 1:
        _say(f"以下按 {tried.trial.layout} 读；如不对，请用 --layout 指定。",
             f"Read below as {tried.trial.layout}; name another with --layout.")  # fmt: skip
    if tried.proposal is not None:
        _say("没有已知格式适用。建议的新格式如下，标有 ? 的行须由人填写：",
             "No known layout fits. Proposed below; lines with ? must be filled in:")  # fmt: skip
        typer.echo("")
        typer.echo(tried.proposal.text)
        _say(
            "按建议试读（? 处先作假设：时区取成都，方式取共享单车，坐标取 WGS84）：",
            "Read by the proposal (for ? assumed: Chengdu time, shared bikes, WGS84):",
        )


def _tell_trial(trial: Trial) -> None:
    refused = ", ".join(f"{code} {count:,}" for code, count in trial.refused.most_common())
    good = trial.rows - sum(trial.refused.values())
    _say(f"行数 {trial.rows:,}，可计入 {good:,}；不计入：{refused or '无'}",
         f"{trial.rows:,} rows, {good:,} sound; refused: {refused or 'none'}")  # fmt: skip
    for name, one in trial.measured.items():
        if not one.rows and not one.unreadable:
            continue
        total = f"{one.total:,.3f} {_UNITS[name]}".rstrip()
        _say(
            f"{name} 合计 {total}（{one.rows:,} 行；零 {one.zero:,}，空 {one.empty:,}，"
            f"负 {one.negative:,}，不可读 {one.unreadable:,}，最大 {one.largest:,.3f}）",
            f"{name}: {total} over {one.rows:,} rows (zero {one.zero:,}, empty {one.empty:,}, "
            f"negative {one.negative:,}, unreadable {one.unreadable:,}, "
            f"largest {one.largest:,.3f})",
        )
    if trial.straight_line_rows:
        kilometres = trial.straight_line / 1_000
        _say(f"直线距离合计 {kilometres:,.1f} km（{trial.straight_line_rows:,} 行有两端）",
             f"straight line: {kilometres:,.1f} km over {trial.straight_line_rows:,} rows"
             " with both ends")  # fmt: skip
    if trial.stations_known or trial.stations_unknown:
        unknown = sum(trial.stations_unknown.values())
        most = "、".join(name for name, _ in trial.stations_unknown.most_common(5))
        _say(f"站点：找到 {trial.stations_known:,}，表中没有 {unknown:,} {most}",
             f"stations: {trial.stations_known:,} known, {unknown:,} unknown {most}")  # fmt: skip
    _say(f"重复编号 {trial.duplicates:,}，相同位置 {trial.identical_points:,}",
         f"duplicate references {trial.duplicates:,}, identical points "
         f"{trial.identical_points:,}")  # fmt: skip
    if trial.bounds:
        south, west, north, east = trial.bounds
        box = f"{south:.4f}, {west:.4f} … {north:.4f}, {east:.4f}"
        _say(f"范围（WGS84，纬度、经度）{box}", f"bounds (WGS84, latitude, longitude): {box}")
    if trial.first and trial.last:
        span = f"{trial.first.isoformat()} … {trial.last.isoformat()}"
        _say(f"时间（UTC）{span}", f"instants (UTC): {span}")
    for row in trial.first_rows:
        facts = _row_facts(row)
        typer.echo("  " + " · ".join(f"{key} {value}" for key, value in facts.items()
                                     if value is not None))  # fmt: skip


def register(
    app: typer.Typer,
    *,
    content_root: Callable[[], Path],
    modes: Callable[[], Mapping[str, ModeRule]],
) -> None:
    """Add `layout list` and `layout try` to `app`; `modes` are those the city has scenes for."""
    layout_app = typer.Typer(help="How partners' files are read.", no_args_is_help=True)
    app.add_typer(layout_app, name="layout")

    @layout_app.command("list")
    @refusing
    def list_(as_json: JsonFlag = False) -> None:
        """The known layouts."""
        known = [load_layout(content_root(), name) for name in names(content_root())]
        if as_json:
            print_json({"layouts": [_layout_facts(one) for one in known]})
            return
        for one in known:
            typer.echo(f"{one.name:<24} {one.title_zh if _zh() else one.title_en}")

    @layout_app.command("try")
    @refusing
    def try_(
        file: Annotated[Path, typer.Argument(metavar="FILE")],
        layout: Annotated[
            str | None, typer.Option(metavar="NAME", help="A layout's name, or its .toml file.")
        ] = None,
        stations: Annotated[
            list[Path] | None,
            typer.Option(help="A station table, instead of those beside the file."),
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """What a layout reads of a file; without one, which fits, or a proposal of a new one."""
        tried = _try(file, layout, stations or (), content_root(), modes())
        if as_json:
            print_json(_facts(file, tried))
            return
        _tell_choice(tried)
        _tell_trial(tried.trial)


def _layout_facts(layout: Layout) -> dict[str, object]:
    return {
        "name": layout.name,
        "title_zh": layout.title_zh,
        "title_en": layout.title_en,
        "source": layout.source,
        "period": layout.period,
        "time_zone": layout.zone.key if layout.zone else "stated",
        "coordinates": layout.coordinates,
        "modes": sorted({*layout.modes.values(), *([layout.mode] if layout.mode else [])}),
        "grade": GRADES[layout.grade],
        "grade_without_odometer": GRADES[layout.grade_without_odometer],
    }
