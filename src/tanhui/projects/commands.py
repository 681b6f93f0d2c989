"""What may happen to projects before and after they are registered; each command is one act.

It gathers the commands of `filing`, so that doors ask at one place.
"""

from __future__ import annotations

from tanhui.projects.filing.agreements import sign_agreement
from tanhui.projects.filing.clocks import run_clocks
from tanhui.projects.filing.deciding import (
    answer_strike_off,
    confirm_registration,
    drop_strike_off,
    propose_refusal,
    propose_registration,
    propose_strike_off,
    reconsider_project,
    refuse_project,
    strike_off,
)
from tanhui.projects.filing.designing import correct_project, keep_design
from tanhui.projects.filing.documents import add_document
from tanhui.projects.filing.drafting import (
    add_site,
    change_project,
    discard_project,
    set_sites,
    start_project,
)
from tanhui.projects.filing.handing_in import (
    accept_project,
    answer_objection,
    file_project,
    object_to_project,
    return_project,
    withdraw_project,
)
from tanhui.projects.filing.verifying import assign_verifier, declare_conflict

__all__ = (
    "accept_project",
    "add_document",
    "add_site",
    "answer_objection",
    "answer_strike_off",
    "assign_verifier",
    "change_project",
    "confirm_registration",
    "correct_project",
    "declare_conflict",
    "discard_project",
    "drop_strike_off",
    "file_project",
    "keep_design",
    "object_to_project",
    "propose_refusal",
    "propose_registration",
    "propose_strike_off",
    "reconsider_project",
    "refuse_project",
    "return_project",
    "run_clocks",
    "set_sites",
    "sign_agreement",
    "start_project",
    "strike_off",
    "withdraw_project",
)
