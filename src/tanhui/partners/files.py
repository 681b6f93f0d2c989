"""Opening a partner's file whatever its wrapping: csv, csv.gz, zip of csv, ndjson(.gz), Parquet.

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
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

import pyarrow.lib
import pyarrow.parquet

from tanhui.kernel.refusals import Invalid, NotFound, Refusal

_DIGEST_PIECE_BYTES = 1 << 20
# A text of which more than one line in so many cannot be decoded is in another encoding.
_UNDECODABLE_PART = 4
_DATA_SUFFIXES = (".csv", ".ndjson", ".jsonl", ".txt")


class Shape(StrEnum):
    """What lies inside the wrapping."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class PartnerFile:
    """A file that has been looked through: `rows` counts its data lines, `digest` is SHA-256."""

    path: Path
    shape: Shape
    members: tuple[str, ...]
    rows: int
    digest: str

    def texts(self) -> Iterator[tuple[str, IO[bytes]]]:
        """The byte streams inside, each with its member's name (empty when not an archive)."""
        yield from _streams(self.path)


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


def _data_members(archive: zipfile.ZipFile) -> list[str]:
    """The members that hold rows; folders and the ghosts that some systems add are passed over."""
    return [
        member.filename
        for member in archive.infolist()
        if not member.is_dir()
        and member.filename.lower().endswith(_DATA_SUFFIXES)
        and not member.filename.startswith("__MACOSX/")
        and not Path(member.filename).name.startswith(".")
    ]


def _streams(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic == b"PK\x03\x04" or magic == b"PK\x05\x06":
            with zipfile.ZipFile(raw) as archive:
                members = _data_members(archive)
                for member in members:
                    with archive.open(member) as stream:
                        yield (member if len(members) > 1 else ""), stream
        elif magic[:2] == b"\x1f\x8b":
            with gzip.open(raw, "rb") as stream:
                yield "", io.BufferedReader(stream)
        else:
            yield "", raw


@dataclass
class _Look:
    """What the first look has counted so far."""

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
                line.decode("utf-8")
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


def _look_through_texts(path: Path) -> tuple[Shape, tuple[str, ...], int]:
    shape, members, rows = Shape.CSV, [], 0
    for member, stream in _streams(path):
        look = _Look()
        first = next((line for line in stream if not line.isspace()), b"")
        if first.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first:
            raise _refuse_encoding(path)
        is_json = first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{")
        look.see(first)
        # What the header names cannot be known once its letters are lost.
        header_lost = look.undecodable_lines > 0 and not is_json
        for line in stream:
            look.see(line)
        if header_lost or look.other_encoding:
            raise _refuse_encoding(path)
        if look.lines == 0:
            continue
        shape = Shape.NDJSON if is_json else Shape.CSV
        members.append(member)
        rows += look.lines - (0 if is_json else 1)
    return shape, tuple(members), rows


def look_through(path: Path) -> PartnerFile:
    """Reads the whole file once and says what it is.

    Refuses: `no_such_file`, `broken_file`, `wrong_encoding`, `empty_file`.
    """
    if not path.is_file():
        raise NotFound(
            "no_such_file",
            zh="没有文件“{path}”。",
            en="There is no file “{path}”.",
            path=path,
        )
    members: tuple[str, ...]
    try:
        with path.open("rb") as raw:
            magic = raw.read(4)
        if magic == b"PAR1":
            with contextlib.closing(pyarrow.parquet.ParquetFile(path)) as parquet:
                shape, members = Shape.PARQUET, ("",)
                rows = int(parquet.metadata.num_rows)
        else:
            shape, members, rows = _look_through_texts(path)
        if rows == 0:
            raise refuse_empty(path)
        return PartnerFile(path, shape, members, rows, _file_digest(path))
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
