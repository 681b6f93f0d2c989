"""Mail by SMTP. It leaves encrypted (STARTTLS, the server's certificate checked) or not at all."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from tanhui.notices.gateways.accounts import MailAccount
from tanhui.notices.gateways.ways import Answer

_SECONDS_MAX = 10
_NEVER = 500


class SmtpMail:
    """One mail server."""

    def __init__(self, account: MailAccount) -> None:
        self._account = account

    def send(self, *, address: str, subject: str, text: str) -> Answer:
        """Hands one message to the server; its reference is the message's own number."""
        account = self._account
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = account.sender, address, subject
        message["Date"], message["Auto-Submitted"] = formatdate(), "auto-generated"
        message["Message-ID"] = make_msgid(domain=account.sender.rpartition("@")[2].rstrip(">"))
        message.set_content(text)
        try:
            with smtplib.SMTP(account.host, account.port, timeout=_SECONDS_MAX) as server:
                server.starttls(context=ssl.create_default_context(cafile=account.ca_file or None))
                if account.user:
                    server.login(account.user, account.password)
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code = next(iter(refused.recipients.values()))[0]
            return Answer(code=f"smtp_{code}", again=code < _NEVER, gone=code >= _NEVER)
        except smtplib.SMTPDataError as error:
            return Answer(code=f"smtp_{error.smtp_code}", again=error.smtp_code < _NEVER)
        except smtplib.SMTPNotSupportedError:
            return Answer(code="smtp_starttls_missing", again=True)
        except smtplib.SMTPResponseException as error:
            return Answer(code=f"smtp_{error.smtp_code}", again=True)
        except (smtplib.SMTPException, OSError) as error:
            return Answer(code=type(error).__name__, again=True)
        return Answer(reference=str(message["Message-ID"]))
