"""Mainland mobile numbers: what is one, and how it is shown. Pure."""

from __future__ import annotations

import re
import unicodedata

from tanhui.kernel.refusals import Invalid

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_PREFIX = re.compile(r"^(\+86|0086|86(?=1[3-9]))")
_FILLERS = re.compile(r"[\s().\-‐-―]")
_TYPED_MAX = 40


def parse_phone(typed: str) -> str:
    """Eleven digits from what a person typed; refuses `phone_invalid`."""
    plain = _FILLERS.sub("", unicodedata.normalize("NFKC", typed[:_TYPED_MAX]))
    plain = _PREFIX.sub("", plain)
    if not _MOBILE.fullmatch(plain) or not plain.isascii():
        raise Invalid(
            "phone_invalid",
            zh="这不像一个大陆手机号：应是以 1 开头的 11 位数字。",
            en="This does not look like a mainland mobile number: 11 digits starting with 1.",
        )
    return plain


def masked(phone: str) -> str:
    """A number as it may be shown: `138****0001`."""
    return f"{phone[:3]}****{phone[-4:]}"
