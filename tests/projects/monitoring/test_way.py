"""A period from its opening to its issuance, and who may not do what on the way."""

from __future__ import annotations

import hashlib
import json
from uuid import uuid4

import pytest
from django.db import transaction

from tanhui.projects.monitoring import commands, queries
from tanhui.projects.monitoring.reports import report_bytes
from tanhui.projects.queries import Project
from tanhui.projects.verification import queries as verification
from tests.path_two import PathTwo
from tests.projects.monitoring.acts import LAST, THEN, proposed


@pytest.mark.django_db
def test_two_persons_approve_what_a_body_signed_and_it_is_issued_once(
    cast: PathTwo, furnace: Project
) -> None:
    period = proposed(cast, furnace)
    waiting = queries.approved_period(period.id)
    assert waiting.confirmed_by is None
    assert waiting.kg == 3_117_356
    with transaction.atomic():
        approved = commands.confirm_issuance(
            actor=cast.actor("regulator-2"), period_id=period.id, at=THEN
        )
        event = uuid4()
        issued = commands.mark_issued(
            actor=cast.actor("regulator-2"), period_id=period.id, event_id=event, at=THEN
        )
    assert approved.confirmed_by == cast.persons["regulator-2"]
    assert (issued.state, issued.event_id, issued.vintage) == ("issued", event, 2026)
    said = approved.statement
    assert (said["kg"], said["project"], said["last"]) == (3_117_356, furnace.code, str(LAST))
    report = queries.submitted(period.id)[-1]
    told = report_bytes(furnace, issued, report)
    assert hashlib.sha256(told).hexdigest() == said["report"]
    assert json.loads(told)["calculation"] == said["calculation"]
    assert verification.opinions(period.subject)[-1].vkey == approved.vkey
