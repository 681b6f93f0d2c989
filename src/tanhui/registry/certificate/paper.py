"""A certificate as it is set on paper: the words and figures of one A4 page, in both languages.

Pure: what the credential says, where the log has it, and what became of it since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tanhui.kernel.periods import CITY_ZONE
from tanhui.registry.certificate.credential import check_code
from tanhui.render import documents
from tanhui.render.codes import qr_svg

TEMPLATE = "certificate"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of retired credits: kilograms found invalid, replaced from the buffer, disputed.

    `words` are what a certificate must then say in large letters, in both languages.
    """

    kg: int
    invalid_kg: int = 0
    replaced_kg: int = 0
    disputed: bool = False

    @property
    def missing_kg(self) -> int:
        """Kilograms that turned out not to count and that nothing replaces."""
        return self.invalid_kg - self.replaced_kg

    @property
    def good(self) -> bool:
        """Whether the certificate may be shown as it is, with nothing to add."""
        return not (self.invalid_kg or self.disputed)

    @property
    def words(self) -> dict[str, str] | None:
        """The sentence, or None where there is nothing to say."""
        if self.good:
            return None
        zh, en = [], []
        if self.invalid_kg:
            zh.append(f"其中 {self.invalid_kg:,} 千克后来被认定无效")
            en.append(f"{self.invalid_kg:,} kg of it were later found invalid")
        if self.replaced_kg:
            zh.append(f"{self.replaced_kg:,} 千克已由缓冲账户替换")
            en.append(f"{self.replaced_kg:,} kg were replaced from the buffer")
        if self.missing_kg > 0:
            zh.append(f"还有 {self.missing_kg:,} 千克没有替换")
            en.append(f"{self.missing_kg:,} kg have not been replaced")
        if self.disputed:
            zh.append("所属项目与年份正受质疑，结论未定")
            en.append("the project and vintage are disputed, and nothing is decided yet")
        told = "; ".join(en)
        return {"zh": "，".join(zh) + "。", "en": told[:1].upper() + told[1:] + "."}


def pdf(
    credential: Mapping[str, Any],
    *,
    committed: bytes,
    standing: Standing,
    log_index: int | None,
    address: str,
    brand: str,
) -> bytes:
    """The page, or pages where there are many ranges of numbers.

    `address` is the certificate's public page; `log_index` is None until the log has it.
    """
    at = datetime.fromisoformat(credential["validFrom"])
    data = content(
        credential,
        committed=committed,
        standing=standing,
        log_index=log_index,
        address=address,
        brand=brand,
    )
    return documents.compile(TEMPLATE, data, at=at)


def content(
    credential: Mapping[str, Any],
    *,
    committed: bytes,
    standing: Standing,
    log_index: int | None,
    address: str,
    brand: str,
) -> dict[str, object]:
    """What the template is told."""
    subject = credential["credentialSubject"]
    at = datetime.fromisoformat(credential["validFrom"]).astimezone(CITY_ZONE)
    names = {one["@language"]: one["@value"] for one in credential["issuer"]["name"]}
    return {
        "title": f"减排量注销证书 {subject['number']}",
        "heading": {"zh": "减排量注销证书", "en": "Certificate of Retirement"},
        "brand": brand,
        "number": subject["number"],
        "simulated": bool(subject["simulated"]),
        "specimen": "样张 · 模拟数据 SPECIMEN",
        "beneficiary": subject["beneficiary"],
        "kg": f"{subject['kg']:,}",
        "purpose": _purpose(subject),
        "rows": [_row(line) for line in subject["retired"]],
        "retired": _retired(at, log_index),
        "check": check_code(committed),
        "qr": qr_svg(address),
        "address": address,
        "registry": {"zh": names["zh-Hans"], "en": names["en"]},
        "day": {"zh": f"{at.year} 年 {at.month} 月 {at.day} 日", "en": _day_en(at)},
        "status": standing.words,
    }


def _purpose(subject: Mapping[str, Any]) -> dict[str, str]:
    """The purpose, and the boundary behind it where one was stated."""
    zh, en = subject["purpose"]["zh"], subject["purpose"]["en"]
    boundary = subject["boundary"]
    return {
        "zh": f"{zh}，边界：{boundary['zh']}" if boundary["zh"] else zh,
        "en": f"{en}; boundary: {boundary['en']}" if boundary["en"] else en,
    }


def _row(line: Mapping[str, Any]) -> dict[str, object]:
    first, last = line["first"], line["last"]
    return {
        "project": line["project"],
        "methodology": line["methodology"],
        "vintage": line["vintage"],
        "numbers": f"{first:,} – {last:,}" if first < last else f"{first:,}",
        "kg": f"{last - first + 1:,} kg",
    }


def _retired(at: datetime, log_index: int | None) -> dict[str, str]:
    """When it was retired, and which leaf of the public log tells of it."""
    time = f"{at.hour:02d}:{at.minute:02d}"
    zh = f"注销于 {at.year} 年 {at.month} 月 {at.day} 日 {time}"
    en = f"Retired {_day_en(at)}, {time} (UTC+8)"
    if log_index is None:
        return {
            "zh": f"{zh}，正在写入公开日志，永不可再用。",
            "en": f"{en}, being written to the public log; final.",
        }
    return {
        "zh": f"{zh}，写入公开日志第 {log_index:,} 条，永不可再用。",
        "en": f"{en}, log leaf {log_index:,}; final.",
    }


def _day_en(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
