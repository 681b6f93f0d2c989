"""What a file is, told by its bytes alone: a name and a browser's word prove nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import puremagic

from tanhui.kernel.refusals import Invalid
from tanhui.vault.purposes import CSV, IMAGES, JSON, PDF, XLSX

# A spreadsheet unpacks to a few times its size; a bomb to a thousand times.
UNPACKED_MAX = 300_000_000
UNPACKED_RATIO = 200
PARTS_MAX = 5_000
_RATIO_FROM = 1_000_000
_SPREADSHEET_PARTS = frozenset({"[Content_Types].xml", "xl/workbook.xml"})
_ACTIVE_PARTS = re.compile(r"vbaProject|xl/externalLinks/|xl/embeddings/|xl/activeX/|macrosheets/")
# Names by which a PDF runs something, or carries another file.
_ACTIVE_PDF = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToR)\b"
)
_PDF_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
# Text that a browser or a shell would take for a program, whatever it is called.
_ACTIVE_TEXT = re.compile(
    r"<\s*(?:!doctype|html|script|svg|iframe|body|\?php|\?xml)|^#!|^MZ|%PDF-", re.I
)
_NESTED_MAX = 200
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_SIGNATURE_BYTES = 4096
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
_CELL_MAX = 1_000_000


def detect(data: bytes) -> str:
    """The media type of `data`, empty where it is none that is ever kept."""
    if not data:
        return ""
    images = _signatures(data) & IMAGES
    if images:
        return min(images)
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return _zip_type(data)
    return _text_type(data)


def _signatures(data: bytes) -> set[str]:
    try:
        return {str(match.mime_type) for match in puremagic.magic_string(data[:_SIGNATURE_BYTES])}
    except puremagic.PureError:
        return set()


def _zip_type(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return XLSX if set(archive.namelist()) >= _SPREADSHEET_PARTS else ""
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return ""


def _text_type(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if "\x00" in text or _ACTIVE_TEXT.search(text[:4096]):
        return ""
    if text.lstrip()[:1] in {"{", "["}:
        return JSON
    first = text.splitlines()[0] if text.strip() else ""
    return CSV if "," in first or "\t" in first or ";" in first else ""


def check_document(data: bytes, media_type: str) -> None:
    """Looks through a document that is kept as it is.

    Refuses: `file_active`, `file_bomb`, `file_damaged`.
    """
    if media_type == PDF:
        _check_pdf(data)
    elif media_type == XLSX:
        _check_spreadsheet(data)
    elif media_type == JSON:
        _check_json(data)
    elif media_type == CSV:
        _check_csv(data)


def damaged(what: str) -> Invalid:
    """The refusal of a file that is not whole."""
    return Invalid(
        "file_damaged",
        zh="文件不完整或读不出来（{what}），请重新导出后再传。",
        en="The file is not whole or cannot be read ({what}); export it again and send that.",
        what=what,
    )


def active(what: str) -> Invalid:
    """The refusal of a file that could do something by itself."""
    return Invalid(
        "file_active",
        zh="文件里有会自己运行或夹带别的文件的内容（{what}）。请另存为不带这些内容的文件。",
        en="The file holds what runs by itself or carries other files ({what}). Save it without.",
        what=what,
    )


def bomb(what: str) -> Invalid:
    """The refusal of a file that is small only until it is opened."""
    return Invalid(
        "file_bomb",
        zh="文件打开后过大（{what}）。",
        en="The file becomes too large when it is opened ({what}).",
        what=what,
    )


def _check_pdf(data: bytes) -> None:
    # Whatever stands behind the end could be another file for another program.
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip():
        raise damaged("%%EOF")
    names = _PDF_HEX.sub(lambda found: bytes([int(found[1], 16)]), data)
    found = _ACTIVE_PDF.search(names)
    if found:
        raise active(found[0].decode())


def _check_spreadsheet(data: bytes) -> None:
    # What stands before or behind the archive could be another file for another program.
    if data.rfind(_ZIP_END) + _ZIP_END_BYTES != len(data):
        raise damaged("zip")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if min(part.header_offset for part in parts) != 0:
                raise damaged("zip")
            _check_parts(parts, len(data))
            for part in parts:
                _check_part(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise damaged(type(error).__name__) from None


def _check_parts(parts: list[zipfile.ZipInfo], size: int) -> None:
    names = [part.filename for part in parts]
    if len(names) > PARTS_MAX or len(set(names)) != len(names):
        raise bomb(f"{len(names)} parts")
    for name in names:
        if _ACTIVE_PARTS.search(name):
            raise active(name)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > UNPACKED_MAX or (unpacked > _RATIO_FROM and unpacked > size * UNPACKED_RATIO):
        raise bomb(f"{unpacked} bytes")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # The directory may lie about the size, so the bytes are counted as they come out.
    left = part.file_size
    with archive.open(part) as inside:
        while chunk := inside.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise bomb(part.filename)


def _check_json(data: bytes) -> None:
    # Counted before it is read: a reader would run out of stack.
    deepest = depth = 0
    bare = re.sub(rb'"(?:[^"\\]|\\.)*"', b"", data).translate(None, _NOT_BRACKETS)
    for byte in bare:
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > _NESTED_MAX:
        raise bomb(f"{deepest} levels")
    try:
        json.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise damaged(f"JSON: {type(error).__name__}") from None


def _check_csv(data: bytes) -> None:
    text = data.decode("utf-8-sig")
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    before = csv.field_size_limit(_CELL_MAX)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        widths = {len(row) for row in rows if row}
    except csv.Error as error:
        raise damaged(f"CSV: {error}") from None
    finally:
        csv.field_size_limit(before)
    if len(widths) != 1:
        raise damaged(f"CSV: {len(widths)} widths")
