"""Running the row kernel over a whole file, piece by piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.kernel.rows import RowKernel

# Lines count from 1; a row is either refused by a code or has earned its milligrams.
_SCHEMA = pl.Schema({"line": pl.Int64, "refused": pl.String, "reduction_mg": pl.Int64})


@dataclass
class Totals:
    """What came of a file: rows read, rows quantified, their sum in mg CO2e, refusals by code."""

    rows: int = 0
    quantified: int = 0
    reduction_mg: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def add(self, answer: pl.DataFrame) -> None:
        """Count the rows of one answered frame."""
        self.rows += answer.height
        self.quantified += answer["reduction_mg"].count()
        self.reduction_mg += int(answer["reduction_mg"].sum())
        for code, count in answer["refused"].drop_nulls().value_counts().iter_rows():
            self.refused[code] = self.refused.get(code, 0) + count


def quantify_frame(frame: pl.DataFrame, kernel: RowKernel) -> pl.DataFrame:
    """Columns `line`, `refused`, `reduction_mg` of `frame` (`line`, `refused` and the inputs).

    A row already refused earns nothing; one that the kernel does not quantify is refused by the
    code that `RowKernel.refused` gives. Refuses as `RowKernel.quantify` does.
    """
    earned = kernel.quantify(frame)
    refused = frame["refused"]
    # Why a row earns nothing is asked of those rows alone; most rows earn something.
    unearned = (refused.is_null() & earned.is_null()).arg_true()
    if len(unearned):
        refused = refused.cast(pl.String).scatter(unearned, kernel.refused(frame[unearned]))
    return pl.DataFrame(
        {
            "line": frame["line"],
            "refused": refused,
            "reduction_mg": earned.zip_with(refused.is_null(), pl.Series([None], dtype=pl.Int64)),
        },
        schema=_SCHEMA,
    )


class _Part:
    """A Parquet file that appears under its name only once it is whole."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.part = out.with_name(out.name + ".part")
        schema = _SCHEMA.to_frame().to_arrow().schema
        self.schema = schema
        try:
            self.writer = pq.ParquetWriter(self.part, schema)
        except OSError as error:
            raise self.unwritable(error) from None

    def unwritable(self, error: OSError) -> Invalid:
        return Invalid(
            "unwritable_out",
            zh="无法写入 {out}:{error}",
            en="cannot write {out}: {error}",
            out=self.out,
            error=error.strerror or error,
        )

    def write(self, answer: pl.DataFrame) -> None:
        try:
            self.writer.write_table(answer.to_arrow().cast(self.schema))
        except OSError as error:
            raise self.unwritable(error) from None

    def finish(self) -> None:
        try:
            self.writer.close()
            self.part.replace(self.out)
        except OSError as error:
            raise self.unwritable(error) from None

    def drop(self) -> None:
        self.writer.close()
        self.part.unlink(missing_ok=True)


def quantify_chunks(chunks: Iterable[pl.DataFrame], kernel: RowKernel, out: Path | None) -> Totals:
    """Totals over all chunks; with `out` each row's line, refusal and milligrams as Parquet.

    Refuses: `unwritable_out`, and whatever the chunks and the kernel refuse; then no file is left.
    """
    totals = Totals()
    part = None if out is None else _Part(out)
    try:
        for frame in chunks:
            answer = quantify_frame(frame, kernel)
            totals.add(answer)
            if part is not None:
                part.write(answer)
        if part is not None:
            part.finish()
    except BaseException:
        if part is not None:
            part.drop()
        raise
    return totals
