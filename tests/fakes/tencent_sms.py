"""Tencent Cloud's SendSms (2021-01-11): the signature TC3-HMAC-SHA256 is checked in full.

From the documents of the signature and of SendSms. Which of its named codes comes as an error of
the whole request and which as the state of one number is partly from memory.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.serving import serving

_HEADER = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/(\w+)/tc3_request,"
    r" SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
_NUMBER = re.compile(r"\+861\d{10}")
_SKEW = 300


@dataclass
class TencentSms:
    """One account, with one application, one signature and its approved templates."""

    secret_id: str = "AKIDexample"
    secret_key: str = "SecretKeyExample"
    app_id: str = "1400006666"
    signature: str = "碳惠"
    # How many places each approved template has.
    templates: dict[str, int] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    failing: int = 0
    delivered: list[tuple[str, str, list[str]]] = field(default_factory=list)
    base_url: str = ""

    def answer(self, headers: dict[str, str], body: bytes) -> dict[str, Any]:
        """The object under `Response`."""
        if code := self._unsigned(headers, body):
            return {"Error": {"Code": code, "Message": code}, "RequestId": "r"}
        if headers.get("x-tc-action") != "SendSms" or headers.get("x-tc-version") != "2021-01-11":
            return {"Error": {"Code": "InvalidAction", "Message": "no"}, "RequestId": "r"}
        if self.failing:
            self.failing -= 1
            return {"Error": {"Code": "InternalError", "Message": "no"}, "RequestId": "r"}
        asked = json.loads(body)
        numbers = asked.get("PhoneNumberSet")
        if not isinstance(numbers, list) or not 0 < len(numbers) <= 200:
            code = "InvalidParameterValue.IncorrectPhoneNumber"
            return {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}
        if asked.get("SmsSdkAppId") != self.app_id:
            code = "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
            return {"Error": {"Code": code, "Message": "no"}, "RequestId": "r"}
        return {"SendStatusSet": [self._one(n, asked) for n in numbers], "RequestId": "r"}

    def _unsigned(self, headers: dict[str, str], body: bytes) -> str:
        found = _HEADER.fullmatch(headers.get("authorization", ""))
        if found is None:
            return "AuthFailure.SignatureFailure"
        secret_id, day, service, signed, signature = found.groups()
        if secret_id != self.secret_id:
            return "AuthFailure.SecretIdNotFound"
        at = int(headers.get("x-tc-timestamp", "0"))
        today = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
        if abs(time.time() - at) > _SKEW or day != today:
            return "AuthFailure.SignatureExpire"
        names = signed.split(";")
        if not {"content-type", "host"} <= set(names) or service != "sms":
            return "AuthFailure.SignatureFailure"
        lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
        digest = hashlib.sha256(body).hexdigest()
        request = f"POST\n/\n\n{lines}\n{signed}\n{digest}"
        words = (
            f"TC3-HMAC-SHA256\n{at}\n{day}/{service}/tc3_request\n"
            f"{hashlib.sha256(request.encode()).hexdigest()}"
        )
        key = ("TC3" + self.secret_key).encode()
        for part in (day, service, "tc3_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        good = hmac.digest(key, words.encode(), "sha256").hex()
        return "" if hmac.compare_digest(good, signature) else "AuthFailure.SignatureFailure"

    def _one(self, number: str, asked: dict[str, Any]) -> dict[str, Any]:
        code = self._code(number, asked)
        if code == "Ok":
            self.delivered.append((number, asked["TemplateId"], asked["TemplateParamSet"]))
        return {
            "SerialNo": f"2028:{len(self.delivered)}" if code == "Ok" else "",
            "PhoneNumber": number,
            "Fee": int(code == "Ok"),
            "SessionContext": "",
            "Code": code,
            "Message": "send success" if code == "Ok" else code,
            "IsoCode": "CN",
        }

    def _code(self, number: str, asked: dict[str, Any]) -> str:
        if not _NUMBER.fullmatch(number):
            return "InvalidParameterValue.IncorrectPhoneNumber"
        if number in self.blocked:
            return "FailedOperation.PhoneNumberInBlacklist"
        if asked.get("SignName") != self.signature:
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        places = self.templates.get(str(asked.get("TemplateId")))
        if places is None:
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        values = asked.get("TemplateParamSet")
        if not isinstance(values, list) or len(values) != places:
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        return "Ok"


@contextmanager
def tencent_sms(fake: TencentSms) -> Iterator[TencentSms]:
    """Serves the operator; its address is in `base_url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told = json.dumps({"Response": fake.answer(headers, body)}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield fake
