"""Lists and tables of a case become values over axes; missing readings are filled by rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Axis, Input, Label
from tanhui.methodology.given import Cells, Given, Grid, Listed, Value
from tanhui.methodology.units import decimal_text

Reserve = Callable[[str, str, Label], None]


def misgiven(symbol: str, zh: str, en: str) -> Invalid:
    """A value that was given in a form that the document does not take."""
    return Invalid(
        "wrong_input",
        zh="{symbol}：{zh_text}",
        en="{symbol}: {en_text}",
        symbol=symbol,
        zh_text=zh,
        en_text=en,
    )


def out_of_bounds(declared: Input) -> Invalid:
    """An input outside its declared bounds."""
    return Invalid(
        "out_of_bounds",
        zh="{symbol} 超出 {low} 至 {high} {unit} 的范围",
        en="{symbol} is outside {low} to {high} {unit}",
        symbol=declared.symbol,
        low=decimal_text(declared.low),
        high=decimal_text(declared.high),
        unit=declared.unit.text,
    )


def axis_labels(
    axes: Mapping[str, Axis], inputs: Sequence[Input], given: Mapping[str, Given]
) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    """The labels of every axis, and the open axes for which nobody gave a list.

    An open axis is as long as the lists that were given for it. Refuses: `axis_length_differs`.
    """
    found: dict[str, tuple[int, str]] = {}

    def look(symbol: str, along: tuple[Axis, ...], cells: Cells) -> None:
        if isinstance(cells, dict):
            cells = list(cells.values())
            if along and along[0].open:
                # The places of an open axis have no names; `Gathering` refuses the table.
                return
        if not along or not isinstance(cells, list | tuple):
            return
        axis, count = along[0], len(cells)
        if axis.open:
            known, other = found.setdefault(axis.name, (count, symbol))
            if known != count or not 0 < count <= axis.most:
                raise Invalid(
                    "axis_length_differs",
                    zh="轴 {axis}：{symbol} 有 {count} 项，{other} 有 {known} 项，最多 {most} 项",
                    en="the axis {axis}: {symbol} has {count} items, {other} has {known}, "
                    "at most {most}",
                    axis=axis.name,
                    symbol=symbol,
                    count=count,
                    other=other,
                    known=known,
                    most=axis.most,
                )
        for cell in cells:
            look(symbol, along[1:], cell)

    for declared in inputs:
        values = given.get(declared.symbol)
        if isinstance(values, Listed):
            look(declared.symbol, tuple(axes[name] for name in declared.axes), values.cells)
    labels = {
        axis.name: axis.numbered(found[axis.name][0] if axis.name in found else 1)
        if axis.open
        else axis.labels
        for axis in axes.values()
    }
    single = {axis.name for axis in axes.values() if axis.open and axis.name not in found}
    return labels, frozenset(single)


class Gathering:
    """The cells of one symbol over its axes, read from lists and tables in the given unit.

    `default` (in that unit) stands for an item that a table leaves out; `leaf` turns what stands
    at the end of the axes into one number.
    """

    def __init__(
        self,
        symbol: str,
        axes: tuple[Axis, ...],
        labels: Mapping[str, tuple[str, ...]],
        single: frozenset[str],
        default: Fraction | None,
        leaf: Callable[[Cells], Fraction],
    ) -> None:
        self.symbol, self.axes, self.labels = symbol, axes, labels
        self.single, self.default, self.leaf = single, default, leaf

    def value(self, cells: Cells) -> Value:
        """The value over the axes. Refuses: `wrong_input`."""
        if not self.axes:
            return self.leaf(cells)
        return Grid(tuple(axis.name for axis in self.axes), dict(self._cells(0, (), cells)))

    def _cells(
        self, place: int, prefix: tuple[str, ...], cells: Cells
    ) -> list[tuple[tuple[str, ...], Fraction]]:
        if place == len(self.axes):
            return [(prefix, self.leaf(cells))]
        found = []
        for item, cell in self._items(self.axes[place], cells):
            if cell is None and self.default is not None:
                rest = (self.labels[axis.name] for axis in self.axes[place + 1 :])
                found += [((*prefix, item, *more), self.default) for more in product(*rest)]
            else:
                found += self._cells(place + 1, (*prefix, item), cell)
        return found

    def _items(self, axis: Axis, cells: Cells) -> list[tuple[str, Cells]]:
        labels = self.labels[axis.name]
        if isinstance(cells, dict):
            known = ", ".join(labels)
            for item in cells:
                if item not in labels:
                    zh, en = f"没有项 {item}，应为：{known}", f"no item {item}; there are: {known}"
                    raise misgiven(self.symbol, zh, en)
            absent = [item for item in labels if item not in cells]
            if absent and self.default is None:
                item = absent[0]
                raise misgiven(self.symbol, f"缺少项 {item}", f"the item {item} is missing")
            return [(item, cells.get(item)) for item in labels]
        if isinstance(cells, list | tuple):
            if len(cells) != len(labels):
                raise misgiven(
                    self.symbol,
                    f"应有 {len(labels)} 项，实有 {len(cells)} 项",
                    f"{len(labels)} items are needed, {len(cells)} were given",
                )
            return list(zip(labels, cells, strict=True))
        if axis.name in self.single:
            return [(labels[0], cells)]
        zh, en = f"须按轴 {axis.name} 逐项给出", f"give one value for each item of {axis.name}"
        raise misgiven(self.symbol, zh, en)


def plain_leaf(symbol: str) -> Callable[[Cells], Fraction]:
    """A leaf that must be one number."""

    def leaf(cells: Cells) -> Fraction:
        if not isinstance(cells, Fraction):
            raise misgiven(symbol, "应为单个数值", "one number is needed here")
        return cells

    return leaf


def reading_leaf(declared: Input, scale: Fraction, reserve: Reserve) -> Callable[[Cells], Fraction]:
    """A leaf that may be a list of meter readings, gaps (None) filled by the monitoring's rule.

    A single reading of a sum may be small, but neither beyond the bounds nor below zero where the
    sum may not be. `scale` turns the given unit into the declared one.
    Refuses: `gap_not_allowed`, `out_of_bounds`.
    """
    low = min(declared.low, Fraction()) if declared.readings == "sum" else declared.low

    def leaf(cells: Cells) -> Fraction:
        if isinstance(cells, Fraction):
            return cells
        if not isinstance(cells, list | tuple) or not cells:
            raise misgiven(declared.symbol, "应为数值或读数列表", "a number or readings are needed")
        readings = _filled(declared, cells, reserve)
        for reading in readings:
            if not low <= reading * scale <= declared.high:
                raise out_of_bounds(declared)
        total = sum(readings, Fraction())
        return total if declared.readings == "sum" else total / len(readings)

    return leaf


def _filled(declared: Input, cells: Sequence[Cells], reserve: Reserve) -> list[Fraction]:
    present = [cell for cell in cells if isinstance(cell, Fraction)]
    gaps = sum(cell is None for cell in cells)
    if len(present) + gaps != len(cells):
        raise misgiven(declared.symbol, "读数应为数值", "a reading must be a number")
    if not gaps:
        return present
    rule = declared.monitoring.gap if declared.monitoring else "refuse"
    most = declared.monitoring.gaps_most if declared.monitoring else 0
    if rule == "refuse" or gaps > most or not present:
        raise Invalid(
            "gap_not_allowed",
            zh="{symbol} 缺 {gaps} 个读数，最多允许 {most} 个",
            en="{symbol} lacks {gaps} readings, at most {most} may be missing",
            symbol=declared.symbol,
            gaps=gaps,
            most=0 if rule == "refuse" else most,
        )
    reserve(
        "gap_filled",
        declared.symbol,
        Label(
            f"{gaps} 个缺失读数按规则({GAP_RULES[rule].zh})补足",
            f"{gaps} missing reading(s) filled by rule: {GAP_RULES[rule].en}",
        ),
    )
    if rule == "previous":
        if cells[0] is None:
            raise misgiven(declared.symbol, "首个读数不能缺失", "the first reading is missing")
        filled: list[Fraction] = []
        for cell in cells:
            filled.append(filled[-1] if cell is None else cell)
        return filled
    substitute = {
        "highest": max(present),
        "lowest": min(present),
        "mean": sum(present, Fraction()) / len(present),
    }[rule]
    return [substitute if cell is None else cell for cell in cells]


GAP_RULES = {
    "highest": Label("取最高读数", "the highest reading"),
    "lowest": Label("取最低读数", "the lowest reading"),
    "mean": Label("取平均读数", "the mean reading"),
    "previous": Label("取前一读数", "the reading before"),
    "refuse": Label("不得缺失", "no gap allowed"),
}
