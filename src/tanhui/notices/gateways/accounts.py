"""What an installation is told of its accounts with the operators; each may be absent. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tanhui.kernel.refusals import Invalid

WECHAT_URL = "https://api.weixin.qq.com"
SMS_URL = "https://sms.tencentcloudapi.com"
_WECHAT = ("WECHAT_APP_ID", "WECHAT_SECRET")
_SMS = ("SMS_SECRET_ID", "SMS_SECRET_KEY", "SMS_APP_ID", "SMS_SIGNATURE")
_MAIL = ("MAIL_HOST", "MAIL_FROM")


@dataclass(frozen=True, slots=True)
class WechatAccount:
    """A mini-program. `state` is `formal`, `trial` or `developer`."""

    app_id: str
    secret: str = field(repr=False)
    base_url: str = WECHAT_URL
    state: str = "formal"


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """An application of Tencent Cloud's text messages, and the words in its brackets."""

    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str
    signature: str
    base_url: str = SMS_URL
    region: str = "ap-guangzhou"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """A mail server that is spoken to by STARTTLS alone; `ca_file` where its certificate is own."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts of one installation."""

    wechat: WechatAccount | None = None
    sms: SmsAccount | None = None
    mail: MailAccount | None = None

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Accounts:
        """The accounts in `TANHUI_<NAME>`, secrets also in the file `TANHUI_<NAME>_FILE` names.

        Refuses `account_incomplete` for one that is told in part, `secret_file_unreadable`.
        """
        told = _Told(environ)
        wechat, sms, mail = (told.whole(names) for names in (_WECHAT, _SMS, _MAIL))
        return cls(
            wechat=WechatAccount(
                app_id=wechat[0],
                secret=wechat[1],
                base_url=told.get("WECHAT_URL") or WECHAT_URL,
                state=told.get("WECHAT_STATE") or "formal",
            )
            if wechat
            else None,
            sms=SmsAccount(
                secret_id=sms[0],
                secret_key=sms[1],
                app_id=sms[2],
                signature=sms[3],
                base_url=told.get("SMS_URL") or SMS_URL,
                region=told.get("SMS_REGION") or "ap-guangzhou",
            )
            if sms
            else None,
            mail=MailAccount(
                host=mail[0],
                sender=mail[1],
                port=_port(told.get("MAIL_PORT") or "587"),
                user=told.get("MAIL_USER"),
                password=told.get("MAIL_PASSWORD"),
                ca_file=told.get("MAIL_CA_FILE"),
            )
            if mail
            else None,
        )


@dataclass(frozen=True, slots=True)
class _Told:
    environ: Mapping[str, str]

    def get(self, name: str) -> str:
        given = self.environ.get(f"TANHUI_{name}", "").strip()
        path = self.environ.get(f"TANHUI_{name}_FILE", "")
        # A name that ends in FILE itself is a path and no secret.
        if given or not path:
            return given
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise Invalid(
                "secret_file_unreadable",
                zh="无法读取 {variable}_FILE 指定的文件 {path}：请检查路径与权限。",
                en="The file {path} named by {variable}_FILE cannot be read:"
                " check its path and permissions.",
                variable=f"TANHUI_{name}",
                path=path,
            ) from None

    def whole(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """All of these or none."""
        values = tuple(self.get(name) for name in names)
        if not any(values):
            return ()
        if not all(values):
            lacking = [f"TANHUI_{n}" for n, value in zip(names, values, strict=True) if not value]
            raise Invalid(
                "account_incomplete",
                zh="通知的账户缺少：{names}。",
                en="An account for notices lacks {names}.",
                names=", ".join(lacking),
            )
        return values


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65_536:
        return int(text)
    raise Invalid(
        "mail_port_wrong",
        zh="TANHUI_MAIL_PORT 应为端口号，而不是“{text}”。",
        en="TANHUI_MAIL_PORT must be a port, not “{text}”.",
        text=text[:20],
    )
