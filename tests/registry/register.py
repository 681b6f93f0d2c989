"""A register for tests: organisations, registered projects and issued credits.

Projects and periods are put there as the owner of the database does it, since their own commands
are tested in their own room and take a dozen steps; credits move by the registry's commands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.kernel.actors import Actor
from tanhui.registry import moving
from tanhui.registry.commands import Moved, transfer_credits
from tanhui.registry.leaves import account_code, issue_leaf
from tanhui.registry.moving import Asked, Line
from tanhui.registry.records import Retirement
from tanhui.registry.retiring import Wish, retire_credits
from tests.cast import NOW
from tests.path_two import PathTwo, seat_path_two

METHODOLOGY = "energy-substitution.chengdu@1.0.0"
DIGEST = "sha256:" + "ab" * 32
CAP_KG = 4_000_000
EVENT_WISH = Wish(
    "event",
    "「碳惠天府」启动仪式（模拟）",
    "Tanhui launch ceremony (simulated)",
    "抵消启动仪式的排放",
    "against the emissions of the launch ceremony",
    "场馆用电、参会交通、餐饮、住宿",
    "venue power, travel, meals, lodging",
)


@dataclass(frozen=True)
class Register:
    """The cast of path two, and the codes and numbers of two registered projects."""

    cast: PathTwo
    owner_url: str
    furnace: str
    forest: str
    project_ids: dict[str, int]

    def actor(self, persona: str) -> Actor:
        """One of the cast at its desk."""
        return self.cast.actor(persona)

    def issue(
        self,
        kg: int,
        *,
        project: str | None = None,
        vintage: int = 2025,
        buffer_kg: int = 0,
        cap_kg: int = CAP_KG,
        period_id: int | None = None,
        at: datetime = NOW,
    ) -> UUID:
        """Issues to the project's owner, as `issuing` does once everybody has decided."""
        code = project or self.furnace
        owner = self.cast.organisation("GLASS" if code == self.furnace else "FOREST")
        period_id = period_id or self.open_period(code, vintage)
        said = {
            "v": 1,
            "t": "verification",
            "project": code,
            "period": period_id,
            "methodology": METHODOLOGY,
            "digest": DIGEST,
            "kg": kg,
        }
        with transaction.atomic():
            event_id, placed = moving.issue(
                asked=Asked(self.actor("regulator-2"), at),
                facts={"kg": kg},
                period_id=period_id,
                project_id=self.project_ids[code],
                vintage=vintage,
                holder=owner,
                kg=kg,
                buffer_kg=buffer_kg,
                cap_kg=cap_kg,
                said=Jsonb(said),
                verifier_key="verifier+00000000+AA==",
                signature="AA==",
            )
            slices = [(each.first, each.last, account_code(each.target_id)) for each in placed]
            leaf = issue_leaf(said=said, key="k", signature="AA==", slices=slices, at=at)
            moving.note(event_id, leaf, at)
        return event_id

    def open_period(self, code: str, year: int) -> int:
        """A period of that year, by the database's owner."""
        with psycopg.connect(self.owner_url) as owner:
            row = owner.execute(
                "INSERT INTO projects_period (project_id, number, days, state, opened_at)"
                " SELECT %(id)s, count(*) + 1, daterange("
                " make_date(%(year)s, 1, 1) + count(*)::integer,"
                " make_date(%(year)s, 1, 2) + count(*)::integer), 'approved', %(at)s"
                " FROM projects_period WHERE project_id = %(id)s RETURNING id",
                {"id": self.project_ids[code], "year": year, "at": NOW},
            ).fetchone()
        assert row is not None
        return int(row[0])

    def transfer(
        self,
        kg: int,
        reference: str,
        *,
        persona: str = "owner-glass",
        to: str = "EXPO",
        project: str | None = None,
        vintage: int = 2025,
        at: datetime = NOW,
    ) -> Moved:
        """One transfer by one of the cast."""
        return transfer_credits(
            actor=self.actor(persona),
            project_code=project or self.furnace,
            vintage=vintage,
            kg=kg,
            to_organisation_id=self.cast.organisation(to),
            reference=reference,
            at=at,
        )

    def retire(
        self,
        kg: int,
        reference: str,
        *,
        persona: str = "owner-glass",
        waive: bool = True,
        project: str | None = None,
        vintage: int = 2025,
        wish: Wish = EVENT_WISH,
        at: datetime = NOW,
    ) -> Retirement:
        """One retirement of one line by one of the cast."""
        return retire_credits(
            actor=self.actor(persona),
            lines=[Line(project or self.furnace, vintage, kg)],
            wish=wish,
            waive_undo=waive,
            reference=reference,
            at=at,
        )


def open_register(owner_url: str, *, at: datetime = NOW) -> Register:
    """Seats the cast of path two and registers a furnace and a forest."""
    cast = seat_path_two(at=at)
    ids: dict[str, int] = {}
    with psycopg.connect(owner_url) as owner:
        for name_zh, name_en, code in (
            ("玻璃窑炉气改电（模拟）", "Glass furnace, gas to electricity", "GLASS"),
            ("城市森林公园（模拟）", "City forest park", "FOREST"),
        ):
            row = owner.execute(
                "INSERT INTO projects_project (owner_id, name_zh, name_en, about_zh, about_en,"
                " methodology, digest, field, call, district, simplified, simulated, state,"
                " created_at, filed_at, registered_at, crediting, cap_kg, buffer_percent) VALUES"
                " (%s, %s, %s, '', '', %s, %s, 'energy', '', '', false, true, 'registered',"
                " %s, %s, %s, '[2021-01-01,2031-01-01)', %s, 10) RETURNING code, id",
                (
                    cast.organisation(code),
                    name_zh,
                    name_en,
                    METHODOLOGY,
                    DIGEST,
                    at,
                    at,
                    at,
                    CAP_KG,
                ),
            ).fetchone()
            assert row is not None
            ids[row[0]] = row[1]
    furnace, forest = ids
    return Register(cast, owner_url, furnace, forest, ids)
