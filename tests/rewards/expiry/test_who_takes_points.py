"""Nobody cancels points at will: who may take points from a citizen is a short list, kept here."""

from __future__ import annotations

import re

from tanhui.governance.permissions import PERMISSIONS
from tanhui.ledger.chart import CITIZEN_POINTS
from tests.house.tree import SOURCE, files, module_of

# Which modules name the account of points, and what for. A new one is to be thought about.
NAMED = {
    "api/citizens.py": "reads",
    "behaviours/changes.py": "takes back what a void deed had brought, by `behaviours.void`",
    "behaviours/exchange.py": "locks",
    "behaviours/holds.py": "ends what was held, before it was the citizen's to spend",
    "behaviours/paying.py": "credits",
    "behaviours/personal/erasure.py": "locks",
    "behaviours/queries.py": "reads",
    "behaviours/recording.py": "locks",
    "behaviours/recount.py": "reads",
    "behaviours/stand_ins.py": "opens accounts",
    "citizen/shown.py": "reads",
    "identity/commands.py": "opens accounts",
    "ledger/chart.py": "is the chart",
    "rewards/queries.py": "reads",
}
# Functions of the database that take points, by the permissions under which commands call them.
FUNCTIONS = {
    "rewards/expiry/sql/function_expire_chunk.sql": {"rewards.expire"},
    "rewards/sql/function_reserve.sql": {"rewards.redeem", "rewards.enter"},
}
TAKING = re.compile(r"(?:ledger_collect|ledger_post_one)\(([^;]*?)\)", re.DOTALL)


def test_modules_that_name_the_account_of_points_are_known() -> None:
    named = {
        module_of(path)
        for path in files("src")
        if re.search(r"\bCITIZEN_POINTS\b", path.read_text(encoding="utf-8"))
    }
    assert named == set(NAMED)


def test_functions_that_take_points_are_those_of_redeeming_and_of_expiry() -> None:
    own = re.compile(rf"(?<!\d){CITIZEN_POINTS.number}::smallint")
    found = set()
    for path in (SOURCE / "rewards").rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        for call in TAKING.finditer(text):
            before = call[1].replace("\n", " ").split("109 ELSE 102")[0]
            # The debited kind is told before the credited one; a refund credits it.
            if own.search(before):
                found.add(path.relative_to(SOURCE).as_posix())
    assert found == set(FUNCTIONS)


def test_no_seat_but_the_platforms_may_let_points_expire_and_none_may_cancel_them() -> None:
    assert PERMISSIONS["rewards.expire"] == {"platform"}
    assert PERMISSIONS["rewards.redeem"] == {"citizen"} == PERMISSIONS["rewards.enter"]
    assert not [
        code for code in PERMISSIONS if re.search(r"points|cancel_points|deduct|confiscate", code)
    ]
    operators = {code for code, roles in PERMISSIONS.items() if "operator" in roles}
    assert not operators & {"rewards.redeem", "rewards.enter", "rewards.expire", "rewards.keep"}
