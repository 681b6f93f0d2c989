"""The ways out against services that refuse what the real ones refuse."""

from __future__ import annotations

import ast
import base64
import email
import email.policy
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tanhui.kernel.refusals import Invalid
from tanhui.notices.content import templates_of
from tanhui.notices.gateways import accounts as told
from tanhui.notices.gateways.accounts import Accounts, MailAccount, SmsAccount, WechatAccount
from tanhui.notices.gateways.chosen import real, ways
from tanhui.notices.gateways.mail import SmtpMail
from tanhui.notices.gateways.simulated import simulated
from tanhui.notices.gateways.sms import TencentSms, authorization
from tanhui.notices.gateways.ways import Answer
from tanhui.notices.gateways.wechat import Wechat
from tanhui.notices.template import Template
from tests import fakes
from tests.fakes import smtp as smtp_fake
from tests.fakes import tencent_sms as sms_fake
from tests.fakes import wechat as wechat_fake

OPENID, PHONE, MAIL = "oABC", "13912345678", "lin@example.com"
TEMPLATES = list(templates_of(settings.TANHUI.content_root).values())


def every_template(fake: wechat_fake.Wechat) -> None:
    """Registers all templates at the platform, with one yes of 林晓 for each."""
    fake.openids.add(OPENID)
    for template in TEMPLATES:
        fake.templates[template.subscribe_id] = tuple(one.name for one in template.subscribe)
        fake.grants[(OPENID, template.subscribe_id)] = 2


@pytest.fixture
def platform() -> Iterator[wechat_fake.Wechat]:
    """WeChat with all templates."""
    fake = wechat_fake.Wechat()
    every_template(fake)
    with wechat_fake.wechat(fake):
        yield fake


def of(fake: wechat_fake.Wechat, **other: str) -> Wechat:
    """The way out to this WeChat."""
    known = {"app_id": fake.app_id, "secret": fake.secret, "base_url": fake.base_url, **other}
    return Wechat(WechatAccount(**known))


def say(way: Wechat, template: Template, openid: str = OPENID, page: str = "") -> Answer:
    """Sends a template's own example."""
    return way.send(
        openid=openid,
        template_id=template.subscribe_id,
        page=page or "pages/web?to=/m/points/",
        values=template.subscribe_values(template.example.facts, "zh"),
        language="zh",
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_wechat_takes_every_template_in_both_languages(
    platform: wechat_fake.Wechat, template: Template
) -> None:
    way = of(platform)
    for language in ("zh", "en"):
        answer = way.send(
            openid=OPENID,
            template_id=template.subscribe_id,
            page="pages/web?to=/m/",
            values=template.subscribe_values(template.example.facts, language),
            language=language,
        )
        assert answer.ok, answer
    assert [one["lang"] for one in platform.delivered] == ["zh_CN", "en_US"]
    assert len(platform.tokens) == 1


def test_wechat_refuses_and_each_refusal_says_what_to_do(platform: wechat_fake.Wechat) -> None:
    way, template = of(platform), TEMPLATES[0]
    platform.grants.clear()
    assert say(way, template) == Answer(code="43101", gone=True)
    assert say(way, template, openid="nobody") == Answer(code="40003", gone=True)
    assert say(way, template, page="pages/none") == Answer(code="41030")
    platform.busy = 1
    assert say(way, template) == Answer(code="-1", again=True)
    long = way.send(
        openid=OPENID,
        template_id=template.subscribe_id,
        page="",
        values={one.name: "长" * 21 for one in template.subscribe},
        language="zh",
    )
    assert long == Answer(code="47003")
    platform.templates.clear()
    assert say(way, template) == Answer(code="40037")


def test_a_token_is_renewed_once_when_it_no_longer_holds(platform: wechat_fake.Wechat) -> None:
    way, template = of(platform), TEMPLATES[0]
    assert say(way, template).ok
    platform.expired.add(platform.tokens[-1])
    assert say(way, template).ok
    assert len(platform.tokens) == 2


def test_a_wrong_secret_lets_messages_wait(platform: wechat_fake.Wechat) -> None:
    assert say(of(platform, secret="wrong"), TEMPLATES[0]) == Answer(code="40125", again=True)
    nobody = of(platform, base_url="http://127.0.0.1:9")
    assert say(nobody, TEMPLATES[0]) == Answer(code="http_0", again=True)


def test_a_log_in_code_tells_the_openid_once(platform: wechat_fake.Wechat) -> None:
    way = of(platform)
    platform.codes["js"] = OPENID
    assert way.openid("js") == (OPENID, Answer())
    assert way.openid("js") == ("", Answer(code="40029"))


@pytest.fixture
def operator() -> Iterator[sms_fake.TencentSms]:
    """The operator of text messages with all templates approved."""
    fake = sms_fake.TencentSms()
    for template in TEMPLATES:
        fake.templates[template.sms_id.zh] = template.sms.zh.count("{")
        fake.templates[template.sms_id.en] = template.sms.en.count("{")
    with sms_fake.tencent_sms(fake):
        yield fake


def texts(fake: sms_fake.TencentSms, **other: str) -> TencentSms:
    """The way out to this operator."""
    known = {
        "secret_id": fake.secret_id,
        "secret_key": fake.secret_key,
        "app_id": fake.app_id,
        "signature": fake.signature,
        "base_url": fake.base_url,
        **other,
    }
    return TencentSms(SmsAccount(**known))


def test_the_signature_is_the_one_of_the_operators_published_example() -> None:
    signed = authorization(
        secret_id="AKID********************************",
        secret_key="********************************",
        service="cvm",
        host="cvm.tencentcloudapi.com",
        action="DescribeInstances",
        payload='{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"],'
        ' "Name": "instance-name"}]}',
        at=1551113065,
    )
    assert signed == (
        "TC3-HMAC-SHA256 Credential=AKID********************************/2019-02-25/cvm/"
        "tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature="
        "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_the_operator_takes_every_template_in_both_languages(
    operator: sms_fake.TencentSms, template: Template
) -> None:
    way, facts = texts(operator), template.example.facts
    for language in ("zh", "en"):
        answer = way.send(
            phone=PHONE,
            template_id=template.sms_id.of(language),
            values=template.sms_values(facts, language),
            text=template.sms_text(facts, language),
        )
        assert answer.ok, answer
        assert answer.reference
    assert operator.delivered[0][0] == f"+86{PHONE}"


def test_the_operator_refuses_and_each_refusal_says_what_to_do(
    operator: sms_fake.TencentSms,
) -> None:
    def send(way: TencentSms, template: str = TEMPLATES[0].sms_id.zh, values: int = 2) -> Answer:
        return way.send(phone=PHONE, template_id=template, values=["a"] * values, text="")

    refusals = {
        "AuthFailure.SignatureFailure": send(texts(operator, secret_key="wrong")),
        "AuthFailure.SecretIdNotFound": send(texts(operator, secret_id="nobody")),
    }
    late = TencentSms(texts(operator)._account, clock=lambda: int(time.time()) - 600)
    refusals["AuthFailure.SignatureExpire"] = send(late)
    for code, answer in refusals.items():
        assert answer == Answer(code=code, again=True)
    way = texts(operator)
    assert send(texts(operator, signature="别人")).code.startswith("FailedOperation.Signature")
    assert not send(way, template="9").again
    assert send(way, values=7).code.endswith("NotMatchApprovedTemplate")
    operator.failing = 1
    assert send(way) == Answer(code="InternalError", again=True)
    operator.blocked.add(f"+86{PHONE}")
    assert send(way).gone
    assert send(texts(operator, base_url="http://127.0.0.1:9")).again


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    """The mail server's certificate."""
    return smtp_fake.certificate(tmp_path)


def box(fake: smtp_fake.Smtp, pem: Path, **other: str) -> SmtpMail:
    """The way out to this mail server."""
    known = {"user": fake.user, "password": fake.password, "ca_file": str(pem), **other}
    return SmtpMail(
        MailAccount(smtp_fake.HOST, "碳惠 <no-reply@tanhui.example>", fake.port, **known)
    )


def test_mail_leaves_encrypted_and_reads_in_chinese(pem: Path) -> None:
    with smtp_fake.smtp(smtp_fake.Smtp(), pem) as fake:
        answer = box(fake, pem).send(address=MAIL, subject="86 积分到期", text="换东西，或捐出。\n")
    assert answer.ok, answer
    ((sender, to, body),) = fake.delivered
    assert (sender, to) == ("no-reply@tanhui.example", MAIL)
    read = email.message_from_bytes(body, policy=email.policy.default)
    assert read["Subject"] == "86 积分到期"
    assert "换东西，或捐出。" in read.get_content()
    assert read["Message-ID"] == answer.reference
    secret = base64.b64encode(b"secret").decode()[:6]
    assert not any("AUTH" in words or secret in words for words in fake.overheard)


def test_mail_that_cannot_leave_says_why_and_never_goes_in_clear(pem: Path, tmp_path: Path) -> None:
    fake = smtp_fake.Smtp(unknown={"no@example.com"}, busy={"later@example.com"})
    with smtp_fake.smtp(fake, pem):
        way = box(fake, pem)
        gone = way.send(address="no@example.com", subject="s", text="t")
        assert gone == Answer(code="smtp_550", gone=True)
        later = way.send(address="later@example.com", subject="s", text="t")
        assert later == Answer(code="smtp_451", again=True)
        wrong = box(fake, pem, password="x").send(address=MAIL, subject="s", text="t")
        assert wrong == Answer(code="smtp_535", again=True)
        other = smtp_fake.certificate(tmp_path, host="other.example")
        distrusted = box(fake, other).send(address=MAIL, subject="s", text="t")
        assert (distrusted.again, distrusted.code) == (True, "SSLCertVerificationError")
    with smtp_fake.smtp(smtp_fake.Smtp(tls=False), pem) as clear:
        answer = box(clear, pem).send(address=MAIL, subject="s", text="t")
    assert answer == Answer(code="smtp_starttls_missing", again=True)
    assert not clear.delivered
    assert box(clear, pem).send(address=MAIL, subject="s", text="t").again


def test_accounts_are_told_whole_or_not_at_all(tmp_path: Path) -> None:
    assert Accounts.read({}) == Accounts()
    secret = tmp_path / "secret"
    secret.write_text("S\n")
    environ = {
        "TANHUI_WECHAT_APP_ID": "wx1",
        "TANHUI_WECHAT_SECRET_FILE": str(secret),
        "TANHUI_MAIL_HOST": "mail.example",
        "TANHUI_MAIL_FROM": "a@b.cn",
    }
    found = Accounts.read(environ)
    assert found.wechat == WechatAccount("wx1", "S", told.WECHAT_URL)
    assert found.mail == MailAccount("mail.example", "a@b.cn")
    assert found.sms is None
    assert "S" not in repr(found.wechat).replace("SECRET", "")
    assert real(found).open == ("subscribe", "mail")
    for wrong, code in (
        ({"TANHUI_SMS_APP_ID": "1"}, "account_incomplete"),
        ({**environ, "TANHUI_MAIL_PORT": "x"}, "mail_port_wrong"),
        ({"TANHUI_WECHAT_SECRET_FILE": str(tmp_path / "none")}, "secret_file_unreadable"),
    ):
        with pytest.raises(Invalid) as refused:
            Accounts.read(wrong)
        assert refused.value.code == code


def test_a_demo_has_every_way_and_sends_nothing() -> None:
    assert ways() is simulated
    assert ways().open == ("subscribe", "sms", "mail")


def test_a_fake_knows_nothing_of_the_platform() -> None:
    for path in Path(fakes.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.startswith("tanhui") for name in names), path
