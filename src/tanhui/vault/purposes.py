"""What files are kept for: which types, how large, and who reads them besides their owner."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from tanhui.kernel.refusals import Invalid

MEGABYTE = 1_000_000
JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PDF, CSV, JSON = "application/pdf", "text/csv", "application/json"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGES = frozenset({JPEG, PNG, WEBP})
DOCUMENTS = frozenset({PDF, CSV, JSON, XLSX})


@dataclass(frozen=True, slots=True)
class Purpose:
    """One use of files. `bytes_max` counts what was sent; `roles` may always read."""

    code: str
    types: frozenset[str]
    bytes_max: int
    roles: frozenset[str]


PURPOSES = MappingProxyType(
    {
        purpose.code: purpose
        for purpose in (
            # A citizen's photo for a hold or an objection; whoever decides about it sees it.
            Purpose("objection", IMAGES, 10 * MEGABYTE, frozenset({"operator", "regulator"})),
            # What a party or a desk adds to any other case.
            Purpose("case", IMAGES | {PDF}, 20 * MEGABYTE, frozenset({"operator", "regulator"})),
            # Filings and monitoring reports with their data.
            Purpose(
                "project", IMAGES | DOCUMENTS, 50 * MEGABYTE, frozenset({"operator", "regulator"})
            ),
            # A partner's contract and statements; its own organisation is named with each file.
            Purpose("partner", IMAGES | DOCUMENTS, 50 * MEGABYTE, frozenset({"operator"})),
            # Pictures of offers and of what gifts became: small, for they are shown on phones.
            Purpose(
                "reward", IMAGES, 2 * MEGABYTE, frozenset({"auditor", "operator", "regulator"})
            ),
            # Photos of what became of points that were given; every citizen may see them.
            Purpose(
                "cause-report",
                IMAGES,
                10 * MEGABYTE,
                frozenset({"auditor", "citizen", "operator", "regulator"}),
            ),
        )
    }
)


def purpose_of(code: str) -> Purpose:
    """The purpose of this name. Refuses: `file_purpose_unknown`."""
    try:
        return PURPOSES[code]
    except KeyError:
        raise Invalid(
            "file_purpose_unknown",
            zh="没有“{code}”这种文件用途。",
            en="There is no purpose of files called “{code}”.",
            code=code,
        ) from None
