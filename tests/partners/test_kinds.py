"""Files that are no table: other kinds of file, wrapped twice, or with line ends of old."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.partners.files import look_through
from tests.partners.reading import MODES, OURS, read


def _zip(name: str, octets: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, octets)
    return packed.getvalue()


def _read(folder: Path, octets: bytes) -> pl.DataFrame:
    path = folder / "trips.csv"
    path.write_bytes(octets)
    return read(path, OURS, modes=MODES)


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (b"\xd0\xcf\x11\xe0" + b"x" * 9, "XLS"),
        (b"%PDF-1.7\n", "PDF"),
        (b"BZh9" + b"x" * 9, "bzip2"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "JPEG"),
        (gzip.compress(b"%PDF-1.7\n"), "PDF"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n")), "gzip/gzip"),
        (gzip.compress(_zip("trips.csv", b"a,b\n1,2\n")), "gzip/zip"),
        (_zip("trips.zip", _zip("trips.csv", b"a,b\n1,2\n")), "zip/zip"),
    ],
)
def test_other_kinds_of_file_are_refused_by_their_name(
    tmp_path: Path, octets: bytes, kind: str
) -> None:
    with pytest.raises(Refusal, match=kind) as refused:
        _read(tmp_path, octets)
    assert refused.value.code == "unsupported_format"


@pytest.mark.parametrize(
    "octets",
    [
        b"a,b\r1,2\r3,4\r",
        b"a,b\r1,2",
        b'{"a": 1}\r{"a": 2}\r',
        b"a,b\r" + b"1,2\r" * 300_000,
    ],
    ids=["rows", "one row", "JSON", "long"],
)
def test_lines_that_end_in_a_carriage_return_alone_are_named(tmp_path: Path, octets: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        _read(tmp_path, octets)
    assert refused.value.code == "wrong_line_ends"


def test_a_carriage_return_beside_line_feeds_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "trips.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n3,4")
    assert look_through(path).rows == 2


def test_the_real_workbook_is_refused(shared: Path) -> None:
    with pytest.raises(Refusal, match="XLSX") as refused:
        look_through(shared / "data/ev/VED_Static_Data_PHEV_EV.xlsx")
    assert refused.value.code == "unsupported_format"


def test_a_first_line_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        _read(tmp_path, b"a" * 1_000_001)
    assert refused.value.code == "line_too_long"
