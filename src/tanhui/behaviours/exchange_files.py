"""The files in which schemes tell each other of trips: reading line by line, writing whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tanhui.claims.lines import (
    FORMAT,
    LONGEST_LINE,
    Claim,
    LineFault,
    read_claim,
    read_header,
)
from tanhui.kernel.refusals import Invalid

LINES_MAX = 5_000_000


def read_claims(path: Path, scheme: str, today: date) -> Iterator[tuple[int, Claim | str]]:
    """The lines after the first with their numbers: a claim each, or the code of its fault.

    Refuses: `file_unreadable`, `file_too_long`, `not_a_claims_file`, `wrong_scheme`.
    """
    lines = _lines(path)
    _require_header(next(lines, b""), scheme)
    for number, line in enumerate(lines, start=2):
        try:
            claim = read_claim(line)
        except LineFault as fault:
            yield number, str(fault)
            continue
        yield number, claim if claim.day <= today else "in_future"


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            number = 0
            # What is left of a line that is too long is passed over; its part is no JSON.
            while line := file.readline(LONGEST_LINE + 2):
                rest = line
                while len(rest) == LONGEST_LINE + 2 and not rest.endswith(b"\n"):
                    rest = file.readline(LONGEST_LINE + 2)
                number += 1
                if number > LINES_MAX:
                    raise Invalid(
                        "file_too_long",
                        zh="文件超过 {lines} 行；请按日分成几份。",
                        en="The file has more than {lines} lines; divide it by days.",
                        lines=LINES_MAX,
                    )
                yield line.rstrip(b"\r\n")
    except OSError:
        raise Invalid(
            "file_unreadable",
            zh="无法读取文件 {path}。",
            en="The file {path} cannot be read.",
            path=path,
        ) from None


def _require_header(line: bytes, scheme: str) -> None:
    try:
        form, maker = read_header(line)
    except LineFault:
        form, maker = "", ""
    if form != FORMAT:
        raise Invalid(
            "not_a_claims_file",
            zh="这不是 {form} 文件：首行应写明格式、机制与生成时间。",
            en="This is no {form} file: its first line must name format, scheme and time.",
            form=FORMAT,
        )
    if maker != scheme:
        raise Invalid(
            "wrong_scheme",
            zh="文件由“{maker}”生成，不是“{scheme}”。",
            en="The file was made by “{maker}”, not by “{scheme}”.",
            maker=maker[:32],
            scheme=scheme,
        )


def write_lines(path: Path, lines: list[str]) -> None:
    """Puts the file in place whole, readable by its owner alone; refuses `file_unwritable`."""
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".claims-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines)
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError:
        raise Invalid(
            "file_unwritable",
            zh="无法写入文件 {path}。",
            en="The file {path} cannot be written.",
            path=path,
        ) from None
