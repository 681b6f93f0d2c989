"""The row kernel: a methodology compiled to int64 expressions for millions of rows at once.

`rows` is the door; `compiler` walks the document, `formulas` its trees, over `cells` of `forms`
(a column times a rational), whose sizes `values` and `rounding` keep within int64; `columns` turns
them into Ibis expressions.
"""
