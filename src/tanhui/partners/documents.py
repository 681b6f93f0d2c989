"""JSON documents whose records lie in lists within lists: each record becomes a row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tanhui.kernel.refusals import Invalid, Refusal

# A document is read whole, and takes many times its size while it is.
DOCUMENT_BYTES_MAX = 256 * 1024 * 1024
# A column may name what lies deeper (`start.lat`), or in the object around the record (`^plate`).
DEEPER, AROUND = ".", "^"
_PARENT = "\0parent"

Record = dict[str, Any]


def _refuse(name: str, detail: str) -> Refusal:
    return Invalid(
        "broken_document",
        zh="文件“{name}”不是完整的 JSON：{detail}。",
        en="The file “{name}” is no complete JSON: {detail}.",
        name=name,
        detail=detail,
    )


def _walk(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """What lies at the end of a path: `tests[]` goes into each element of a list."""
    if not path:
        yield value
        return
    if isinstance(value, list):
        for element in value:
            yield from _walk(element, path)
        return
    step = path[0].removesuffix("[]")
    found = value.get(step) if isinstance(value, dict) else None
    if not path[0].endswith("[]"):
        yield from _walk(found, path[1:])
        return
    for element in found if isinstance(found, list) else []:
        if isinstance(element, dict):
            element = {**element, _PARENT: value}
        yield from _walk(element, path[1:])


def records_of(name: str, text: bytes, path: Sequence[str]) -> list[Any]:
    """The records of a document; without a path those of its outermost list.

    What is no object counts as a record too, so that it is refused as a row and not lost.
    Refuses: `broken_document`, `document_too_large`.
    """
    if len(text) > DOCUMENT_BYTES_MAX:
        raise Invalid(
            "document_too_large",
            zh="JSON 文件“{name}”过大；请改为每行一个对象（NDJSON）。",
            en="The JSON file “{name}” is too large; write one object a line (NDJSON).",
            name=name,
        )
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refuse(name, "UTF-8") from None
    except RecursionError:
        raise _refuse(name, "nested too deeply") from None
    except ValueError as error:
        raise _refuse(name, str(error)) from None
    path = [step for step in path if step != "[]"]
    tops = document if isinstance(document, list) else [document]
    return [record for top in tops for record in _walk(top, path)]


def cell_of(record: Record, column: str) -> Any:
    """The value a column names in a record: its own key first, then a way deeper or around."""
    if column in record:
        return record[column]
    if column.startswith(AROUND):
        parent = record.get(_PARENT)
        return cell_of(parent, column[1:]) if isinstance(parent, dict) else None
    if DEEPER in column:
        step, _, rest = column.partition(DEEPER)
        inner = record.get(step)
        return cell_of(inner, rest) if isinstance(inner, dict) else None
    return None


def own(record: Record) -> Record:
    """The record without what is around it."""
    return {key: value for key, value in record.items() if key != _PARENT}
