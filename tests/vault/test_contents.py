"""What a file is by its bytes, what is refused of it, and what is left of a picture."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tanhui.kernel.refusals import Invalid
from tanhui.vault import images, types
from tanhui.vault.purposes import CSV, JPEG, JSON, PDF, PNG, WEBP, XLSX
from tests.vault import made


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (made.picture("JPEG"), JPEG),
        (made.picture("PNG"), PNG),
        (made.picture("WEBP"), WEBP),
        (made.PDF, PDF),
        (made.CSV, CSV),
        (b"\xef\xbb\xbf" + made.CSV, CSV),
        (made.JSON, JSON),
        (made.spreadsheet(), XLSX),
        (b"BM,price\n1,2\n", CSV),
        (b"", ""),
        (b"GIF89a" + bytes(30), ""),
        (b"MZ\x90\x00" + bytes(60), ""),
        (b"<html><script>alert(1)</script></html>", ""),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', ""),
        (b"#!/bin/sh\necho a,b\n", ""),
        (b"\n\n <!DOCTYPE html>,a\n", ""),
        (b"just words", ""),
        (bytes(range(256)), ""),
        (b"PK\x03\x04" + bytes(40), ""),
        (b"x" + made.PDF, ""),
    ],
)
def test_a_type_is_told_by_the_bytes_alone(data: bytes, media_type: str) -> None:
    assert types.detect(data) == media_type


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (made.PDF + b"PK\x03\x04 an archive behind the end", "file_damaged"),
        (made.PDF[:-8], "file_damaged"),
        (made.PDF.replace(b"/Type", b"/OpenAction << /JS (app.alert(1)) >> /Type"), "file_active"),
        (made.PDF.replace(b"/Type", b"/J#61vaScript () /Type"), "file_active"),
        (made.PDF.replace(b"/Type", b"/EmbeddedFiles 2 0 R /Type"), "file_active"),
        (made.spreadsheet(xl__vbaProject=b"x"), "file_active"),
        (made.spreadsheet(xl__embeddings__a=b"x"), "file_active"),
        (made.spreadsheet(xl__sheet=bytes(5_000_000)), "file_bomb"),
        (b"MZ" + made.spreadsheet(), "file_damaged"),
        (made.spreadsheet() + b"<script>", "file_damaged"),
        (b"[" * 100_000 + b"]" * 100_000, "file_bomb"),
        (b'{"a":1', "file_damaged"),
        (b"a,b\n1,2,3\n", "file_damaged"),
        (b'a,b\n"1,2\n', "file_damaged"),
    ],
)
def test_documents_that_hide_or_run_something_are_refused(data: bytes, code: str) -> None:
    kinds = {b"%PDF": PDF, b"PK\x03\x04": XLSX, b"MZPK": XLSX}
    media_type = kinds.get(data[:4], JSON if data[:1] in b"[{" else CSV)
    with pytest.raises(Invalid) as refusal:
        types.check_document(data, media_type)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("data", "media_type"),
    [(made.PDF, PDF), (made.CSV, CSV), (made.JSON, JSON), (made.spreadsheet(), XLSX)],
)
def test_honest_documents_are_let_through(data: bytes, media_type: str) -> None:
    types.check_document(data, media_type)


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP)])
def test_a_picture_keeps_its_pixels_and_loses_all_else(kind: str, media_type: str) -> None:
    sent = made.picture(kind) + b"PK\x03\x04<script>behind the picture</script>"
    assert b"SECRETCAM" in sent
    kept = images.redraw(sent, media_type)
    assert b"SECRETCAM" not in kept
    assert b"script" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == kind
        assert image.size == (64, 48)
        assert not image.getexif()
        assert not set(image.info) & {"exif", "icc_profile", "comment", "xmp"}
        red = image.convert("RGB").getpixel((5, 20))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[1] < 60


def test_a_turned_picture_is_kept_upright() -> None:
    kept = images.redraw(made.picture(turned=6), JPEG)
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (48, 64)


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "1", "LA"])
def test_pictures_of_every_mode_are_redrawn(mode: str) -> None:
    kept = images.redraw(made.picture("PNG", mode=mode) if mode != "P" else _palette(), PNG)
    with Image.open(io.BytesIO(kept)) as image:
        assert image.mode == ("RGBA" if "A" in mode else "RGB")


def _palette() -> bytes:
    out = io.BytesIO()
    Image.new("P", (9, 9), 3).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type", "code"),
    [
        (made.bomb_picture(), PNG, "file_bomb"),
        (made.bomb_picture(20_000, 1), PNG, "file_bomb"),
        (made.bomb_picture(200, 200), PNG, "file_damaged"),
        (made.picture("JPEG")[:-200], JPEG, "file_damaged"),
        (made.picture("PNG")[:-30], PNG, "file_damaged"),
        (made.picture("JPEG")[:20], JPEG, "file_damaged"),
        (made.picture("PNG"), JPEG, "file_damaged"),
        (made.moving(), WEBP, "image_moves"),
    ],
)
def test_pictures_that_explode_move_or_are_cut_are_refused(
    data: bytes, media_type: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        images.redraw(data, media_type)
    assert refusal.value.code == code
