"""Images are drawn anew: what comes out holds the picture and nothing that came with it."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from tanhui.kernel.refusals import Invalid
from tanhui.vault.purposes import JPEG, PNG, WEBP
from tanhui.vault.types import bomb, damaged

# A phone's photo has 12 to 50 million pixels; a bomb of a few kilobytes has a billion.
PIXELS_MAX = 60_000_000
SIDE_MAX = 16_000
_QUALITY = 90
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}


def redraw(data: bytes, media_type: str) -> bytes:
    """The picture in `data`, upright, encoded anew without place, time, device, profile or tail.

    Refuses: `file_bomb`, `file_damaged`, `image_moves`.
    """
    name = _FORMATS[media_type]
    with warnings.catch_warnings():
        # The library only warns of pictures that we refuse anyway.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=[name]) as image:
                _check(image)
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _encoded(upright, name)
        except Image.DecompressionBombError:
            raise bomb("pixels") from None
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise damaged(f"{name}: {type(error).__name__}") from None


def _check(image: Image.Image) -> None:
    width, height = image.size
    if width * height > PIXELS_MAX or max(width, height) > SIDE_MAX:
        raise bomb(f"{width} × {height}")
    if getattr(image, "n_frames", 1) > 1:
        raise Invalid(
            "image_moves",
            zh="只收静止的图片，这是一张动图。",
            en="Only still pictures are kept; this one moves.",
        )


def _encoded(image: Image.Image, name: str) -> bytes:
    clear = name != "JPEG" and "A" in image.getbands()
    # A fresh picture from the pixels alone; whatever else the object knew stays behind.
    drawn = Image.new("RGBA" if clear else "RGB", image.size)
    drawn.paste(image.convert(drawn.mode))
    out, encode = io.BytesIO(), drawn.save
    if name == "PNG":
        encode(out, name, compress_level=6)
    else:
        encode(out, name, quality=_QUALITY)
    return out.getvalue()
