"""The commands about content files: `content check`, `pin`, `list` and `show`. No database.

`--json` prints one JSON object on standard output and nothing else there; a refusal is one line on
standard error and exit code 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.methodology import JsonFlag, default_content_root
from tanhui.cli.refusing import language, one_line, print_json, refusing
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.check import check_path, pin
from tanhui.methodology.document import Methodology
from tanhui.methodology.given import Grid
from tanhui.methodology.library import Entry, Library
from tanhui.methodology.problems import Problem
from tanhui.methodology.render import formula_text, number_text

Checker = Callable[[Path], list[Problem]]
Lister = Callable[[Path], list[Entry]]

CONTENT_REFUSED = "content_refused"


def _problem_json(problem: Problem) -> dict[str, object]:
    return {
        "file": str(problem.path),
        "line": problem.line,
        "key": problem.key,
        "code": problem.code,
        "zh": problem.zh,
        "en": problem.en,
    }


def _report_problems(problems: list[Problem], as_json: bool) -> None:
    if as_json:
        print_json({"ok": not problems, "problems": [_problem_json(item) for item in problems]})
    else:
        for problem in problems:
            typer.echo(one_line(problem.text(language())))
    if problems:
        files = len({problem.path for problem in problems})
        chinese = language().startswith("zh")
        sentence = (
            f"{files} 个文件中有 {len(problems)} 处错误"
            if chinese
            else f"{len(problems)} fault(s) in {files} file(s)"
        )
        typer.echo(f"{CONTENT_REFUSED}: {sentence}", err=True)
        raise typer.Exit(2)
    if not as_json:
        typer.echo("ok")


def _entry_json(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "version": entry.version,
        "kind": entry.kind,
        "digest": entry.digest,
        "status": entry.status,
        "title_zh": entry.title_zh,
        "title_en": entry.title_en,
        "path": entry.path.as_posix(),
    }


def _methodology_text(methodology: Methodology, reader: str) -> Iterator[str]:
    """The document for a reader at a terminal, line by line."""
    yield f"{methodology.reference}  {methodology.title.text(reader)}"
    yield f"{methodology.digest}  {methodology.status}  {methodology.valid.text()}"
    yield f"{methodology.basis}: {methodology.basis_note.text(reader)}"
    for formula in methodology.formulas:
        label = formula.label.text(reader)
        yield f"{formula.symbol} = {formula_text(formula.tree)}  [{formula.unit.text}] {label}"
    for guard in methodology.guards:
        yield f"! {guard.source}  {guard.label.text(reader)}"
    for declared in methodology.inputs:
        ends = f"{number_text(declared.low)}..{number_text(declared.high)}"
        label = declared.label.text(reader)
        yield f"{declared.symbol}  [{declared.unit.text}] {ends} {label} ({declared.kind})"
    for scenario in methodology.scenarios:
        options = ", ".join(scenario.options)
        yield f"{scenario.name}  {{{options}}} {scenario.label.text(reader)}"
    for factor in methodology.factors:
        for place, bound in enumerate(factor.rows):
            item = f"[{factor.items[place]}]" if factor.items else ""
            value = number_text(bound.quantity.value, factor.decimals)
            yield (
                f"{factor.symbol}{item} = {value} {factor.unit.text}  "
                f"{factor.label.text(reader)}: {bound.row.key}, {bound.row.status}, "
                f"{bound.row.source}"
            )
    for parameter in methodology.parameters:
        held = parameter.value
        cells = held.cells if isinstance(held, Grid) else {(): held}
        for place_names, cell in cells.items():
            item = f"[{', '.join(place_names)}]" if place_names else ""
            value = number_text(cell / parameter.unit.scale, parameter.decimals)
            yield (
                f"{parameter.symbol}{item} = {value} {parameter.unit.text}  "
                f"{parameter.label.text(reader)}: {parameter.status}, {parameter.source}"
            )
    for use in methodology.uses:
        yield f"{use.name} = {use.module.reference}  {use.label.text(reader)}"
    result = methodology.result
    if result is not None:
        yield f"{result.name}  [{result.unit.text}] round {result.rounding}"
    for source in methodology.sources:
        yield f"{source.title} {source.address}".rstrip()


def register(
    app: typer.Typer,
    *,
    content_root: Callable[[], Path] = default_content_root,
    checkers: Sequence[Checker] = (),
    listers: Sequence[Lister] = (),
) -> typer.Typer:
    """Add the group `content` to `app`, and answer it.

    `checkers` and `listers` are the other rooms' own (tariffs, scenes, layouts): each takes the
    content folder and answers its faults, or its documents.
    """
    content = typer.Typer(help="Check, list and show the content files.", no_args_is_help=True)
    app.add_typer(content, name="content")
    _register_check(content, content_root, checkers)
    _register_show(content, content_root, listers)
    return content


def _register_check(
    content: typer.Typer, content_root: Callable[[], Path], checkers: Sequence[Checker]
) -> None:
    @content.command("check")
    @refusing
    def check(
        path: Annotated[
            Path | None, typer.Argument(help="A file or folder; all by default.")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Name every fault with file, line and key."""
        _report_problems(check_path(content_root(), path, checkers), as_json)

    @content.command("pin")
    @refusing
    def pin_digests(
        path: Annotated[Path, typer.Argument(help="A methodology, tariff, limit or detector.")],
        freeze: Annotated[
            bool, typer.Option("--freeze", help="Add a new published document to the lock.")
        ] = False,
    ) -> None:
        """Write the present digests of factor rows and modules into a file."""
        for line in pin(content_root(), path, freeze=freeze, checkers=checkers):
            typer.echo(line)


def _register_show(
    content: typer.Typer, content_root: Callable[[], Path], listers: Sequence[Lister]
) -> None:
    def entries() -> list[Entry]:
        root = content_root()
        own = Library.load(root).listing()
        return own + [entry for lister in listers for entry in lister(root)]

    @content.command("list")
    @refusing
    def list_entries(as_json: JsonFlag = False) -> None:
        """Every document with id, version, kind, digest and status."""
        found = entries()
        if as_json:
            print_json({"documents": [_entry_json(entry) for entry in found]})
            return
        for entry in found:
            title = entry.title_zh if language().startswith("zh") else entry.title_en
            typer.echo(f"{entry.reference}  {entry.kind}  {entry.status}  {entry.digest}  {title}")

    @content.command("show")
    @refusing
    def show(
        document: Annotated[str, typer.Argument(metavar="ID[@VERSION]")], as_json: JsonFlag = False
    ) -> None:
        """One document: what it says, and its file."""
        root = content_root()
        entry = _named(entries(), document)
        source = (root / entry.path).read_text(encoding="utf-8")
        if as_json:
            print_json({**_entry_json(entry), "source": source})
        elif entry.kind == "methodology":
            library = Library.load(root)
            lines = _methodology_text(library.methodology(entry.id, entry.version), language())
            typer.echo("\n".join(lines))
        else:
            typer.echo(source)


def _named(entries: Sequence[Entry], document: str) -> Entry:
    """The entry `id` or `id@version`; without a version the latest that is no draft."""
    named = [entry for entry in entries if document in (entry.id, entry.reference)]
    if not named:
        raise NotFound(
            "no_such_document",
            zh="没有文件 {document}",
            en="there is no document {document}",
            document=document,
        )
    published = [entry for entry in named if entry.status != "draft"]
    return (published or named)[-1]
