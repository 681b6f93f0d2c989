"""Who may enter the console, and which of its acts its pages offer to whom."""

from __future__ import annotations

from dataclasses import dataclass

from django.views.decorators.http import require_http_methods

from tanhui.governance.permissions import PERMISSIONS, is_allowed
from tanhui.kernel.actors import Actor
from tanhui.web.entrance import staff_only

ROLES = ("operator", "regulator", "sysadmin", "security", "auditor")
staff = staff_only("operator", "regulator", login="console:login")
everyone = staff_only(*ROLES, login="console:login")
duties = staff_only("sysadmin", "security", "auditor", login="console:login")
auditors = staff_only("auditor", login="console:login")
# Whoever may read rules by the table enters; what may be done with them is asked by each act.
rule_readers = staff_only(*sorted(PERMISSIONS["rules.read"]), login="console:login")
# The desks of path two: its acts are the authority's, and the operator and the auditor read.
path_two = staff_only("operator", "regulator", "auditor", login="console:login")
reading = require_http_methods(["GET", "HEAD"])
acting = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class May:
    """What an actor is offered. Pages hide the rest; the commands refuse it all the same."""

    decide: bool
    register: bool
    approve: bool
    quota: bool
    keys: bool
    void: bool
    members: bool
    bind: bool


def may(actor: Actor) -> May:
    """What the table of permissions allows this actor."""
    return May(
        decide=is_allowed(actor, "holds.decide"),
        register=is_allowed(actor, "partner.register"),
        approve=is_allowed(actor, "partner.approve"),
        quota=is_allowed(actor, "partner.quota"),
        keys=is_allowed(actor, "partner.keys"),
        void=is_allowed(actor, "behaviours.void"),
        members=is_allowed(actor, "members.add_partner"),
        bind=is_allowed(actor, "partner.bind_riders"),
    )
