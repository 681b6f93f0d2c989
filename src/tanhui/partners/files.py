"""Opening a partner's file whatever its wrapping: csv, json, ndjson, gzip or zip of them, Parquet.

A file is looked through once before anything of it is used, so that a broken archive, another
encoding or an empty file is refused whole, in one sentence, with nothing recorded.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import IO

import pyarrow.lib
import pyarrow.parquet

from tanhui.kernel.refusals import Invalid, NotFound, Refusal
from tanhui.partners.documents import DOCUMENT_BYTES_MAX, records_of
from tanhui.partners.form import Layout

_DIGEST_PIECE_BYTES = 1 << 20
# A text of which more than one line in so many cannot be decoded is in another encoding.
_UNDECODABLE_PART = 4
_DATA_SUFFIXES = (".csv", ".ndjson", ".jsonl", ".json", ".txt")
# A first line longer than this names no columns and holds no record.
FIRST_LINE_BYTES_MAX = 1_000_000
_MARKS = b"\xef\xbb\xbf \t\r\n"
# What other kinds of file begin with; a spreadsheet of today is a zip and told by its members.
_OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "XLS",
    b"%PDF": "PDF",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"BZh": "bzip2",
    b"\xfd7zX": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"SQLi": "SQLite",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
# What a wrapping may be, and what lies inside one may not be again.
_WRAPPED_TWICE = {b"\x1f\x8b": "gzip/gzip", b"PK\x03\x04": "gzip/zip"}
_ARCHIVE_SUFFIXES = (".zip", ".gz")


class Shape(StrEnum):
    """What lies inside the wrapping."""

    CSV = "csv"
    NDJSON = "ndjson"
    JSON = "json"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """A file that has been looked through: `rows` counts its data lines, `digest` is SHA-256.

    `stations` are the station tables that belong to it: files of their own, or its own members.
    """

    path: Path
    shape: Shape
    members: tuple[str, ...]
    rows: int
    digest: str
    stations: tuple[Path | str, ...] = ()

    def texts(self) -> Iterator[tuple[str, IO[bytes]]]:
        """The byte streams inside, each with its member's name (empty when not an archive)."""
        yield from _streams(self.path, lambda member: member not in self.stations)

    def station_texts(self) -> Iterator[tuple[str, IO[bytes]]]:
        """The byte streams of the station tables, each with its name."""
        for table in self.stations:
            if isinstance(table, Path):
                yield from ((table.name, stream) for _, stream in _streams(table))
            else:
                yield from _streams(self.path, partial(str.__eq__, table))


def refuse_empty(path: Path) -> Refusal:
    """The refusal of a file without a single row."""
    return Invalid(
        "empty_file",
        zh="文件“{name}”里没有任何数据行。",
        en="The file “{name}” holds no rows.",
        name=path.name,
    )


def refuse_broken(path: Path, detail: object) -> Refusal:
    """The refusal of a file that ends too early or holds what cannot be."""
    return Invalid(
        "broken_file",
        zh="文件“{name}”已损坏或不完整：{detail}。",
        en="The file “{name}” is broken or incomplete: {detail}.",
        name=path.name,
        detail=str(detail).rstrip("."),
    )


def _refuse_encoding(path: Path) -> Refusal:
    return Invalid(
        "wrong_encoding",
        zh="文件“{name}”不是 UTF-8 编码；请另存为 UTF-8 后再传。",
        en="The file “{name}” is not UTF-8; save it as UTF-8 and send it again.",
        name=path.name,
    )


def _refuse_first_line(path: Path) -> Refusal:
    return Invalid(
        "line_too_long",
        zh="文件“{name}”的第一行超过一百万字节，不是数据表。",
        en="The first line of “{name}” is longer than a million bytes: this is no table.",
        name=path.name,
    )


def _refuse_kind(path: Path, kind: str) -> Refusal:
    return Invalid(
        "unsupported_format",
        zh="文件“{name}”是 {kind}，不能读取；请另存为 CSV、NDJSON 或 Parquet。",
        en="The file “{name}” is {kind}, which is not read; save it as CSV, NDJSON or Parquet.",
        name=path.name,
        kind=kind,
    )


def _refuse_line_ends(path: Path) -> Refusal:
    return Invalid(
        "wrong_line_ends",
        zh="文件“{name}”的行只以回车（CR）结尾；请另存为以换行（LF 或 CRLF）结尾后再传。",
        en="The lines of “{name}” end in a carriage return (CR) alone; save it with LF or CRLF line"
        " ends and send it again.",
        name=path.name,
    )


def _only_carriage_returns(line: bytes) -> bool:
    """Whether what was read as the first line is many, parted by CR; JSON may hold CR as space."""
    if line.endswith(b"\n"):
        return False
    if line.lstrip(_MARKS).startswith(b"{"):
        return b"}\r{" in line
    return b"\r" in line.strip()


def _require_no_other_kind(path: Path, beginning: bytes, kinds: Mapping[bytes, str]) -> None:
    for magic, kind in kinds.items():
        if beginning.startswith(magic):
            raise _refuse_kind(path, kind)


def _data_members(path: Path, archive: zipfile.ZipFile) -> list[str]:
    """The members that hold rows; folders and the ghosts that some systems add are passed over.

    A text beside tables is what somebody wrote about them.
    """
    inside = set(archive.namelist())
    if "[Content_Types].xml" in inside or "mimetype" in inside:
        raise _refuse_kind(path, "XLSX" if "xl/workbook.xml" in inside else "Office")
    members = [
        member.filename
        for member in archive.infolist()
        if not member.is_dir()
        and member.filename.lower().endswith(_DATA_SUFFIXES)
        and not member.filename.startswith("__MACOSX/")
        and not Path(member.filename).name.startswith(".")
    ]
    if not members and any(name.lower().endswith(_ARCHIVE_SUFFIXES) for name in inside):
        raise _refuse_kind(path, "zip/zip")
    tables = [member for member in members if not member.lower().endswith(".txt")]
    return tables or members


def _streams(
    path: Path, wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[tuple[str, IO[bytes]]]:
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic == b"PK\x03\x04" or magic == b"PK\x05\x06":
            with zipfile.ZipFile(raw) as archive:
                members = _data_members(path, archive)
                for member in filter(wanted, members):
                    with archive.open(member) as stream:
                        yield member, stream
        elif magic[:2] == b"\x1f\x8b":
            with gzip.open(raw, "rb") as stream:
                yield "", io.BufferedReader(stream)
        else:
            yield "", raw


@dataclass
class _Look:
    """What the first look has counted so far."""

    encoding: str = "utf-8"
    lines: int = 0
    foreign_lines: int = 0
    undecodable_lines: int = 0

    def see(self, line: bytes) -> None:
        if line.isspace():
            return
        self.lines += 1
        if not line.isascii():
            self.foreign_lines += 1
            try:
                line.decode(self.encoding)
            except UnicodeDecodeError:
                self.undecodable_lines += 1

    @property
    def other_encoding(self) -> bool:
        """Whether the text as a whole is not UTF-8: a few bad rows among good ones are only bad."""
        return (
            self.undecodable_lines * 2 > self.foreign_lines
            and self.undecodable_lines * _UNDECODABLE_PART > self.lines
        )


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as raw:
        while piece := raw.read(_DIGEST_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines, of which none is taken whole that no table could hold."""
    return iter(lambda: stream.readline(FIRST_LINE_BYTES_MAX + 1), b"")


def _look_through_text(
    path: Path, stream: IO[bytes], layout: Layout | None
) -> tuple[Shape, int] | None:
    """The shape of one text and its number of rows; None where it holds nothing at all."""
    look = _Look(layout.encoding if layout else "utf-8")
    first = next((line for line in _lines(stream) if not line.isspace()), b"")
    _require_no_other_kind(path, first, {**_OTHER_KINDS, **_WRAPPED_TWICE})
    if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first:
        raise _refuse_encoding(path)
    begins = first.lstrip(_MARKS)[:1]
    if begins == b"[" or (begins == b"{" and layout is not None and layout.records):
        text = first.lstrip(_MARKS) + stream.read(DOCUMENT_BYTES_MAX)
        return Shape.JSON, len(records_of(path.name, text, layout.records if layout else ()))
    one_line = _only_carriage_returns(first)
    if len(first) > FIRST_LINE_BYTES_MAX:
        raise _refuse_line_ends(path) if one_line else _refuse_first_line(path)
    is_json = begins == b"{"
    look.see(first)
    # What the header names cannot be known once its letters are lost.
    header_lost = look.undecodable_lines > 0 and not is_json
    for line in stream:
        look.see(line)
    if header_lost or look.other_encoding:
        raise _refuse_encoding(path)
    if one_line:
        raise _refuse_line_ends(path)
    if look.lines == 0:
        return None
    has_header = not is_json and (layout is None or layout.has_header)
    return Shape.NDJSON if is_json else Shape.CSV, look.lines - has_header


def _look_through_texts(
    path: Path, layout: Layout | None, wanted: Callable[[str], bool]
) -> tuple[Shape, tuple[str, ...], int]:
    shape, members, rows = Shape.CSV, [], 0
    for member, stream in _streams(path, wanted):
        found = _look_through_text(path, stream, layout)
        if found is not None:
            shape = found[0]
            members.append(member)
            rows += found[1]
    return shape, tuple(members), rows


def _is_station_table(layout: Layout | None, name: str) -> bool:
    if layout is None or layout.stations is None:
        return False
    name = Path(name).name.casefold()
    return any(fnmatchcase(name, pattern.casefold()) for pattern in layout.stations.files)


def _station_tables(
    path: Path, layout: Layout | None, given: Sequence[Path], magic: bytes
) -> tuple[Path | str, ...]:
    """The station tables that are given; else those inside the archive and beside the file."""
    if layout is None or layout.stations is None:
        return ()
    if given:
        for table in given:
            if not table.is_file():
                raise _refuse_nothing(table)
        return tuple(given)
    inside: list[str] = []
    if magic.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            inside = [
                name for name in _data_members(path, archive) if _is_station_table(layout, name)
            ]
    beside = [
        other
        for other in sorted(path.parent.iterdir())
        if other != path and _is_station_table(layout, other.name) and other.is_file()
    ]
    return (*inside, *beside)


def _refuse_nothing(path: Path) -> Refusal:
    return NotFound(
        "no_such_file",
        zh="没有文件“{path}”。",
        en="There is no file “{path}”.",
        path=path,
    )


def suited(file: PartnerFile, layout: Layout, stations: Sequence[Path] = ()) -> PartnerFile:
    """A file that was looked through without a layout, with the station tables of this one."""
    with file.path.open("rb") as raw:
        magic = raw.read(4)
    return replace(file, stations=_station_tables(file.path, layout, stations, magic))


def look_through(
    path: Path, layout: Layout | None = None, stations: Sequence[Path] = ()
) -> PartnerFile:
    """Reads the whole file once and says what it is.

    With a layout, its encoding, its records and its station tables are heeded; `stations` are
    tables given in place of those found beside the file. Refuses: `no_such_file`, `broken_file`,
    `wrong_encoding`, `wrong_line_ends`, `empty_file`, `unsupported_format`, `document_too_large`.
    """
    if not path.is_file():
        raise _refuse_nothing(path)
    members: tuple[str, ...]
    try:
        with path.open("rb") as raw:
            magic = raw.read(4)
        _require_no_other_kind(path, magic, _OTHER_KINDS)
        tables = _station_tables(path, layout, stations, magic)
        if magic == b"PAR1":
            with contextlib.closing(pyarrow.parquet.ParquetFile(path)) as parquet:
                shape, members = Shape.PARQUET, ("",)
                rows = int(parquet.metadata.num_rows)
        else:
            shape, members, rows = _look_through_texts(
                path, layout, lambda member: member not in tables
            )
        if rows <= 0:
            raise refuse_empty(path)
        return PartnerFile(path, shape, members, rows, _file_digest(path), tables)
    except (
        zipfile.BadZipFile,
        gzip.BadGzipFile,
        EOFError,
        zlib.error,
        lzma.LZMAError,
        pyarrow.lib.ArrowException,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        # RuntimeError is how an archive says that it wants a password.
        raise refuse_broken(path, error) from None
