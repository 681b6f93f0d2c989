"""What a verification body takes home: the very bytes that the statement it signs is about."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from tanhui.projects.monitoring import commands as monitoring
from tests.desks_two import THEN, DesksTwo
from tests.projects import acts

pytestmark = pytest.mark.django_db

HOME = "/portal/verification/"


def test_the_files_hash_to_what_the_statements_say(two: DesksTwo) -> None:
    found = acts.registered(two.cast)
    period = two.reported(found)
    address = f"{HOME}periods/{period.id}/"
    body = two.client("verifier-2")
    # Before it is given to the body, the body knows nothing of it.
    assert body.get(f"{address}report.json").status_code == 404
    monitoring.assign_period_verifier(
        actor=two.cast.actor("regulator"),
        period_id=period.id,
        verifier_id=two.cast.organisation("VERIFY-B"),
        at=THEN,
    )
    statement = json.loads(body.get(f"{address}statement-positive.json").content)
    report = body.get(f"{address}report.json")
    assert sha256(report.content).hexdigest() == statement["report"]
    assert report.headers["Content-Disposition"] == 'attachment; filename="report.json"'
    assert json.loads(report.content)["calculation"] == statement["calculation"]
    page = body.get(f"{address}sign").content.decode()
    assert f"{address}report.json" in page
    assert "--report report.json" in page
    # The first body has verified the filing, so it may read it still; a stranger may not.
    design = two.client("verifier").get(f"{HOME}projects/{found.code}/design.json")
    assert json.loads(design.content)["project"] == found.code
    assert two.client("owner-forest").get(f"{address}report.json").status_code in (302, 403, 404)
