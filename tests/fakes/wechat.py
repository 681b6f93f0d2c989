"""WeChat's open platform as far as subscribe messages need it.

From the documents of `stable_token`, `subscribeMessage.send` and `jscode2session`: the codes 40001,
40003, 40013, 40029, 40037, 41030, 42001, 43101, 45011, 47003 and -1, and what each kind of field
takes (thing 20 characters, number 32 digits, date, amount, phrase 5 Chinese characters). 40125 and
the words of the messages are from memory.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.serving import serving

_KINDS = {
    "thing": r".{1,20}",
    "number": r"\d{1,32}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "amount": r"[¥$]?\d{1,10}(\.\d+)?元?",
    "date": r"\d{4}年\d{1,2}月\d{1,2}日",
}


@dataclass
class Wechat:
    """One mini-program at the platform."""

    app_id: str = "wx0123456789abcdef"
    secret: str = "0123456789abcdef0123456789abcdef"
    # Which fields each template has.
    templates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    openids: set[str] = field(default_factory=set)
    # How often a person said yes to a template: (openid, template).
    grants: Counter[tuple[str, str]] = field(default_factory=Counter)
    codes: dict[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ("pages/web",)
    busy: int = 0
    tokens: list[str] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)
    delivered: list[dict[str, Any]] = field(default_factory=list)
    base_url: str = ""

    def stable_token(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("grant_type") != "client_credential":
            return _fault(40002, "invalid grant_type")
        if body.get("appid") != self.app_id:
            return _fault(40013, "invalid appid")
        if body.get("secret") != self.secret:
            return _fault(40125, "invalid appsecret")
        if not self.tokens or self.tokens[-1] in self.expired or body.get("force_refresh"):
            self.tokens.append(f"TOKEN-{len(self.tokens) + 1}")
        return {"access_token": self.tokens[-1], "expires_in": 7200}

    def send(self, token: str, body: dict[str, Any]) -> dict[str, Any]:
        if self.busy:
            self.busy -= 1
            return _fault(-1, "system error")
        if token in self.expired:
            return _fault(42001, "access_token expired")
        if token not in self.tokens:
            return _fault(40001, "invalid credential, access_token is invalid or not latest")
        openid, template = body.get("touser"), body.get("template_id")
        if openid not in self.openids:
            return _fault(40003, "invalid openid")
        if template not in self.templates:
            return _fault(40037, "invalid template_id")
        if str(body.get("page", "")).partition("?")[0] not in ("", *self.pages):
            return _fault(41030, "invalid page")
        if fault := self._unfit(str(template), body.get("data")):
            return _fault(47003, f"argument invalid! {fault}")
        if body.get("miniprogram_state") not in ("developer", "trial", "formal"):
            return _fault(47001, "data format error")
        if not self.grants[(str(openid), str(template))]:
            return _fault(43101, "user refuse to accept the msg")
        self.grants[(str(openid), str(template))] -= 1
        self.delivered.append(body)
        return {"errcode": 0, "errmsg": "ok"}

    def _unfit(self, template: str, data: object) -> str:
        if not isinstance(data, dict):
            return "data"
        for name in self.templates[template]:
            cell = data.get(name)
            value = cell.get("value") if isinstance(cell, dict) else None
            kind = name.rstrip("0123456789")
            if not isinstance(value, str) or not re.fullmatch(_KINDS[kind], value):
                return f"data.{name}.value invalid"
        return ""

    def session(self, asked: dict[str, str]) -> dict[str, Any]:
        if asked.get("appid") != self.app_id:
            return _fault(40013, "invalid appid")
        if asked.get("secret") != self.secret:
            return _fault(40125, "invalid appsecret")
        openid = self.codes.pop(asked.get("js_code", ""), "")
        if not openid or asked.get("grant_type") != "authorization_code":
            return _fault(40029, "invalid code")
        return {"openid": openid, "session_key": "c2Vzc2lvbg=="}


def _fault(code: int, words: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": words}


@contextmanager
def wechat(fake: Wechat) -> Iterator[Wechat]:
    """Serves the platform; its address is in `base_url`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path == "/cgi-bin/stable_token":
                self._tell(fake.stable_token(body))
            elif address.path == "/cgi-bin/message/subscribe/send":
                self._tell(fake.send(asked.get("access_token", ""), body))
            else:
                self.send_error(404)

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path == "/sns/jscode2session":
                self._tell(fake.session(asked))
            else:
                self.send_error(404)

        def _tell(self, told: dict[str, Any]) -> None:
            # Faults are answered with status 200 too, as the real one does.
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.base_url = f"http://127.0.0.1:{server.server_address[1]}"
    with serving(server):
        yield fake
