"""WeChat's subscribe messages, by its documented addresses and codes.

One access token is asked for (`stable_token`), kept until shortly before it ends, and asked for
anew when WeChat says that it no longer holds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from threading import Lock
from urllib.parse import urlencode

from tanhui.notices.gateways.accounts import WechatAccount
from tanhui.notices.gateways.http import Told, ask
from tanhui.notices.gateways.ways import Answer
from tanhui.notices.template import Language

_JSON = {"Content-Type": "application/json"}
_TOKEN_WRONG = (40001, 40014, 42001)
# The system is busy, or asked too often: the same will go through later.
_AGAIN = (-1, 45009, 45011)
# The person took the permission back or has none left; the openid is nobody's.
_GONE = (40003, 43101)
_EARLY_SECONDS, _NS = 300, 1_000_000_000
_LANGUAGES: dict[Language, str] = {"zh": "zh_CN", "en": "en_US"}


class Wechat:
    """One mini-program's messages."""

    def __init__(
        self, account: WechatAccount, nanoseconds: Callable[[], int] = time.monotonic_ns
    ) -> None:
        self._account = account
        self._nanoseconds = nanoseconds
        self._lock = Lock()
        self._token, self._until = "", 0

    def send(
        self,
        *,
        openid: str,
        template_id: str,
        page: str,
        values: Mapping[str, str],
        language: Language,
    ) -> Answer:
        """Hands one message to WeChat; a token that no longer holds is renewed once."""
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "miniprogram_state": self._account.state,
            "lang": _LANGUAGES[language],
            "data": {name: {"value": value} for name, value in values.items()},
        }
        answer = self._send(body)
        if answer.code in map(str, _TOKEN_WRONG):
            self._forget_token()
            answer = self._send(body)
        if answer.code in map(str, _TOKEN_WRONG):
            return Answer(code=answer.code, again=True)
        return answer

    def openid(self, code: str) -> tuple[str, Answer]:
        """Asks WeChat whose log-in code this is (`jscode2session`)."""
        asked = urlencode(
            {
                "appid": self._account.app_id,
                "secret": self._account.secret,
                "js_code": code,
                "grant_type": "authorization_code",
            }
        )
        told = ask(f"{self._account.base_url}/sns/jscode2session?{asked}", body=None)
        answer = _answer(told)
        found = told.body.get("openid")
        if answer.ok and not (isinstance(found, str) and found):
            return "", Answer(code="no_openid")
        return (str(found) if answer.ok else ""), answer

    def _send(self, body: Mapping[str, object]) -> Answer:
        token, answer = self._access_token()
        if not answer.ok:
            return answer
        asked = urlencode({"access_token": token})
        return _answer(
            ask(
                f"{self._account.base_url}/cgi-bin/message/subscribe/send?{asked}",
                body=json.dumps(body, ensure_ascii=False).encode(),
                headers=_JSON,
            )
        )

    def _access_token(self) -> tuple[str, Answer]:
        with self._lock:
            if self._token and self._nanoseconds() < self._until:
                return self._token, Answer()
            told = ask(
                f"{self._account.base_url}/cgi-bin/stable_token",
                body=json.dumps(
                    {
                        "grant_type": "client_credential",
                        "appid": self._account.app_id,
                        "secret": self._account.secret,
                        "force_refresh": False,
                    }
                ).encode(),
                headers=_JSON,
            )
            answer = _answer(told)
            if not answer.ok:
                # A wrong secret is the installation's own fault: the message waits for its mending.
                return "", Answer(code=answer.code, again=True)
            token, life = told.body.get("access_token"), told.body.get("expires_in")
            if not isinstance(token, str) or not isinstance(life, int):
                return "", Answer(code="no_token", again=True)
            self._token = token
            self._until = self._nanoseconds() + max(0, life - _EARLY_SECONDS) * _NS
            return token, Answer()

    def _forget_token(self) -> None:
        with self._lock:
            self._token = ""


def _answer(told: Told) -> Answer:
    if told.status != 200:
        return Answer(code=f"http_{told.status}", again=True)
    code = told.body.get("errcode", 0)
    if code == 0:
        return Answer(reference=str(told.body.get("msgid", "")))
    if not isinstance(code, int):
        return Answer(code="not_understood", again=True)
    return Answer(code=str(code), again=code in _AGAIN, gone=code in _GONE)
