"""From a measured furnace to a certificate that a stranger checks with one file and no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tanhui.cli import demo_project_acts as acts
from tanhui.cli import demo_projects_told as told
from tanhui.cli.demo_project_acts import Cast
from tanhui.config.database import Database
from tanhui.identity.commands import open_login_link, platform_actor
from tanhui.identity.personas import STAFF
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Refusal
from tanhui.projects import commands, queries
from tanhui.projects.monitoring import commands as monitoring
from tanhui.projects.rides import waive_rides
from tanhui.registry import queries as registry
from tanhui.registry.commands import Line, transfer_credits
from tanhui.registry.recount import recount
from tanhui.registry.retiring import Wish, retire_credits
from tanhui.rulebook.publishing import found as found_rules
from tests.desks import done, read
from tests.path_two import seat_path_two
from tests.publiclog import logs

pytestmark = pytest.mark.database

FILED = datetime(2026, 3, 2, 10, 0, tzinfo=CITY_ZONE)
YEAR = (date(2025, 1, 1), date(2025, 12, 31))
VERIFIER = Path(__file__).resolve().parents[2] / "verify" / "tanhui_verify.py"
WISH = Wish(
    "event",
    "启动仪式（模拟）",
    "Opening ceremony (simulated)",
    "抵消启动仪式的排放",
    "To offset the ceremony",
)


@dataclass(frozen=True)
class Play:
    """The cast at their desks, and the public log that everything is told to."""

    cast: Cast
    log: logs.PublicLog

    def organisation(self, code: str) -> int:
        return self.cast.organisations[code]


@pytest.fixture
def play(books: Database, settings: Settings, tmp_path: Path) -> Iterator[Play]:
    assert books.version
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    for made in logs.made(tmp_path / "var"):
        organisations = seat_path_two(at=FILED).organisations
        found_rules(actor=platform_actor(), at=FILED)
        desks = {one.name: one.organisation for one in STAFF if one.organisation}
        cast = Cast(dict(organisations), desks)
        for body in ("VERIFY-A", "VERIFY-B"):
            cast.register_key(body, FILED)
        yield Play(cast, made)


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    assert caught.value.code == code


def at_desk(persona: str) -> Client:
    """A browser in which one of the cast is logged in, now."""
    token = open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
    client = Client(headers={"accept-language": "zh"})
    client.get(f"/login/{token}")
    return client


def heard(cast: Cast, one: told.Told) -> str:
    """Filed, accepted, and its public notice over."""
    code = acts.file(cast, one, FILED, FILED + timedelta(days=1))
    commands.run_clocks(actor=platform_actor(), at=acts.notice_over(code))
    return code


def test_a_furnace_becomes_a_certificate(play: Play, tmp_path: Path) -> None:
    cast = play.cast
    furnace = heard(cast, told.FURNACE)
    then = FILED + timedelta(days=40)

    # Another body than the one that is asked cannot speak; nobody signs while questions are open.
    commands.assign_verifier(
        actor=cast.bureau(), code=furnace, verifier_id=play.organisation("VERIFY-A"), at=then
    )
    with refused("not_your_verification"):
        acts.ask(cast, f"project:{furnace}", "VERIFY-B", then, anchor="-", title="问", words="问")
    finding = acts.ask(
        cast, f"project:{furnace}", "VERIFY-A", then, anchor="EC/3", title="三月", words="请核对"
    )
    with refused("findings_open"):
        acts.validate(cast, furnace, "VERIFY-A", then)
    owner = cast.owner(told.FURNACE)
    monitoring.answer_finding(actor=owner, finding_id=finding.id, words="已核对", at=then)
    monitoring.close_finding(
        actor=cast.verifier("VERIFY-A"), finding_id=finding.id, words="无误", at=then
    )
    acts.validate(cast, furnace, "VERIFY-A", then)

    # Two persons register it.
    acts.propose(cast, furnace, YEAR[0], then)
    with refused("own_earlier_step"):
        commands.confirm_registration(actor=cast.bureau(), code=furnace, at=then)
    commands.confirm_registration(actor=cast.bureau(second=True), code=furnace, at=then)

    # A year is reported; the signature is the body's own, over this report and no other.
    found = acts.report(cast, told.FURNACE, furnace, YEAR, told.furnace_cells(12), then)
    acts.give(cast, found, "VERIFY-A", then)
    verifier = cast.verifier("VERIFY-A")
    statement = monitoring.statement_for(verifier, found.id)
    more = statement.replace(b'"kg":3', b'"kg":9')
    for said, by, code in (
        (more, "VERIFY-A", "statement_differs"),
        (statement, "VERIFY-B", "signature_wrong"),
    ):
        with refused(code):
            monitoring.submit_opinion(
                actor=verifier,
                period_id=found.id,
                statement=said,
                signature=cast.signers[by].sign(said),
                at=then,
            )
    acts.verify(cast, found, "VERIFY-A", then)
    acts.propose_issue(cast, found, then)
    issued = acts.issue(cast, found, then)
    assert 3_550_000 < issued.kg < 3_650_000
    assert issued.last - issued.first + 1 == issued.kg

    number = sold_and_retired(play, furnace, then)
    play.log.publish(logs.AT)
    strangers_check(number, furnace, issued.first, tmp_path / "elsewhere")


def sold_and_retired(play: Play, furnace: str, then: datetime) -> str:
    """Sold, and 1,200 kg of it retired for an event; answers the certificate's number."""
    cast = play.cast
    owner = cast.owner(told.FURNACE)
    buyer = cast.actor("buyer", "buyer")
    transfer_credits(
        actor=owner,
        project_code=furnace,
        vintage=2025,
        kg=60_000,
        to_organisation_id=play.organisation("EXPO"),
        reference="SALE-1",
        at=then,
    )
    retired = retire_credits(
        actor=buyer,
        lines=[Line(furnace, 2025, 1_200)],
        wish=WISH,
        waive_undo=True,
        reference="EVENT-1",
        at=then,
    )
    with refused("credits_insufficient"):
        retire_credits(
            actor=buyer,
            lines=[Line(furnace, 2025, 58_801)],
            wish=WISH,
            waive_undo=True,
            reference="EVENT-2",
            at=then,
        )
    assert registry.equation(furnace, 2025).closed
    assert recount().matches
    return retired.number


def strangers_check(number: str, code: str, kilogram: int, elsewhere: Path) -> None:
    """A stranger reads the pages, takes two files away, and checks them without the platform."""
    reader = Client(headers={"accept-language": "zh"})
    for address, words in (
        (f"/registry/projects/{code}/", told.FURNACE.name_zh),
        (f"/registry/credits/{kilogram}/", number),
        (f"/certificates/{number}", "启动仪式（模拟）"),
    ):
        answer = reader.get(address)
        assert answer.status_code == 200, address
        assert words in answer.content.decode(), address
    elsewhere.mkdir()
    program = Path(shutil.copy(VERIFIER, elsewhere / "check.py"))
    certificate = elsewhere / "certificate.json"
    certificate.write_bytes(reader.get(f"/certificates/{number}.json").content)
    keys = elsewhere / "keys"
    keys.write_bytes(reader.get("/verify/policy").content)

    def checked(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-I", str(program), *words, "--keys", str(keys)],
            capture_output=True,
            text=True,
            check=False,
            cwd=elsewhere,
            env={"PATH": os.environ["PATH"]},
        )
        return done.stdout.strip() or done.stderr

    assert checked(str(certificate)) == "valid"
    log = shutil.copytree(django_settings.TANHUI.var / "log", elsewhere / "log")
    assert checked("log", str(log)).splitlines()[-1] == "valid"
    said = json.loads(certificate.read_text(encoding="utf-8"))
    for edit in (
        {**said, "credentialSubject": {**said["credentialSubject"], "kg": 1_200_000}},
        {**said, "proof": said["proof"][:1]},
    ):
        certificate.write_text(json.dumps(edit), encoding="utf-8")
        assert checked(str(certificate)).startswith("invalid")


def test_the_same_furnace_filed_by_another_is_not_registered(play: Play) -> None:
    cast = play.cast
    first = heard(cast, told.FURNACE)
    again = replace(told.FURNACE, owner="owner-greenway", zh="工业炉提升", en="Kiln upgrade")
    code = heard(cast, again)
    then = FILED + timedelta(days=40)
    commands.assign_verifier(
        actor=cast.bureau(), code=code, verifier_id=play.organisation("VERIFY-B"), at=then
    )
    acts.validate(cast, code, "VERIFY-B", then)
    with refused("same_project_suspected"):
        acts.propose(cast, code, YEAR[0], then)
    assert queries.project(first).state == "heard"


def test_a_greenway_claims_rides_for_days_to_come_or_waives_them(play: Play) -> None:
    cast = play.cast
    code = heard(cast, told.GREENWAY)
    then = FILED + timedelta(days=40)
    commands.assign_verifier(
        actor=cast.bureau(), code=code, verifier_id=play.organisation("VERIFY-A"), at=then
    )
    acts.validate(cast, code, "VERIFY-A", then)
    with refused("citizens_are_paid_here"):
        acts.propose(cast, code, YEAR[0], then)
    with refused("not_permitted"):
        waive_rides(actor=cast.owner(told.GREENWAY), code=code, words="放弃", at=then)
    with refused("waiver_words_missing"):
        waive_rides(actor=cast.bureau(), code=code, words=" ", at=then)
    desk, here = at_desk("regulator"), f"/console/projects/{code}"
    assert "没有划清" in read(desk, here)
    told_back = done(desk, here, "waive_rides", words="建设方来函放弃骑行部分", until="")
    assert "已记下建设方的放弃" in told_back
    assert "监测报告里不能再报" in told_back
    acts.propose(cast, code, YEAR[0], then)
    commands.confirm_registration(actor=cast.bureau(second=True), code=code, at=then)
    # What was waived cannot be reported after all.
    with refused("rides_not_claimed"):
        acts.report(cast, told.GREENWAY, code, YEAR, told.GREENWAY.cells(), then)
    furnace = heard(cast, told.FURNACE_TWO)
    with refused("rides_not_designed"):
        waive_rides(actor=cast.bureau(), code=furnace, words="没有骑行", at=then)
