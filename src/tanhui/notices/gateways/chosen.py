"""Which ways out this installation has."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from tanhui.notices.gateways.accounts import Accounts
from tanhui.notices.gateways.mail import SmtpMail
from tanhui.notices.gateways.simulated import simulated
from tanhui.notices.gateways.sms import TencentSms
from tanhui.notices.gateways.ways import Ways
from tanhui.notices.gateways.wechat import Wechat


def ways() -> Ways:
    """The real ones that were set up; in a demo or a test all of them, which only pretend."""
    return simulated if settings.TANHUI.simulated else real(settings.TANHUI.accounts)


@cache
def real(accounts: Accounts) -> Ways:
    """The ways of these accounts; one object each, so that a token is asked for once."""
    return Ways(
        subscribe=Wechat(accounts.wechat) if accounts.wechat else None,
        sms=TencentSms(accounts.sms) if accounts.sms else None,
        mail=SmtpMail(accounts.mail) if accounts.mail else None,
    )
