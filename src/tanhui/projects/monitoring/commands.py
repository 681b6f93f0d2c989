"""What may happen to monitoring periods, their findings and their opinions; each command one act.

It gathers the commands of this room and of `verification`, so that doors ask at one place.
"""

from __future__ import annotations

from tanhui.projects.monitoring.deciding import (
    assign_period_verifier,
    confirm_issuance,
    doubt_issuance,
    mark_issued,
    propose_issuance,
    return_report,
)
from tanhui.projects.monitoring.opinions import statement_for, submit_opinion
from tanhui.projects.monitoring.reporting import (
    correct_report,
    keep_report,
    open_period,
    submit_report,
    withdraw_period,
)
from tanhui.projects.verification.commands import (
    add_verifier_key,
    answer_finding,
    ask_again,
    close_finding,
    raise_finding,
    revoke_verifier_key,
    submit_filing_opinion,
)
from tanhui.projects.verification.filings import filing_statement_for

__all__ = (
    "add_verifier_key",
    "answer_finding",
    "ask_again",
    "assign_period_verifier",
    "close_finding",
    "confirm_issuance",
    "correct_report",
    "doubt_issuance",
    "filing_statement_for",
    "keep_report",
    "mark_issued",
    "open_period",
    "propose_issuance",
    "raise_finding",
    "return_report",
    "revoke_verifier_key",
    "statement_for",
    "submit_filing_opinion",
    "submit_opinion",
    "submit_report",
    "withdraw_period",
)
