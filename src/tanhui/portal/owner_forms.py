"""What the owners' forms carry: places, shares, meters, and files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.web.entrance import PageRequest

_POINT = re.compile(r"\s*(-?\d{1,3}(?:\.\d{1,12})?)\s*[,，\s]\s*(-?\d{1,2}(?:\.\d{1,12})?)\s*")
_SHARE = re.compile(r"(\d{1,3})(?:\.(\d{1,4}))?")
_PPM_PER_PERCENT = 10_000


def typed_place(text: str) -> dict[str, Any] | None:
    """GeoJSON, or a point as `104.0668,30.5728`; None for an empty field.

    What is neither becomes an object that is no place, which the command then refuses.
    """
    if not text.strip():
        return None
    point = _POINT.fullmatch(text)
    if point is not None:
        # A position is two JSON numbers; that they are digits was just seen.
        return {"type": "Point", "coordinates": json.loads(f"[{point[1]},{point[2]}]")}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def place_text(place: Mapping[str, Any] | None) -> str:
    """A place as it is typed: a point in short, anything else as GeoJSON."""
    if not place:
        return ""
    if place.get("type") == "Point":
        longitude, latitude = place["coordinates"][:2]
        return f"{longitude},{latitude}"
    return json.dumps(place, ensure_ascii=False, separators=(",", ":"))


def typed_share(text: str) -> int:
    """A share in per cent with at most four decimals, as parts in a million; 0 for what is none."""
    found = _SHARE.fullmatch(text.strip().removesuffix("%").strip())
    if found is None or not text.isascii():
        return 0
    return int(found[1]) * _PPM_PER_PERCENT + int((found[2] or "").ljust(4, "0"))


def share_text(share_ppm: int) -> str:
    """A share in per cent without zeros at its end."""
    whole, rest = divmod(share_ppm, _PPM_PER_PERCENT)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def typed_sites(request: PageRequest) -> list[dict[str, Any]]:
    """The rows of the form of sites that are not empty."""
    columns = ("site_name", "site_place", "site_meters", "site_share")
    found = []
    for name, place, meters, share in zip(
        *(request.POST.getlist(column) for column in columns), strict=False
    ):
        if not any(text.strip() for text in (name, place, meters, share)):
            continue
        found.append(
            {
                "name": name,
                "place": typed_place(place) or {},
                "meters": [one for one in re.split(r"[,，;；\s]+", meters) if one],
                "share_ppm": typed_share(share),
            }
        )
    return found


def sent_file(request: PageRequest, name: str) -> tuple[str, bytes]:
    """A sent file's name and bytes; refuses `file_missing`."""
    sent = request.FILES.get(name)
    if sent is None:
        raise Invalid("file_missing", zh="请选一个文件。", en="Choose a file.")
    return sent.name or "", sent.read()
