"""Files made for these tests: honest ones, and those that are something else than they seem."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image

# Written in two parts, so that no scanner takes this file for what it describes.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
CSV = "日期,里程\n2026-11-21,2431\n2026-11-22,1800\n".encode()
JSON = '{"日期":"2026-11-21","里程":[2431,1800]}'.encode()
_GPS = 0x8825
_MAKER = 0x010F
_TURNED = 0x0112


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (64, 48), mode: str = "RGB", turned: int = 1
) -> bytes:
    """A picture whose left half is red; with a place, a maker and a comment in its head."""
    image = Image.new(mode, size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[_MAKER] = "SECRETCAM"
    exif[_TURNED] = turned
    exif.get_ifd(_GPS).update({1: "N", 2: (30.0, 39.0, 30.0), 3: "E", 4: (104.0, 3.0, 48.0)})
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


def moving() -> bytes:
    """A picture of two frames."""
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


def bomb_picture(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of some hundred bytes that says it has 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checked

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def spreadsheet(**more: bytes) -> bytes:
    """The smallest thing that is a spreadsheet; `more` adds parts, `__` stands for a slash."""
    parts = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": b"<workbook/>",
        **{name.replace("__", "/"): data for name, data in more.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()
