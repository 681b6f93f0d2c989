"""Consent: given, declined, withdrawn and given again; the last word is the state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import psycopg
import pytest
from django.conf import settings

from tanhui.config.database import Database
from tanhui.governance.models import AuditRow
from tanhui.identity.commands import register_person
from tanhui.identity.consents import commands, purposes, queries
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound
from tests.cast import CITIZEN, NOW, OPERATOR, seat

LATER = NOW + timedelta(days=1)


def citizen(person_id: int) -> Actor:
    """A logged-in citizen."""
    return Actor(f"person:{person_id}", frozenset({"citizen"}), person_id, None, Assurance.PHONE)


@pytest.fixture
def person(db: None) -> int:
    """Somebody who has just registered."""
    del db
    return register_person(actor=CITIZEN, phone="13912345678", display_name="", at=NOW)


def events(person_id: int) -> dict[tuple[str, int], str]:
    """What each purpose's last word is."""
    return {(state.purpose, state.partner_id): state.event for state in queries.of(person_id)}


def agree(person_id: int, *agreed: str, under_14: bool = False, guardian: bool = False) -> None:
    commands.answer_first(
        actor=citizen(person_id),
        agreed=agreed,
        under_14=under_14,
        guardian_agrees=guardian,
        at=NOW,
    )


def test_a_new_person_is_asked_for_what_a_first_log_in_asks(person: int) -> None:
    assert [one.id for one in queries.to_ask(person)] == ["account", "location", "exchange"]


def test_what_is_answered_is_not_asked_again_whether_yes_or_no(person: int) -> None:
    agree(person, "account")
    assert queries.to_ask(person) == []
    assert events(person) == {
        ("account", 0): "given",
        ("location", 0): "declined",
        ("exchange", 0): "declined",
    }


def test_an_event_says_which_words_were_shown_when_and_where(person: int) -> None:
    commands.give(actor=citizen(person), purpose="location", channel="page", at=NOW)
    (state,) = queries.of(person)
    text = purposes.purpose_of(settings.TANHUI.content_root, "location")
    assert (state.version, state.digest, state.text_zh) == (
        text.version,
        text.digest,
        text.text_zh,
    )
    assert (state.channel, state.at, state.given) == ("page", NOW, True)


def test_the_last_word_is_the_state_and_every_word_is_kept(person: int) -> None:
    for at, act in ((NOW, commands.give), (LATER, commands.withdraw)):
        act(actor=citizen(person), purpose="location", at=at)
        act(actor=citizen(person), purpose="location", at=at)
    assert events(person) == {("location", 0): "withdrawn"}
    told = AuditRow.objects.filter(action__startswith="consents.").values_list("action", flat=True)
    assert sorted(told) == ["consents.given", "consents.withdrawn"]


def test_new_words_are_asked_for_again(
    person: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(person, "account", "location")
    root = tmp_path / "content"
    copytree(settings.TANHUI.content_root / "chengdu" / "consents", root / "chengdu" / "consents")
    changed = root / "chengdu" / "consents" / "location.toml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("1.0.0", "1.1.0"), "utf-8")
    monkeypatch.setattr(settings, "TANHUI", replace(settings.TANHUI, content_root=root))
    assert [one.reference for one in queries.to_ask(person)] == ["location@1.1.0"]
    assert events(person)[("location", 0)] == "given"


def test_the_account_ends_by_closing_it_alone(person: int) -> None:
    with pytest.raises(Conflict, match="consent_required"):
        commands.withdraw(actor=citizen(person), purpose="account", at=NOW)
    with pytest.raises(Invalid, match="account_consent_missing"):
        agree(person, "location")


def test_under_14_a_guardian_agrees_and_no_birthday_is_kept(person: int) -> None:
    with pytest.raises(Invalid, match="guardian_missing"):
        agree(person, "account", under_14=True)
    agree(person, "account", under_14=True, guardian=True)
    assert events(person)[("guardian", 0)] == "given"
    with pytest.raises(Conflict, match="consent_required"):
        commands.withdraw(actor=citizen(person), purpose="guardian", at=NOW)


def test_a_purpose_of_partners_names_one_and_no_other_does(person: int) -> None:
    with pytest.raises(Invalid, match="consent_partner_wrong"):
        commands.give(actor=citizen(person), purpose="records", at=NOW)
    with pytest.raises(Invalid, match="consent_partner_wrong"):
        commands.give(actor=citizen(person), purpose="location", partner_id=1, at=NOW)
    with pytest.raises(NotFound, match="no_such_purpose"):
        commands.give(actor=citizen(person), purpose="moon", at=NOW)


def test_nobody_speaks_for_another(db: None) -> None:
    del db
    with pytest.raises(Forbidden, match="not_permitted"):
        commands.give(actor=OPERATOR, purpose="location", at=NOW)
    with pytest.raises(NotFound, match="person_unknown"):
        commands.give(actor=citizen(4_000_000), purpose="location", at=NOW)


def test_binding_writes_what_the_partner_collected_and_speaks_over_nobody(db: None) -> None:
    del db
    seated = seat()
    states = {state.purpose: state for state in queries.of(seated.lin)}
    assert states["records"].channel == states["location"].channel == "partner"
    assert states["records"].partner_id == seated.partner_id
    commands.withdraw(actor=citizen(seated.lin), purpose="location", at=NOW)
    commands.attest(person_ids=[seated.lin, seated.zhou], partner_id=7, channel="partner", at=LATER)
    assert events(seated.lin)[("location", 0)] == "withdrawn"
    assert events(seated.lin)[("records", 7)] == "given"
    assert queries.refusers("location") == {seated.lin}


def test_simulated_persons_agree_in_bulk(db: None) -> None:
    del db
    seated = seat()
    commands.attest_simulated(person_ids=[seated.lin, seated.zhou], at=NOW)
    assert queries.to_ask(seated.zhou) == []


ATTACKS = {
    "a word is rewritten": "UPDATE identity_consent SET event = 'given'",
    "a word is removed": "DELETE FROM identity_consent",
    "the words that were shown are rewritten": "UPDATE identity_consent_text SET text_zh = 'x'",
    "the words that were shown are removed": "DELETE FROM identity_consent_text",
    "all of it is emptied": "TRUNCATE identity_consent, identity_consent_text",
    "somebody who is not": (
        "INSERT INTO identity_consent (person_id, purpose, partner_id, event, text_id, channel, at)"
        " SELECT 4000000, purpose, 0, 'given', id, 'page', now() FROM identity_consent_text"
    ),
    "other words than were shown": (
        "INSERT INTO identity_consent (person_id, purpose, partner_id, event, text_id, channel, at)"
        " SELECT person_id, 'moon', 0, 'given', text_id, 'page', now() FROM identity_consent"
    ),
    "an event there is not": (
        "INSERT INTO identity_consent (person_id, purpose, partner_id, event, text_id, channel, at)"
        " SELECT person_id, purpose, 0, 'perhaps', text_id, 'page', now() FROM identity_consent"
    ),
    "a channel there is not": (
        "INSERT INTO identity_consent (person_id, purpose, partner_id, event, text_id, channel, at)"
        " SELECT person_id, purpose, 0, 'given', text_id, 'rumour', now() FROM identity_consent"
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_database_itself_refuses(attack: str, books: Database) -> None:
    seat()
    with psycopg.connect(books.app_url) as connection:
        connection.execute("SET ROLE tanhui_app")
        with pytest.raises(psycopg.Error) as refused:
            connection.execute(ATTACKS[attack])  # type: ignore[arg-type]
    assert refused.value.sqlstate in ("42501", "23503", "23514")


def test_the_content_is_whole_and_a_fault_is_named(tmp_path: Path) -> None:
    root = settings.TANHUI.content_root
    assert purposes.check_content(root) == []
    assert {one.id for one in purposes.read_purposes(root)} == set(purposes.KNOWN)
    folder = tmp_path / "chengdu" / "consents"
    folder.mkdir(parents=True)
    text = (root / "chengdu" / "consents" / "location.toml").read_text(encoding="utf-8")
    (folder / "a.toml").write_text(text, encoding="utf-8")
    (folder / "b.toml").write_text(text, encoding="utf-8")
    (folder / "c.toml").write_text(text.replace("required = false", "required = true"), "utf-8")
    found = {problem.code for problem in purposes.check_content(tmp_path)}
    assert found == {"purpose_told_twice", "sensitive_required"}
