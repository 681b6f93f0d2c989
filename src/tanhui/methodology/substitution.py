"""What if a document took another factor row: the same formulas over another year's factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.canonical import digest
from tanhui.methodology.document import BoundRow, Factor, Methodology, Use
from tanhui.methodology.factors import FactorLibrary, FactorRow
from tanhui.methodology.units import Quantity


def _bound(factor: Factor, row: FactorRow) -> BoundRow:
    """`row` in the factor's unit, through the same conversion. Refuses: `kind_mismatch`."""
    pinned = factor.row
    same = row.quantity.unit.signature == pinned.quantity.unit.signature
    if row.kind != pinned.kind or not same:
        raise Invalid(
            "kind_mismatch",
            zh="{symbol} 的因子类别为 {expected}，{key} 却是 {found}",
            en="{symbol} takes a factor of kind {expected}, but {key} is {found}",
            symbol=factor.symbol,
            key=row.key,
            expected=pinned.kind,
            found=row.kind,
        )
    # The pinned row's own conversion tells how its unit became the factor's.
    ratio = Fraction(1)
    if pinned.quantity.base:
        ratio = factor.quantity.base / pinned.quantity.base
    value = row.quantity.base * ratio / factor.unit.scale
    return BoundRow(row, Quantity(value, factor.unit))


def _replaced(factor: Factor, row: FactorRow) -> Factor:
    if factor.axes:
        raise Invalid(
            "cannot_replace",
            zh="{symbol} 逐项取行，不能整体替换",
            en="{symbol} takes one row for each item and cannot be replaced as a whole",
            symbol=factor.symbol,
        )
    return replace(factor, rows=(_bound(factor, row),))


def _digest_of(factors: tuple[Factor, ...], uses: tuple[Use, ...]) -> str:
    pinned: dict[str, object] = {
        factor.symbol: [bound.row.digest for bound in factor.rows] for factor in factors
    }
    pinned.update({use.name: use.module.factors_digest for use in uses})
    return digest(pinned)


def with_factor_rows(methodology: Methodology, rows: Mapping[str, FactorRow]) -> Methodology:
    """The document with other rows for some factors, by symbol (`mix.EF_bus` in a module).

    The answer is a what-if: it keeps the reference and the digest of the document, not its
    factors' digest. Refuses: `no_such_factor_symbol`, `kind_mismatch`, `cannot_replace`.
    """
    own = {symbol: row for symbol, row in rows.items() if "." not in symbol}
    known = {factor.symbol for factor in methodology.factors}
    for symbol in own:
        if symbol not in known:
            raise Invalid(
                "no_such_factor_symbol",
                zh="{document} 没有因子 {symbol}，有：{known}",
                en="{document} has no factor {symbol}; there are: {known}",
                document=methodology.reference,
                symbol=symbol,
                known=", ".join(sorted(known)) or "-",
            )
    factors = tuple(
        _replaced(factor, own[factor.symbol]) if factor.symbol in own else factor
        for factor in methodology.factors
    )
    uses = []
    for use in methodology.uses:
        inner = {
            symbol.removeprefix(f"{use.name}."): row
            for symbol, row in rows.items()
            if symbol.startswith(f"{use.name}.")
        }
        module = with_factor_rows(use.module, inner) if inner else use.module
        uses.append(replace(use, module=module, kept={}))
    return replace(
        methodology,
        factors=factors,
        uses=tuple(uses),
        kept={},
        factors_digest=_digest_of(factors, tuple(uses)),
    )


def rows_of_year(
    methodology: Methodology, factors: FactorLibrary, year: int, prefix: str = ""
) -> dict[str, FactorRow]:
    """For each factor of the document and its modules the row of its series with that data year.

    Factors whose series has no row of that year keep theirs.
    """
    found: dict[str, FactorRow] = {}
    for factor in methodology.factors:
        if factor.axes:
            continue
        pinned = factor.row
        for row in factors.rows(pinned.series, pinned.region):
            if row.year == year and row.digest != pinned.digest:
                found[prefix + factor.symbol] = row
    for use in methodology.uses:
        found.update(rows_of_year(use.module, factors, year, f"{prefix}{use.name}."))
    return found
