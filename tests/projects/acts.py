"""A project on its way: what an owner hands in, and each desk's act, for tests of what follows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from tanhui.cases.queries import live_case
from tanhui.identity.commands import platform_actor
from tanhui.projects import commands
from tanhui.projects.filing.verifying import record_opinion
from tanhui.projects.queries import Project, project
from tests.cast import NOW
from tests.path_two import PathTwo

FURNACE = "energy-substitution.chengdu"
# The worked case of the press report, as an owner fills it in.
CELLS: dict[str, dict[str, Any]] = {
    "route": {"choice": "electricity", "evidence": "验收报告"},
    "grid": {"choice": "sichuan", "evidence": "供用电合同"},
    "mandate": {"choice": "voluntary", "evidence": "要求清单"},
    "old_plant": {"choice": "dismantled", "evidence": "处置凭证"},
    "P_hist": {"value": ["14800", "15100", "15100"], "unit": "t"},
    "FC_gas_hist": {"value": ["2060000", "2130000", "2110000"], "unit": "Nm3"},
    "FC_coal_hist": {"value": ["0", "0", "0"], "unit": "t"},
    "FC_oil_hist": {"value": ["0", "0", "0"], "unit": "t"},
    "CAP": {"value": "16000", "unit": "t/yr"},
    "period": {"value": "1", "unit": "yr"},
    "P": {"value": "15000", "unit": "t"},
    "EC": {"value": "9100", "unit": "MWh"},
    "FC_gas": {"value": "0", "unit": "Nm3"},
    "deficit": {"value": "0", "unit": "kgCO2e"},
    "ncv": {"value": "389.31", "unit": "GJ/1e4Nm3"},
}
FULL_PAPERS = ("application", "ownership", "pledge", "approval", "equipment", "metering")


def hall(number: int = 0) -> dict[str, Any]:
    """A furnace hall of about four hectares in 青白江; forty numbers have their own.

    Numbers of projects grow from test to test, and the city ends in the east.
    """
    west, south = 104.25 + number % 40 / 100, 30.88
    east, north = west + 0.002, south + 0.002
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def paper(words: str) -> bytes:
    """A small document that the vault keeps."""
    return f'{{"paper": "{words}"}}'.encode()


def start(cast: PathTwo, persona: str = "owner-glass", *, at: datetime = NOW, **more: Any) -> str:
    """A draft of the furnace."""
    told = {
        "name_zh": "玻璃窑炉气改电",
        "name_en": "Glass furnace, gas to electricity",
        "methodology": FURNACE,
        "about_zh": "一台玻璃窑炉由天然气改为电。",
        "about_en": "A glass furnace turns from gas to electricity.",
        **more,
    }
    return commands.start_project(actor=cast.actor(persona), at=at, **told)


def ready(
    cast: PathTwo,
    persona: str = "owner-glass",
    *,
    hall_number: int | None = None,
    at: datetime = NOW,
    **more: Any,
) -> str:
    """A draft that holds everything, signed by both, to be filed."""
    code = start(cast, persona, at=at, **more)
    fill(cast, code, persona, hall_number=hall_number, at=at)
    return code


def fill(
    cast: PathTwo,
    code: str,
    persona: str = "owner-glass",
    *,
    hall_number: int | None = None,
    at: datetime = NOW,
) -> None:
    """Puts everything into a draft that it is filed with."""
    owner = cast.actor(persona)
    place = hall(project(code).id - 1 if hall_number is None else hall_number)
    commands.set_sites(
        actor=owner,
        code=code,
        sites=[
            {
                "name": "熔制车间",
                "place": place,
                "meters": [f"EM-{code}"],
                "share_ppm": 1_000_000,
            }
        ],
        at=at,
    )
    for kind in FULL_PAPERS:
        commands.add_document(
            actor=owner, code=code, kind=kind, title=kind, data=paper(f"{code} {kind}"), at=at
        )
    if project(code).methodology.startswith(FURNACE):
        commands.keep_design(actor=owner, code=code, cells=CELLS, at=at)
    commands.sign_agreement(actor=owner, code=code, at=at)
    commands.sign_agreement(actor=cast.actor("operator"), code=code, at=at)


def point(number: int) -> dict[str, Any]:
    """A place in 郫都."""
    return {"type": "Point", "coordinates": [103.85 + number / 1000, 30.81]}


def noticed(cast: PathTwo, persona: str = "owner-glass", *, at: datetime = NOW, **more: Any) -> str:
    """Filed and accepted: the public notice has begun."""
    code = ready(cast, persona, at=at, **more)
    commands.file_project(actor=cast.actor(persona), code=code, at=at)
    commands.accept_project(actor=cast.actor("operator"), code=code, at=at)
    return code


def heard(cast: PathTwo, persona: str = "owner-glass", *, at: datetime = NOW, **more: Any) -> str:
    """The public notice is over; answers the code. `over` says when that was."""
    code = noticed(cast, persona, at=at, **more)
    commands.run_clocks(actor=platform_actor(), at=over(code))
    return code


def over(code: str) -> datetime:
    """When the term of a project's case runs out."""
    live = live_case("project-filing", f"project:{code}")
    assert live is not None
    assert live.clock_at is not None
    return live.clock_at


def assigned(cast: PathTwo, *, verifier: str = "VERIFY-A", at: datetime = NOW, **more: Any) -> str:
    """Given to a verification body."""
    code = heard(cast, at=at, **more)
    commands.assign_verifier(
        actor=cast.actor("regulator"),
        code=code,
        verifier_id=cast.organisation(verifier),
        at=later(at),
    )
    return code


def later(at: datetime = NOW, days: int = 40) -> datetime:
    """After the notice of what was filed at `at`."""
    return at + timedelta(days=days)


def verified(cast: PathTwo, *, positive: bool = True, at: datetime = NOW, **more: Any) -> str:
    """With an opinion, whose signature is checked elsewhere."""
    code = assigned(cast, at=at, **more)
    with transaction.atomic():
        record_opinion(actor=cast.actor("verifier"), code=code, positive=positive, at=later(at, 45))
    return code


def registered(cast: PathTwo, *, at: datetime = NOW, **more: Any) -> Project:
    """On the register, from 2026 on for ten years, with a cap of 4,000 t a year."""
    code = verified(cast, at=at, **more)
    propose(cast, code, at=later(at, 46))
    return commands.confirm_registration(
        actor=cast.actor("regulator-2"), code=code, at=later(at, 47)
    )


def propose(cast: PathTwo, code: str, *, at: datetime, **changed: Any) -> None:
    """What the first of two persons proposes."""
    told: dict[str, Any] = {
        "first": date(2026, 1, 1),
        "last": date(2035, 12, 31),
        "cap_kg": 4_000_000,
        "words": "材料齐全，审核意见支持登记。",
        **changed,
    }
    commands.propose_registration(actor=cast.actor("regulator"), code=code, at=at, **told)
