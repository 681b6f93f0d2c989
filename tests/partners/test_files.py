"""Opening a partner's file, whatever its wrapping and whatever is wrong with it."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.partners.files import Shape, look_through
from tests.cast import ride, write_rides
from tests.partners.reading import (
    DIVVY,
    DIVVY_HEADER,
    OURS,
    divvy_csv,
    divvy_row,
    read,
    verdicts,
)

CSV = divvy_csv()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def _file(folder: Path, content: bytes, name: str = "trips.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


GHOSTS = {
    "__MACOSX/._feb.csv": b"\0\5\26\7\0ghost",
    "__MACOSX/": b"",
    "._feb.csv": b"\0\5\26\7ghost",
    ".hidden.csv": b"nothing",
    "readme.md": "说明".encode("gbk"),
    "feb.csv": CSV.encode(),
}
WRAPPINGS: dict[str, bytes] = {
    "plain": CSV.encode(),
    "with a mark": b"\xef\xbb\xbf" + CSV.encode(),
    "with Windows line ends": CSV.replace("\n", "\r\n").encode(),
    "without a last line end": CSV.rstrip("\n").encode(),
    "quoted": "".join(f'"{line}"\n' for line in CSV.replace(",", '","').splitlines()).encode(),
    "gzip": gzip.compress(CSV.encode()),
    "gzip of two parts": gzip.compress(CSV[:100].encode()) + gzip.compress(CSV[100:].encode()),
    "zip": zipped({"feb.csv": CSV.encode()}),
    "zip with ghosts": zipped(GHOSTS),
    "zip in a folder, named large": zipped({"2021/FEB.CSV": CSV.encode()}),
    "zip stored": zipped({"feb.csv": CSV.encode()}, zipfile.ZIP_STORED),
    "zip by bzip2": zipped({"feb.csv": CSV.encode()}, zipfile.ZIP_BZIP2),
    "zip by lzma": zipped({"feb.csv": CSV.encode()}, zipfile.ZIP_LZMA),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_the_same_trips_come_out_of_every_wrapping(tmp_path: Path, wrapping: str) -> None:
    """The name says nothing: what is inside does."""
    path = _file(tmp_path, WRAPPINGS[wrapping], "whatever.bin")
    assert look_through(path).rows == 5
    assert verdicts(read(path)) == dict.fromkeys(range(2, 7), "ok")


def test_two_members_are_read_one_after_the_other(tmp_path: Path) -> None:
    other = "\n".join([DIVVY_HEADER, *map(divvy_row, (11, 12))])
    path = _file(tmp_path, zipped({"a.csv": CSV.encode(), "b.csv": other.encode()}), "two.zip")
    frame = read(path)
    assert look_through(path).rows == frame.height == 7
    assert frame["reference"].to_list() == ["R1", "R2", "R3", "R4", "R5", "R11", "R12"]
    # Lines are numbered on through the members, each with its header.
    assert frame["line"].to_list() == [2, 3, 4, 5, 6, 8, 9]


def test_an_empty_member_is_passed_over(tmp_path: Path) -> None:
    members = {"a.csv": b"", "b.csv": CSV.encode(), "c.csv": b"", "d.csv": b"\n"}
    path = _file(tmp_path, zipped(members), "some.zip")
    assert look_through(path).rows == read(path).height == 5


def test_columns_may_come_in_any_order_and_with_company(tmp_path: Path) -> None:
    lines = [line.split(",")[::-1] for line in CSV.splitlines()]
    text = "\n".join(f"weather, {','.join(line)},note" for line in lines)
    assert set(verdicts(read(_file(tmp_path, text.encode()))).values()) == {"ok"}


def _rides(folder: Path) -> Path:
    return write_rides(folder / "rides.ndjson", [ride(f"JC{n}") for n in range(4)])


def test_json_lines_are_read_plain_compressed_and_from_an_archive(tmp_path: Path) -> None:
    content = _rides(tmp_path).read_bytes()
    wrapped = {
        "plain.json": content,
        "marked.json": b"\xef\xbb\xbf" + content,
        "blank-first.json": b"\n \n" + content,
        "packed.json.gz": gzip.compress(content),
        "packed.zip": zipped({"rides.ndjson": content}),
    }
    for name, octets in wrapped.items():
        path = _file(tmp_path, octets, name)
        assert look_through(path).shape is Shape.NDJSON
        assert read(path, OURS)["reference"].to_list() == ["JC0", "JC1", "JC2", "JC3"], name


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    begun = datetime(2026, 3, 1, 2, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "reference": [7, 8],
            "rider": pl.Series(["a", "b"], dtype=pl.Categorical),
            "mode": [b"shared_bike", b"shared_bike"],
            "started_at": pl.Series([begun, begun], dtype=pl.Datetime("ns", "Asia/Shanghai")),
            "ended_at": pl.Series([begun.replace(minute=9)] * 2, dtype=pl.Datetime("ms", "UTC")),
            "distance_m": pl.Series(["1000.7", "900"]).cast(pl.Decimal(10, 2)),
        }
    )
    frame.write_parquet(tmp_path / "trips.parquet")
    trips = read(tmp_path / "trips.parquet", OURS)
    assert trips.select("line", "reference", "amount", "refused").rows() == [
        (1, "7", 1000, None),
        (2, "8", 900, None),
    ]
    assert trips["started_at"].to_list() == [begun, begun]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        # A time that does not say where, a day, a number: none of them is an instant.
        ("started_at", pl.Series([datetime(2026, 3, 1, 2)] * 2)),  # noqa: DTZ001
        ("started_at", pl.Series([datetime(2026, 3, 1).date()] * 2)),  # noqa: DTZ001
        ("started_at", pl.Series([1_772_330_400, 1_772_330_400])),
        ("started_at", pl.Series([None, None], dtype=pl.Null)),
        ("reference", pl.Series([["a"], ["b"]])),
        ("reference", pl.Series([b"\xff\xfe", b"\xff"])),
        ("mode", pl.Series([{"word": "shared_bike"}] * 2)),
        ("distance_m", pl.Series([[1], [2]])),
        ("distance_m", pl.Series([60, 60]).cast(pl.Duration("us"))),
        ("distance_m", pl.Series([True, True])),
        ("distance_m", pl.Series([float("nan"), float("inf")])),
    ],
)
def test_parquet_of_another_type_is_malformed_row_by_row(
    tmp_path: Path, column: str, values: pl.Series
) -> None:
    begun = datetime(2026, 3, 1, 2, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "reference": ["a", "b"],
            "rider": ["a", "b"],
            "mode": ["shared_bike"] * 2,
            "started_at": [begun, begun],
            "ended_at": [begun.replace(minute=9)] * 2,
            "distance_m": [1000, 900],
        }
    ).with_columns(values.alias(column))
    frame.write_parquet(tmp_path / "trips.parquet")
    assert verdicts(read(tmp_path / "trips.parquet", OURS)) == {1: "malformed", 2: "malformed"}


def _broken_member() -> bytes:
    octets = bytearray(zipped({"a.csv": CSV.encode()}, zipfile.ZIP_STORED))
    octets[200] ^= 1
    return bytes(octets)


def _with_password() -> bytes:
    octets = bytearray(zipped({"a.csv": CSV.encode()}))
    # The flag that says "encrypted", in the member's own head and in the directory's.
    octets[6] |= 1
    octets[octets.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(octets)


def _broken_lzma() -> bytes:
    octets = bytearray(zipped({"a.csv": CSV.encode() * 20}, zipfile.ZIP_LZMA))
    octets[80] ^= 0xFF
    octets[90] ^= 0x55
    return bytes(octets)


PACKED = gzip.compress(CSV.encode() * 50)
GBK = CSV.replace("R", "骑").encode("gbk")
WHOLE: dict[str, tuple[str, bytes]] = {
    "empty": ("empty_file", b""),
    "blank lines alone": ("empty_file", b"\n\n \n"),
    "a mark alone": ("empty_file", b"\xef\xbb\xbf"),
    "a header alone": ("empty_file", DIVVY_HEADER.encode()),
    "an archive of nothing": ("empty_file", zipped({})),
    "an archive of pictures": ("empty_file", zipped({"a.png": b"\x89PNG"})),
    "a zip cut off": ("broken_file", zipped({"a.csv": CSV.encode() * 50})[:-30]),
    "a zip with a wrong sum": ("broken_file", _broken_member()),
    "a zip with a password": ("broken_file", _with_password()),
    "a zip of broken lzma": ("broken_file", _broken_lzma()),
    "a gzip cut off": ("broken_file", PACKED[:-40]),
    "a gzip with a wrong sum": ("broken_file", PACKED[:-8] + b"\0" * 4 + PACKED[-4:]),
    "a gzip of rubbish": ("broken_file", b"\x1f\x8b" + b"rubbish" * 9),
    "a parquet cut off": ("broken_file", b"PAR1" + b"\0" * 99),
    "UTF-16 with a mark": ("wrong_encoding", CSV.encode("utf-16")),
    "UTF-16 without one": ("wrong_encoding", CSV.encode("utf-16-le")),
    "UTF-16 packed": ("wrong_encoding", gzip.compress(CSV.encode("utf-16"))),
    "GBK": ("wrong_encoding", GBK),
    "a header in Latin-1": ("wrong_encoding", CSV.replace("ride_id", "numéro").encode("latin-1")),
    "a missing column": ("missing_column", CSV.replace("end_lng", "x").encode()),
    "no header": ("missing_column", CSV.split("\n", 1)[1].encode()),
    "a header left open": ("missing_column", CSV.replace("ride_id", '"ride_id', 1).encode()),
    "semicolons": ("missing_column", CSV.replace(",", ";").encode()),
    "a second member without a column": (
        "missing_column",
        zipped({"a.csv": CSV.encode(), "b.csv": CSV.replace("end_lng", "x").encode()}),
    ),
}


@pytest.mark.parametrize("trouble", WHOLE)
def test_a_file_that_cannot_be_used_is_refused_whole_in_one_sentence(
    tmp_path: Path, trouble: str
) -> None:
    code, octets = WHOLE[trouble]
    path = _file(tmp_path, octets, "february.bin")
    frames = []
    with pytest.raises(Refusal) as refused:
        frames.extend(read(path, chunk_rows=2))
    assert refused.value.code == code
    assert frames == []
    for language in ("zh", "en"):
        sentence = refused.value.text(language)
        assert "february.bin" in sentence
        assert "\n" not in sentence
        assert sentence.endswith(("。", "."))


def test_a_missing_column_is_named_and_those_found_are_listed(tmp_path: Path) -> None:
    path = _file(tmp_path, CSV.replace("end_lng", "end_lon").encode())
    with pytest.raises(Refusal) as refused:
        read(path)
    assert "the column end_lng; it has: ride_id, rideable_type" in refused.value.en
    assert "缺少列：end_lng；实有：ride_id" in refused.value.zh


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(Refusal) as refused:
            look_through(path)
        assert refused.value.code == "no_such_file"


def test_a_parquet_with_a_broken_page_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "trips.parquet"
    begun = datetime(2026, 3, 1, 2, tzinfo=UTC)
    ends = {"started_at": begun, "ended_at": begun.replace(minute=9), "distance_m": 1000}
    rows = [{"reference": f"r{n}", "rider": "a", "mode": "shared_bike", **ends} for n in range(999)]
    pl.DataFrame(rows).write_parquet(path)
    octets = bytearray(path.read_bytes())
    octets[20:400] = bytes(octet ^ 0xA5 for octet in octets[20:400])
    path.write_bytes(octets)
    with pytest.raises(Refusal) as refused:
        read(path, OURS)
    assert refused.value.code == "broken_file"


def _wrapped(rows: int) -> list[bytes]:
    text = divvy_csv(rows).encode()
    return [
        text,
        gzip.compress(text),
        zipped({"a.csv": text, "b.csv": text}),
        zipped({"a.csv": text}, zipfile.ZIP_LZMA),
    ]


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(_wrapped(12)),
    st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=3)), max_size=4),
    st.integers(0, 400),
)
def test_no_damage_ends_in_a_defect(
    tmp_path: Path, octets: bytes, changes: list[tuple[int, bytes]], cut: int
) -> None:
    """Bytes are changed, put in and cut off: rows or a refusal come out, and rows add up."""
    damaged = bytearray(octets)
    for place, piece in changes:
        at = place % len(damaged)
        damaged[at : at + len(piece) // 2] = piece
    path = _file(tmp_path, bytes(damaged[: len(damaged) - cut % 9]), "damaged")
    try:
        rows = read(path, DIVVY, chunk_rows=5).height
    except Refusal as refusal:
        told = refusal.code
    else:
        told = "rows"
        assert rows == look_through(path).rows
    assert told in {"rows", "broken_file", "empty_file", "wrong_encoding", "missing_column"}


Spoil = Callable[[str], bytes]
ROWS: dict[str, tuple[str, Spoil]] = {
    "a quote left open": ("malformed", lambda row: row.replace("R3", '"R3').encode()),
    "a quote left open in mid-line": (
        "malformed",
        lambda row: row.replace("R3,classic_bike", 'R"3,"classic_bike').encode(),
    ),
    "a quote left open in its last cell": (
        "malformed",
        lambda row: ',"'.join(row.replace("R3", 'R"3').rsplit(",", 1)).encode(),
    ),
    "a cell too few": ("malformed", lambda row: row.rpartition(",")[0].encode()),
    "a cell too many": ("malformed", lambda row: f"{row},more".encode()),
    "nothing but a word": ("malformed", lambda _: b"total: 5 rides"),
    "a zero byte": ("malformed", lambda row: row.replace("R3", "R\x003").encode()),
    "lost bytes in its number": ("malformed", lambda row: b"\xff\xfe" + row.encode()),
    "half a letter in its mode": (
        "malformed",
        lambda row: row.encode().replace(b"classic", b"class\xe9"),
    ),
    "a number too long": ("malformed", lambda row: row.replace("R3", "R" * 129).encode()),
    "a line too long": ("malformed", lambda row: row.replace("R3", "R" * 200_000).encode()),
    "a lone carriage return": ("malformed", lambda row: row.replace("R3", "R\r3").encode()),
    "a quoted carriage return": ("malformed", lambda row: row.replace("R3", '"R\r3"').encode()),
    "blanks around its cells": ("ok", lambda row: row.replace(",", " , ").encode()),
    "quotes around its cells": ("ok", lambda row: f'"{row}"'.replace(",", '","').encode()),
}


@pytest.mark.parametrize("spoilt", ROWS)
def test_a_bad_row_never_sinks_the_good_ones(tmp_path: Path, spoilt: str) -> None:
    verdict, spoil = ROWS[spoilt]
    lines = [line.encode() for line in CSV.splitlines()]
    lines[3] = spoil(lines[3].decode())
    path = _file(tmp_path, b"\n".join(lines))
    for chunk_rows in (1, 2, 1_000):
        found = verdicts(read(path, chunk_rows=chunk_rows))
        assert found == {2: "ok", 3: "ok", 4: verdict, 5: "ok", 6: "ok"}


JSON_ROWS: dict[str, bytes] = {
    "no JSON": b"reference=JC9",
    "cut off": b'{"reference": "JC9", "rider": ',
    "a list": b"[1, 2, 3]",
    "a number": b"7",
    "nothing": b"{}",
    "lost bytes": b'{"reference": "\xff\xfe"}',
    "half a pair": b'{"reference": "x\\ud800y"}',
    "too deep": b'{"reference": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "too many digits": b'{"distance_m": ' + b"9" * 5_000 + b"}",
}


@pytest.mark.parametrize("spoilt", JSON_ROWS)
def test_a_bad_line_of_json_never_sinks_the_good_ones(tmp_path: Path, spoilt: str) -> None:
    lines = _rides(tmp_path).read_bytes().splitlines()
    lines.insert(2, JSON_ROWS[spoilt])
    path = _file(tmp_path, b"\n".join(lines))
    found = verdicts(read(path, OURS))
    assert found == {1: "ok", 2: "ok", 3: "malformed", 4: "ok", 5: "ok"}
