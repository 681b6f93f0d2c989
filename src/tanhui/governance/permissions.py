"""One table says who may do what. It decides on an actor alone and asks no database.

A command calls `require` before anything else. What is not in the table is denied to everyone.
"""

from __future__ import annotations

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden

PERMISSIONS: dict[str, frozenset[str]] = {
    "persons.simulate": frozenset({"operator", "platform"}),
    "login_links.open": frozenset({"platform"}),
    "partner.register": frozenset({"operator", "platform"}),
    "partner.bind_riders": frozenset({"operator", "partner"}),
    "partner.read": frozenset({"operator", "partner", "regulator"}),
    "partner.keys": frozenset({"operator", "partner"}),
    "partner.approve": frozenset({"operator"}),
    "partner.quota": frozenset({"operator"}),
    "partner.declare": frozenset({"operator", "partner"}),
    "behaviours.record_batch": frozenset({"operator", "partner", "platform"}),
    "behaviours.void": frozenset({"operator", "partner"}),
    "behaviours.declare": frozenset({"citizen"}),
    "holds.read": frozenset({"operator", "regulator"}),
    "holds.decide": frozenset({"operator", "regulator"}),
    "deliveries.forget": frozenset({"operator", "platform"}),
    "claims.exchange": frozenset({"operator"}),
    "behaviours.assign_riders": frozenset({"operator"}),
    "books.recount": frozenset({"operator", "regulator", "public"}),
    "log.publish": frozenset({"platform"}),
    "cases.read": frozenset({"operator", "regulator"}),
    "appeals.raise": frozenset({"citizen"}),
    "appeals.decide": frozenset({"operator", "regulator"}),
    "rules.read": frozenset({"auditor", "operator", "regulator"}),
    "rules.propose": frozenset({"operator"}),
    "rules.second": frozenset({"operator", "regulator"}),
    "rules.publish": frozenset({"regulator"}),
    "rules.found": frozenset({"platform"}),
    "rules.object": frozenset({"citizen", "operator", "partner", "regulator"}),
    "rules.replay": frozenset({"platform"}),
    "members.add_partner": frozenset({"operator", "platform"}),
    "members.add_organisation": frozenset({"operator", "platform"}),
    "organisations.register": frozenset({"operator", "platform"}),
    "organisations.read": frozenset({"auditor", "operator", "regulator"}),
    "projects.propose": frozenset({"owner"}),
    "projects.read": frozenset({"auditor", "operator", "owner", "regulator", "verifier"}),
    "projects.complete": frozenset({"operator", "regulator"}),
    "projects.object": frozenset({"citizen", "buyer", "operator", "owner", "partner"}),
    "projects.assign": frozenset({"regulator"}),
    "projects.verify": frozenset({"verifier"}),
    "projects.decide": frozenset({"regulator"}),
    "projects.strike_off": frozenset({"regulator"}),
    "projects.run_clocks": frozenset({"platform"}),
    "registers.import": frozenset({"operator", "platform"}),
    "claims.waive": frozenset({"operator", "regulator"}),
    "credits.issue": frozenset({"regulator"}),
    "credits.transfer": frozenset({"buyer", "owner"}),
    "credits.retire": frozenset({"buyer", "owner"}),
    "credits.lock": frozenset({"platform"}),
    "credits.pledge": frozenset({"buyer", "owner"}),
    "credits.set_aside": frozenset({"regulator"}),
    "credits.propose_cancel": frozenset({"regulator"}),
    "credits.cancel": frozenset({"regulator"}),
    "credits.read": frozenset({"auditor", "buyer", "operator", "owner", "regulator"}),
    "rewards.offer": frozenset({"merchant", "operator"}),
    "rewards.approve": frozenset({"operator"}),
    # Some merchants pay for their own rewards; the command asks whether theirs is a sponsor.
    "rewards.fund": frozenset({"merchant", "sponsor"}),
    "rewards.redeem": frozenset({"citizen"}),
    "rewards.verify": frozenset({"merchant"}),
    "rewards.settle": frozenset({"merchant", "sponsor"}),
    "rewards.dispute": frozenset({"citizen", "merchant"}),
    "rewards.decide": frozenset({"operator"}),
    "rewards.read": frozenset({"auditor", "merchant", "operator", "regulator", "sponsor"}),
    "rewards.draw": frozenset({"operator", "platform"}),
    "rewards.enter": frozenset({"citizen"}),
    "rewards.keep": frozenset({"citizen"}),
    "rewards.expire": frozenset({"platform"}),
    "rewards.causes": frozenset({"operator"}),
    "notices.own": frozenset({"citizen"}),
    "notices.send": frozenset({"platform"}),
    "notices.read": frozenset({"auditor", "operator"}),
    "members.propose": frozenset({"platform", "sysadmin"}),
    "members.confirm": frozenset({"platform", "security"}),
    "members.end_partner": frozenset({"operator", "platform", "security"}),
    "members.end": frozenset({"platform", "security", "sysadmin"}),
    "members.read": frozenset({"auditor", "security", "sysadmin"}),
    "second_factor.reset": frozenset({"platform", "security"}),
    "second_factor.own": frozenset({"citizen"}),
    "sessions.end": frozenset({"security"}),
    "permissions.read": frozenset({"auditor", "operator", "regulator", "security", "sysadmin"}),
    "audit.read": frozenset({"auditor"}),
    "audit.seal": frozenset({"platform"}),
    "jobs.read": frozenset({"operator", "sysadmin"}),
    "jobs.record": frozenset({"platform"}),
    "keys.rotate": frozenset({"platform", "sysadmin"}),
    "consents.give": frozenset({"citizen"}),
    "personal.own": frozenset({"citizen"}),
    "personal.desk": frozenset({"operator", "regulator"}),
    "totals.roll": frozenset({"platform"}),
    "vault.keep": frozenset(
        {
            "buyer",
            "citizen",
            "merchant",
            "operator",
            "owner",
            "partner",
            "platform",
            "regulator",
            "verifier",
        }
    ),
    "vault.sweep": frozenset({"platform"}),
}


def is_allowed(actor: Actor, permission: str) -> bool:
    """Whether one of the actor's roles holds `permission`."""
    return bool(PERMISSIONS.get(permission, frozenset()) & actor.roles)


def require(actor: Actor, permission: str) -> None:
    """Raises `Forbidden` with code `not_permitted` unless the actor holds `permission`."""
    if not is_allowed(actor, permission):
        raise Forbidden(
            "not_permitted",
            zh="{actor} 没有“{permission}”的权限。",
            en="{actor} does not hold the permission “{permission}”.",
            actor=actor.name,
            permission=permission,
        )
