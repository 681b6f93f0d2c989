"""The same rows under two versions or two factor years: the difference row by row and in total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Given
from tanhui.methodology.kernel.rows import RowKernel, compile_kernel

BINS = 21
SHOWN_ROWS = 20
_SCHEMA = pl.Schema(
    {"row": pl.String, "left": pl.Int64, "right": pl.Int64, "difference": pl.Int64,
     "left_refused": pl.String, "right_refused": pl.String}
)  # fmt: skip


@dataclass
class Difference:
    """What changes between two documents over the same rows, in the result's unit.

    `rows` counts all, `both` those that both sides quantify, `only_left` and `only_right` those
    that one side alone does; totals are over what each side quantifies; `changed` counts the rows
    whose result differs. `largest` holds the rows that differ most; `bins` counts the rows by
    difference, evenly from the lowest to the highest.
    """

    left: str
    right: str
    unit: str
    rows: int = 0
    both: int = 0
    only_left: int = 0
    only_right: int = 0
    changed: int = 0
    left_total: int = 0
    right_total: int = 0
    largest: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SCHEMA))
    bins: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def difference(self) -> int:
        """Right total less left total."""
        return self.right_total - self.left_total

    def add(self, answers: pl.DataFrame) -> None:
        """Count the answered rows of one piece (`_SCHEMA`)."""
        self.rows += answers.height
        has_left, has_right = answers["left"].is_not_null(), answers["right"].is_not_null()
        self.both += int((has_left & has_right).sum())
        self.only_left += int((has_left & ~has_right).sum())
        self.only_right += int((~has_left & has_right).sum())
        self.left_total += int(answers["left"].sum())
        self.right_total += int(answers["right"].sum())
        self.changed += int((answers["difference"] != 0).sum())
        most = pl.concat([self.largest, answers.filter(pl.col("difference") != 0)])
        self.largest = most.sort(
            pl.col("difference").abs(), descending=True, maintain_order=True
        ).head(SHOWN_ROWS)


def result_unit(left: Methodology, right: Methodology) -> str:
    """The unit in which both sides count. Refuses: `not_comparable`."""
    if left.result is None or right.result is None or left.result.unit != right.result.unit:
        raise Invalid(
            "not_comparable",
            zh="{left} 与 {right} 的结果不是同一单位",
            en="{left} and {right} do not give a result in the same unit",
            left=left.reference,
            right=right.reference,
        )
    return left.result.unit.text


def _answered(
    row: pl.Series | Sequence[str],
    left: pl.Series | Sequence[int | None],
    right: pl.Series | Sequence[int | None],
    refused: tuple[object, object],
) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"row": row, "left": left, "right": right, "left_refused": refused[0],
         "right_refused": refused[1]},
        schema_overrides={"left": pl.Int64, "right": pl.Int64, "row": pl.String,
                          "left_refused": pl.String, "right_refused": pl.String},
    )  # fmt: skip
    difference = pl.col("right").fill_null(0) - pl.col("left").fill_null(0)
    return frame.with_columns(difference=difference).select(_SCHEMA.names()).cast(_SCHEMA)


def _side(frame: pl.DataFrame, kernel: RowKernel) -> tuple[pl.Series, pl.Series]:
    """Result and refusal of every row; a row that the layout refused has neither result."""
    fine = frame["refused"].is_null()
    earned = frame.select(pl.when(fine).then(kernel.quantify(frame))).to_series()
    refused = frame.select(
        pl.when(fine).then(kernel.refused(frame)).otherwise(pl.col("refused"))
    ).to_series()
    return earned, refused


def compare_rows(
    left: Methodology, right: Methodology, chunks: Iterable[pl.DataFrame], out: Path | None = None
) -> Difference:
    """The difference over frames with `line`, `refused` and the columns of both documents.

    With `out` every row goes into that CSV file. Refuses what kernels refuse, `not_comparable`.
    """
    found = Difference(left.reference, right.reference, result_unit(left, right))
    kernels = compile_kernel(left), compile_kernel(right)
    pieces: list[pl.Series] = []
    for frame in chunks:
        sides = [_side(frame, kernel) for kernel in kernels]
        answers = _answered(
            frame["line"].cast(pl.String), sides[0][0], sides[1][0], (sides[0][1], sides[1][1])
        )
        found.add(answers)
        pieces.append(answers["difference"])
        if out is not None:
            _write(answers, out, append=found.rows > answers.height)
    found.bins = _binned(pieces)
    return found


def compare_cases(
    left: Methodology,
    right: Methodology,
    cases: Mapping[str, Mapping[str, Given]],
    out: Path | None = None,
) -> Difference:
    """The difference over single cases by name, on the exact evaluator.

    A case that a side refuses has no result on that side, and the refusal's code instead.
    """
    found = Difference(left.reference, right.reference, result_unit(left, right))
    results = case_results(left, right, cases)
    sides = [[pair[side] for pair in results.values()] for side in (0, 1)]
    answers = _answered(
        list(results),
        [whole for whole, _ in sides[0]],
        [whole for whole, _ in sides[1]],
        ([code or None for _, code in sides[0]], [code or None for _, code in sides[1]]),
    )
    found.add(answers)
    if out is not None:
        _write(answers, out, append=False)
    found.bins = _binned([answers["difference"]])
    return found


SideResult = tuple[int | None, str]


def case_results(
    left: Methodology, right: Methodology, cases: Mapping[str, Mapping[str, Given]]
) -> dict[str, tuple[SideResult, SideResult]]:
    """For every case each side's whole result, or None and the code of its refusal."""
    return {
        name: (_side_result(left, given), _side_result(right, given))
        for name, given in cases.items()
    }


def _side_result(methodology: Methodology, given: Mapping[str, Given]) -> SideResult:
    try:
        return evaluate(methodology, given).result, ""
    except Refusal as refusal:
        return None, refusal.code


def _write(answers: pl.DataFrame, out: Path, *, append: bool) -> None:
    try:
        with out.open("ab" if append else "wb") as file:
            answers.write_csv(file, include_header=not append)
    except OSError as error:
        raise Invalid(
            "unwritable_out",
            zh="无法写入 {out}：{error}",
            en="cannot write {out}: {error}",
            out=out,
            error=error.strerror or error,
        ) from None


def _binned(pieces: Sequence[pl.Series]) -> list[tuple[int, int, int]]:
    """(from, to, rows) for even bins over the differences that are not zero, `to` not included.

    The width is 1, 2 or 5 times a power of ten and zero is an edge, so that a bin never holds both
    those who gain and those who lose.
    """
    if not pieces:
        return []
    differences = pl.concat(pieces).filter(pl.concat(pieces) != 0)
    if differences.is_empty():
        return []
    low, high = int(differences.min()), int(differences.max())  # type: ignore[arg-type]
    step = next(
        size * 10**power
        for power in range(20)
        for size in (1, 2, 5)
        if (high - low) // (size * 10**power) < BINS
    )
    first, last = low // step, high // step
    counts = dict((differences // step).value_counts().iter_rows())
    return [
        (place * step, (place + 1) * step, int(counts.get(place, 0)))
        for place in range(first, last + 1)
    ]
