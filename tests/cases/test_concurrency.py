"""Two who take a step in one case at the same moment."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from tanhui.cases import queries
from tanhui.config.database import Database
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tests.cases.people import OPERATOR, OPERATOR_2, opened, step

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("content")]


def test_of_two_who_decide_at_once_one_is_refused(books: Database) -> None:
    del books
    case_id = opened()
    codes: list[str] = []
    ready = threading.Barrier(2)

    def decide(actor: Actor, name: str) -> None:
        ready.wait()
        try:
            codes.append(step(case_id, actor, name).state)
        except Refusal as refusal:
            codes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=decide, args=chosen)
        for chosen in ((OPERATOR, "accept"), (OPERATOR_2, "return"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert "step_not_offered" in codes
    assert {"public", "returned"} & set(codes)
    assert len(queries.history(case_id)) == 2
