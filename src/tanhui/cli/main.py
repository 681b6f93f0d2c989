"""The command line: every verb of the platform. Exit codes: 0 done, 2 refused, 1 a defect."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import polars as pl
import typer

from tanhui.behaviours.detectors import registry as detectors
from tanhui.behaviours.personal import periods
from tanhui.cases import reading as case_files
from tanhui.claims import tolerance as claims
from tanhui.cli import content, difference, drafting, footprint, methodology, verify, witness
from tanhui.cli import layouts as layout_verbs
from tanhui.cli.refusing import REFUSED, one_line, refusing
from tanhui.identity.consents import purposes as consents
from tanhui.notices import content as notices
from tanhui.partners import layouts, trips
from tanhui.projects import calls as project_calls
from tanhui.projects import report_rules, ride_rules
from tanhui.projects.foreign import layouts as register_layouts
from tanhui.projects.likeness import weights as likeness
from tanhui.registry import terms as registry_terms
from tanhui.registry.exports import terms as register_exports
from tanhui.rewards import terms as reward_terms
from tanhui.scenes import aims, governing, sketch
from tanhui.scenes import library as scenes
from tanhui.scenes import reading as scene_files

# These verbs need neither a database nor any setting; all others do.
BARE_VERBS = frozenset(
    {"evaluate", "content", "quantify", "footprint", "layout", "witness", "verify"}
)
INTERRUPTED = 130
# What every fault of the words on the command line derives from; Typer exports only its leaf.
WRONG_WORDS: type[Exception] = typer.BadParameter.__mro__[2]


def _read_chunks(
    path: Path, layout: layouts.Layout, /, *, now: datetime, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    modes = scenes.city_library(methodology.default_content_root()).modes()
    return trips.read_inputs(path, layout, now=now, modes=modes, chunk_rows=chunk_rows)


def _price(
    content_root: Path, methodology_id: str, reduction_mg: int, day: date, /
) -> dict[str, object]:
    earned = scenes.Prices.read(content_root).price(methodology_id, reduction_mg, day)
    return {"tariff": earned.tariff.reference, "points": earned.points}


def build(verb: str) -> typer.Typer:
    """The application with the verbs that `verb` needs; all of them for any other word."""
    app = typer.Typer(
        rich_markup_mode=None,
        help="Tanhui 碳惠: the carbon-inclusion mechanism of a city.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    methodology.register(app, price=_price)
    files = content.register(
        app,
        checkers=[
            layouts.check_content,
            register_layouts.check_content,
            register_exports.check_content,
            scene_files.check_content,
            aims.check_content,
            governing.check_content,
            sketch.check_content,
            claims.check_content,
            detectors.check_content,
            case_files.check_content,
            consents.check_content,
            notices.check_content,
            periods.check_content,
            project_calls.check_content,
            likeness.check_content,
            ride_rules.check_content,
            report_rules.check_content,
            registry_terms.check_content,
            reward_terms.check_content,
        ],
        listers=[
            scene_files.list_content,
            case_files.list_content,
            consents.list_content,
            notices.list_content,
        ],
    )
    methodology.register_quantify(app, load_layout=layouts.load_layout, read_chunks=_read_chunks)
    difference.register(
        files,
        load_layout=layouts.load_layout,
        read_chunks=_read_chunks,
        content_root=methodology.default_content_root,
    )
    drafting.register(files, content_root=methodology.default_content_root)
    footprint.register(app)
    witness.register(app)
    verify.register(app)
    layout_verbs.register(
        app,
        content_root=methodology.default_content_root,
        modes=lambda: scenes.city_library(methodology.default_content_root()).modes(),
    )
    if verb not in BARE_VERBS:
        # Loading these reads the settings and sets Django up, which the bare verbs do without.
        importlib.import_module("tanhui.cli.database").register(app)
    return app


@refusing
def run() -> None:
    """The program `tanhui`. A wrong word on the command line is one line too, not a page."""
    app = build(sys.argv[1] if len(sys.argv) > 1 else "")
    try:
        sys.exit(app(standalone_mode=False))
    except typer.Abort:
        sys.exit(INTERRUPTED)
    except WRONG_WORDS as error:
        typer.echo(f"usage: {one_line(str(error))}", err=True)
        sys.exit(REFUSED)
