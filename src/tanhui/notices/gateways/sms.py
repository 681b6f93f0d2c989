"""Text messages by Tencent Cloud's SendSms (2021-01-11), signed by TC3-HMAC-SHA256.

The signature is checked against the operator's published example; the codes that mean "later" are
from its error list and were not tried against the real service (unverified).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tanhui.notices.gateways.accounts import SmsAccount
from tanhui.notices.gateways.http import Told, ask
from tanhui.notices.gateways.ways import Answer

_SERVICE, _ACTION, _VERSION = "sms", "SendSms", "2021-01-11"
_TYPE = "application/json; charset=utf-8"
_METHOD = "TC3-HMAC-SHA256"
_SIGNED = "content-type;host;x-tc-action"
_AGAIN = (
    "InternalError",
    "RequestLimitExceeded",
    "LimitExceeded.DeliveryFrequencyLimit",
    "LimitExceeded.PhoneNumberThirtySecondLimit",
    "LimitExceeded.PhoneNumberOneHourLimit",
    "FailedOperation.InsufficientBalanceInSmsPackage",
    "AuthFailure",
    "ResourceUnavailable",
)
# The number itself: nothing will reach it.
_GONE = (
    "InvalidParameterValue.IncorrectPhoneNumber",
    "FailedOperation.PhoneNumberInBlacklist",
)


def _seconds() -> int:
    """Seconds since 1970."""
    return time.time_ns() // 1_000_000_000


class TencentSms:
    """One application's text messages."""

    def __init__(self, account: SmsAccount, clock: Callable[[], int] = _seconds) -> None:
        self._account = account
        self._clock = clock

    def send(self, *, phone: str, template_id: str, values: Sequence[str], text: str) -> Answer:
        """Hands one message to the operator, which knows the words by its own template."""
        del text
        body = json.dumps(
            {
                "PhoneNumberSet": [f"+86{phone}"],
                "SmsSdkAppId": self._account.app_id,
                "SignName": self._account.signature,
                "TemplateId": template_id,
                "TemplateParamSet": list(values),
            },
            ensure_ascii=False,
        )
        host = urlsplit(self._account.base_url).netloc
        at = self._clock()
        signed = authorization(
            secret_id=self._account.secret_id,
            secret_key=self._account.secret_key,
            service=_SERVICE,
            host=host,
            action=_ACTION,
            payload=body,
            at=at,
        )
        headers = {
            "Authorization": signed,
            "Content-Type": _TYPE,
            "Host": host,
            "X-TC-Action": _ACTION,
            "X-TC-Timestamp": str(at),
            "X-TC-Version": _VERSION,
            "X-TC-Region": self._account.region,
        }
        return _answer(ask(f"{self._account.base_url}/", body=body.encode(), headers=headers))


def authorization(
    *,
    secret_id: str,
    secret_key: str,
    service: str,
    host: str,
    action: str,
    payload: str,
    at: int,
) -> str:
    """The header that signs a request; `at` is in seconds since 1970."""
    day = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    headers = f"content-type:{_TYPE}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    request = "\n".join(("POST", "/", "", headers, _SIGNED, _digest(payload)))
    scope = f"{day}/{service}/tc3_request"
    words = "\n".join((_METHOD, str(at), scope, _digest(request)))
    key = f"TC3{secret_key}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
    return (
        f"{_METHOD} Credential={secret_id}/{scope}, SignedHeaders={_SIGNED}, Signature={signature}"
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _answer(told: Told) -> Answer:
    response = told.body.get("Response")
    if told.status != 200 or not isinstance(response, dict):
        return Answer(code=f"http_{told.status}", again=True)
    error = response.get("Error")
    if isinstance(error, dict):
        return _refused(str(error.get("Code", "not_understood")))
    statuses = response.get("SendStatusSet")
    if not isinstance(statuses, list) or not statuses or not isinstance(statuses[0], dict):
        return Answer(code="not_understood", again=True)
    code = str(statuses[0].get("Code", ""))
    if code == "Ok":
        return Answer(reference=str(statuses[0].get("SerialNo", "")))
    return _refused(code or "not_understood")


def _refused(code: str) -> Answer:
    return Answer(code=code, again=code.startswith(_AGAIN), gone=code in _GONE)
