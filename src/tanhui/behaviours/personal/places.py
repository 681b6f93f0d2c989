"""Every table of the books: what of it is a person's, and what is not, with the reason.

A test walks the schema: a table or a column that is not told of here fails it. Whoever adds a table
adds a line, and thereby says what a person may see of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tanhui.cases.queries import WORDS_FIELD
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.commands import NAME_FIELD
from tanhui.identity.sealing import unseal
from tanhui.notices.commands import ADDRESS_FIELD, FACTS_FIELD


@dataclass(frozen=True, slots=True)
class Place:
    """Rows of `table` that are a person's: those whose `key` is `value`, with `{id}` the number.

    `sealed` are columns that are told opened, by the field they were sealed for; `left_out` are
    columns that are not told, with the reason. Every other column is told as it is.
    """

    name: str
    table: str
    key: str
    value: str = "{id}"
    sealed: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    def opened(self, row: dict[str, object]) -> dict[str, object]:
        """A row as it is told to the person."""
        told = {name: cell for name, cell in row.items() if name not in self.left_out}
        for name, purpose in self.sealed.items():
            cell = told.pop(name, None)
            told[name.removesuffix("_sealed")] = _open(cell, purpose)
        return told


def _open(cell: object, purpose: str) -> str | None:
    # JSON shows bytes as `\x…`.
    if cell is None:
        return None
    return unseal(bytes.fromhex(str(cell).removeprefix("\\x")), field=purpose)


_DIGEST = "A keyed digest, by which rows are found; it says nothing and opens nothing."
_CODE = {"mac": "A keyed code that shows whether the row was changed; it says nothing of anyone."}
_TEXT = {"body": "The text of a rule, which is public under /rules/."}
_KEY = {"secret_sealed": "The secret of the own device; telling it would be telling a key."}
_ORGANISATION = "What the organisation reported of its project; it says nothing of the person."
_REPORT = dict.fromkeys(("cells", "texts", "result"), _ORGANISATION)
_SECRET = "A keyed hash that lets somebody in; telling it would be telling a key."

PLACES: tuple[Place, ...] = (
    Place(
        "person",
        "identity_person",
        "id",
        sealed={"display_name_sealed": NAME_FIELD, "phone_sealed": PHONE_FIELD},
        left_out={"phone_index": _DIGEST},
    ),
    Place("memberships", "identity_membership", "person_id"),
    Place("sessions", "identity_session", "person_id", left_out={"token_hash": _SECRET}),
    Place("devices", "identity_device", "person_id", left_out={"token_hash": _SECRET}),
    Place("login_links", "identity_loginlink", "person_id", left_out={"token_hash": _SECRET}),
    Place("second_factors", "identity_secondfactor", "person_id", left_out=_KEY),
    Place("seats_proposed", "identity_seatproposal", "person_id"),
    Place("seats_proposed_by_me", "identity_seatproposal", "proposed_by_id"),
    Place("seats_decided_by_me", "identity_seatproposal", "decided_by_id"),
    Place("consents", "identity_consent", "person_id"),
    Place("riders", "partners_rider", "citizen_id"),
    Place("behaviours", "behaviours_behaviour", "citizen_id"),
    Place("references", "behaviours_reference", "citizen_id"),
    Place("merged", "behaviours_merge", "citizen_id"),
    Place("holds", "behaviours_hold", "citizen_id"),
    Place("voids", "behaviours_void", "citizen_id"),
    Place("claimed_times", "claims_time", "citizen_id"),
    Place("claimed_days", "claims_day", "citizen_id"),
    Place("told_by_other_schemes", "claims_foreign", "citizen_id"),
    Place("accounts", "ledger_account", "holder_id"),
    Place("transfers_in", "ledger_transfer", "credit_holder_id"),
    Place("transfers_out", "ledger_transfer", "debit_holder_id"),
    Place("evidence_opened", "behaviours_hold_opened", "reviewer", value="person:{id}"),
    Place("notices", "notices_message", "person_id", sealed={"facts_sealed": FACTS_FIELD}),
    Place("notices_sent", "notices_sending", "person_id"),
    Place("notices_chosen", "notices_choice", "person_id"),
    Place("notices_allowed", "notices_grant", "person_id"),
    Place(
        "notice_addresses",
        "notices_address",
        "person_id",
        sealed={"address_sealed": ADDRESS_FIELD},
        left_out={"address_index": _DIGEST},
    ),
    Place(
        "notice_addresses_to_prove",
        "notices_proof",
        "person_id",
        sealed={"address_sealed": ADDRESS_FIELD},
        left_out={"code_hash": _SECRET},
    ),
    Place("files", "vault_file", "owner_id"),
    Place("cases", "cases_case", "party_id"),
    Place("cases_assigned", "cases_case", "assignee_id"),
    Place("case_steps", "cases_step", "person_id", left_out={"words_hash": _DIGEST}),
    Place("acts", "governance_audit", "actor", value="person:{id}", left_out=_CODE),
    Place("acts_about_me", "governance_audit", "subject", value="person:{id}", left_out=_CODE),
    Place("disputes", "rewards_dispute", "citizen_id"),
    Place("waivers_of_rides", "claims_area_waiver", "person_id"),
    Place("agreements_signed", "projects_signature", "person_id"),
    Place("verifiers_assigned", "projects_assignment", "assigner_id"),
    Place("projects_decided_as_proposer", "projects_decision", "proposer_id"),
    Place("projects_decided", "projects_decision", "confirmer_id"),
    Place("waivers_of_likenesses", "projects_likeness_waiver", "person_id"),
    Place("reports_kept", "projects_report", "actor", value="person:{id}", left_out=_REPORT),
    Place("reports_handed_in", "projects_submission", "actor", value="person:{id}"),
    Place("words_about_findings", "projects_finding_word", "actor", value="person:{id}"),
    Place("opinions_handed_in", "projects_opinion", "actor", value="person:{id}"),
    Place("issuances_proposed", "projects_approval", "proposer_id"),
    Place("issuances_confirmed", "projects_approval", "confirmer_id"),
    Place("rules_proposed", "rulebook_proposal", "person_id", left_out=_TEXT),
    Place("rules_published_as_proposer", "rulebook_publication", "proposer_id", left_out=_TEXT),
    Place("rules_published_as_second", "rulebook_publication", "seconder_id", left_out=_TEXT),
    Place("rules_published", "rulebook_publication", "publisher_id", left_out=_TEXT),
    Place("entries_to_drops", "rewards_entry", "citizen_id"),
    Place("waiting_tickets", "rewards_credit", "citizen_id"),
    Place("points_by_month", "rewards_mark", "citizen_id"),
    Place("expiry_paused", "rewards_pause", "citizen_id"),
    Place("expiring_points_go_to", "rewards_heir", "citizen_id"),
    Place("points_expired", "rewards_expired", "citizen_id"),
    Place("redemptions", "rewards_redemption", "citizen_id", left_out={"fingerprint": _DIGEST}),
    Place("vouchers", "rewards_voucher", "citizen_id"),
    Place("redemption_steps", "rewards_step", "citizen_id"),
    Place("points_given_back", "rewards_restored", "citizen_id"),
    Place("offers_approved", "rewards_publication", "approver_id"),
    Place("offers_published", "rewards_publication", "publisher_id"),
)


# Rows that are found through another table's: from the rows told there, by this column.
@dataclass(frozen=True, slots=True)
class Below:
    """Rows of `table` that belong to rows told under `above`: `key` is their `column`."""

    place: Place
    above: str
    column: str


BELOW: tuple[Below, ...] = (
    Below(Place("hold_ends", "behaviours_hold_end", "hold_id"), "holds", "id"),
    Below(
        Place("steps_about_me", "cases_step", "case_id", left_out={"words_hash": _DIGEST}),
        "cases",
        "id",
    ),
    Below(
        Place("words_about_me", "cases_words", "case_id", sealed={"sealed": WORDS_FIELD}),
        "cases",
        "id",
    ),
    Below(Place("file_versions", "vault_version", "file_id"), "files", "id"),
    Below(Place("files_erased", "vault_erased", "file_id"), "files", "id"),
    Below(Place("texts_agreed_to", "identity_consent_text", "id"), "consents", "text_id"),
    Below(Place("rules", "behaviours_rule", "id"), "behaviours", "rule_id"),
    Below(
        Place(
            "codes_of_rewards",
            "rewards_code",
            "redemption_id",
            sealed={"code_sealed": "rewards.code"},
            left_out={"code_hash": _DIGEST},
        ),
        "redemptions",
        "id",
    ),
)

_NOBODY = "It holds nothing of any person."
_CITY = "Sums over many persons; nobody can be told apart in them."
_ABROAD = "What other registers publish, names included; it is tied to nobody who is known here."

# Tables of which nothing is told to a person, and why.
_HOLDERS = "Organisations that hold credits; no person is named."
_CAUSES = "Where points are given and what became of it, which is public; no person is named."
_SPONSORS = "Organisations that pay for rewards and those they pay; no person is named."
_SHELF = "What merchants offer and how much of it there is; no person is named."
NOT_PERSONAL: dict[str, str] = {
    "django_migrations": _NOBODY,
    "governance_audit_chain": _NOBODY,
    "governance_audit_published": _NOBODY,
    "governance_audit_seal": _NOBODY,
    "governance_audit_waiting": _NOBODY,
    "governance_job": _NOBODY,
    "publiclog_alarm": _NOBODY,
    "publiclog_outbox": "Public leaves; they hold sums, digests and salted commitments, no person.",
    "publiclog_tree": _NOBODY,
    "rulebook_replay": _CITY,
    "behaviours_cutoff": _CITY,
    "behaviours_day": _CITY,
    "behaviours_recent": _CITY,
    "behaviours_roll": _CITY,
    "behaviours_statement": _CITY,
    "behaviours_sum": _CITY,
    "behaviours_total": _CITY,
    "ledger_kind": _NOBODY,
    "ledger_expiry": "Until when a pending transfer holds; the transfers themselves are told.",
    "ledger_pool_entry": "What pools gave in one posting for many persons; no person is named.",
    "ledger_resolution": "Which transfer ended which; the transfers themselves are told.",
    "identity_logincode": "A code that was sent, by keyed digests alone, kept for a day; a person"
    " who is logged in has used it up.",
    "identity_recoverycode": "Keyed hashes of codes that let a member of staff in; shown once.",
    "vault_content": "Bytes by their hash, without whose they are; the files themselves are told.",
    "partners_partner": _NOBODY,
    "partners_approval": "Which member of staff approved a partner, by the number of the seat.",
    "partners_key": "Keys of partners.",
    "partners_key_end": "Keys of partners.",
    "partners_delivery": "What a partner's message was answered, by its own references, for 31"
    " days; the deeds it brought are told.",
    "partners_use": _NOBODY,
    "partners_contract_tick": _NOBODY,
    "partners_day_statement": _CITY,
    "behaviours_chunk": "One settlement of many persons' rows; its number stands in each deed.",
    "registry_certificate": "What a certificate states, sealed; its holder has the file itself.",
    "claims_area": _NOBODY,
    "claims_area_end": _NOBODY,
    "claims_scheme": "Other schemes and their keys.",
    "identity_organisation": "Owners, verifiers and buyers, which are public; no person is named.",
    "projects_project": "Projects of organisations, which are public; no person is named.",
    "projects_site": "Where projects are done, and their meters; no person is named.",
    "projects_document": "Papers of organisations' projects; no person is named.",
    "projects_design": "What organisations fill in of their projects; no person is named.",
    "projects_agreement": "Texts between organisations; who signed them is told.",
    "projects_period": "Monitoring periods of projects, which are public; no person is named.",
    "projects_verifier_key": "Public keys of organisations, which stand in the public log.",
    "projects_finding": "What organisations ask of one another; who wrote each word is told.",
    "projects_conflict": "Interests of organisations in one another; no person is named.",
    "registry_account": _HOLDERS,
    "registry_aside": _HOLDERS,
    "registry_block": _NOBODY,
    "registry_cancellation": "Numbers of credits and why they were cancelled; no person is named.",
    "registry_cap": _NOBODY,
    "registry_counter": _NOBODY,
    "registry_dispute": _NOBODY,
    "registry_event": _HOLDERS,
    "registry_invalid": _NOBODY,
    "registry_issuance": _NOBODY,
    "registry_line": _NOBODY,
    "registry_movement": _NOBODY,
    "registry_replacement": _NOBODY,
    "registry_retirement": "What organisations retired; whom they named is sealed, is told by the"
    " certificate to its holder, and is taken away by its number.",
    "rewards_drop": _NOBODY,
    "rewards_drop_leaf": "Public leaves of draws; they hold digests and no person.",
    "rewards_drop_witness": _NOBODY,
    "projects_foreign_register": _NOBODY,
    "projects_foreign_import": _NOBODY,
    "projects_foreign_row": _NOBODY,
    "projects_foreign_project": _ABROAD,
    "projects_foreign_series": _NOBODY,
    "projects_foreign_credit": _ABROAD,
    "projects_foreign_change": _ABROAD,
    "rewards_cause": _CAUSES,
    "rewards_cause_offer": _CAUSES,
    "rewards_cause_photo": _CAUSES,
    "rewards_cause_report": _CAUSES,
    "rewards_month_run": _NOBODY,
    "rewards_batch": _SHELF,
    "rewards_offer": _SHELF,
    "rewards_stock": _SHELF,
    "rewards_funding": _SPONSORS,
    "rewards_funding_change": _SPONSORS,
    "rewards_funding_offer": _SPONSORS,
    "rewards_settlement": _SPONSORS,
    "rewards_settlement_act": _SPONSORS,
    "rewards_settlement_line": _SPONSORS,
    "rewards_settlement_month": _NOBODY,
}

_ACTED = "Who acted, by the number or the seat; a person's own acts are told under `acts`."
# Columns that look like a person's and are told elsewhere, or are none, with the reason.
TOLD_ELSEWHERE: dict[str, str] = {
    "behaviours_hold_end.actor": _ACTED,
    "vault_version.actor": _ACTED,
    "vault_erased.actor": _ACTED,
    "behaviours_void.actor": _ACTED,
    "cases_step.actor": _ACTED,
    "partners_approval.approved_by": _ACTED,
    "partners_day_statement.declared_by": _ACTED,
    "partners_key.created_by": _ACTED,
    "partners_key_end.ended_by": _ACTED,
    "rulebook_proposal.actor": _ACTED,
    "rulebook_replay.actor": _ACTED,
    "registry_retirement.beneficiary_sealed": "Named by an organisation, told by the certificate.",
    "registry_event.actor": _ACTED,
    "registry_aside.ended_by": "The event that ended it; no person.",
    "registry_retirement.ended_by": "The event that ended it; no person.",
    "registry_cancellation.proposed_by": _ACTED,
    "registry_cancellation.decided_by": _ACTED,
    "registry_certificate.credential_sealed": "The certificate's text, which its holder has.",
    "claims_scheme.key_sealed": "The key shared with another scheme.",
    "partners_key.secret_sealed": "The secret of a partner's key.",
    "ledger_pool_entry.holder_id": "The city's pools, whose holder is no person.",
    "rewards_cause_report.actor": _ACTED,
    "rewards_step.actor": _ACTED,
    "rewards_dispute.raised_by": "Which side raised it, the citizen or the merchant; no person.",
    "rewards_drop.seed_sealed": "The secret of a draw, told to everybody once it is drawn.",
    "rewards_funding_change.actor": _ACTED,
    "rewards_funding_offer.actor": _ACTED,
    "rewards_settlement_act.actor": _ACTED,
    "identity_logincode.phone_index": "By keyed digest alone, kept for a day.",
    "identity_logincode.address_index": "By keyed digest alone, kept for a day.",
}

# Files under `var/`, and why nothing of them is told.
FILES: dict[str, str] = {
    "var/reports": "Rows not recorded, by the sender's line; they are nobody's deeds. Kept"
    " for 30 days at most.",
    "var/vault": "The bytes of files you handed in; you read each where you handed it in.",
    "var/demo": "What simulated partners send of simulated persons; the deeds are told.",
}
