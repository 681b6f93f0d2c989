"""The desks of a very small city: its partners with their staff, and what they read and do."""

from __future__ import annotations

import html as entities
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from tanhui.behaviours.commands import record_file
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import seat_staff
from tanhui.kernel.periods import day_start
from tanhui.partners.commands import register_partner, set_expected
from tests.cast import BIKE, OPERATOR
from tests.citizen.city import City, make_city

METRO = "METRO"
FAST = "FAST-1"
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Desks:
    """The city, and the numbers of its two partners."""

    city: City
    bike_id: int
    metro_id: int

    def client(self, persona: str, **headers: Any) -> Client:
        """A browser that is logged in as one of the cast."""
        return self.city.client(persona, **headers)


def open_desks(folder: Path) -> Desks:
    """The small city of the citizens' pages, a metro in the sandbox, and everybody's staff."""
    city = make_city(folder)
    metro_id = register_partner(
        actor=OPERATOR,
        code=METRO,
        name_zh="成都地铁",
        name_en="Chengdu Metro",
        scene="metro",
        simulated=True,
        at=city.at,
        modes=["metro"],
    ).id
    set_expected(
        actor=OPERATOR, partner_code=BIKE, expected_hours=24, modes=["shared_bike"], at=city.at
    )
    bike_id = metro_id - 1
    seat_staff(actor=platform_actor(), organisations={BIKE: bike_id, METRO: metro_id}, at=city.at)
    return Desks(city, bike_id, metro_id)


def record_fast_ride(desks: Desks, folder: Path, reference: str = FAST) -> None:
    """A ride of 林晓 that is as fast as a car, and is therefore held."""
    begun = day_start(desks.city.yesterday) + timedelta(hours=14)
    path = folder / f"{reference}.ndjson"
    told = {
        "reference": reference,
        "rider": "lin",
        "mode": "shared_bike",
        "started_at": begun.isoformat(),
        "ended_at": (begun + timedelta(minutes=12)).isoformat(),
        "distance_m": 5_400,
    }
    path.write_text(json.dumps(told), encoding="utf-8")
    result = record_file(
        actor=OPERATOR,
        partner_code=BIKE,
        path=path,
        layout_name="tanhui-ndjson",
        at=desks.city.at,
    )
    assert sum(result.held.values()) == 1, result


def read(client: Client, address: str) -> str:
    """What a page says, without its marks."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return words(answer.content.decode())


def words(page: str) -> str:
    """The text of a page, with single spaces."""
    return " ".join(entities.unescape(_TAG.sub(" ", page)).split())


def simulated_code(page: str) -> str:
    """The code that a page of the demo shows: of the short message, or of the device."""
    found = re.search(r'class="sent">(\d{6})<', page)
    assert found is not None, words(page)
    return found[1]


def enrol(client: Client, next_page: str = "/console/") -> str:
    """Sets up the device that the page simulates; answers the page of the recovery codes."""
    code = simulated_code(client.get("/second-factor/").content.decode())
    sent = {"act": "confirm", "code": code, "next": next_page}
    answer = client.post("/second-factor/", sent)
    assert answer.status_code == 200, words(answer.content.decode())
    return answer.content.decode()


def log_in_by_phone(client: Client, door: str, phone: str) -> None:
    """Gives the code of the short message at a door, then sets up a device."""
    sent = client.post(door, {"phone": phone}).content.decode()
    client.post(door, {"phone": phone, "code": simulated_code(sent)})
    enrol(client)


def act(client: Client, address: str, name: str, **fields: Any) -> Any:
    """Sends the form of one act."""
    return client.post(address, {"act": name, **fields})


def done(client: Client, address: str, name: str, **fields: Any) -> str:
    """Sends the form of one act, goes where it leads, and reads what is said there."""
    answer = act(client, address, name, **fields)
    assert answer.status_code == 302, words(answer.content.decode())
    return read(client, answer["Location"])


def refused(client: Client, address: str, name: str, **fields: Any) -> str:
    """Sends the form of one act that is refused; answers what the page says."""
    answer = act(client, address, name, **fields)
    assert answer.status_code >= 400
    page = answer.content.decode()
    assert 'role="alert"' in page
    return words(page)


def acts_within(client: Client, home: str, clicks: int) -> set[str]:
    """The acts that are offered on the pages that so many clicks on links lead to."""
    seen, edge, found = {home}, [home], set()
    for depth in range(clicks + 1):
        following = []
        for address in edge:
            answer = client.get(address)
            if "text/html" not in answer.get("Content-Type", ""):
                continue
            page = answer.content.decode()
            found |= set(re.findall(r'name="act" value="(\w+)"', page))
            links = re.findall(r'<a[^>]* href="(/[^"#]*)(?:#[^"]*)?"', page)
            # One's own second factor is no act of a desk.
            found_here = (link for link in map(entities.unescape, links) if link not in seen)
            following += [link for link in found_here if not link.startswith("/second-factor")]
            seen.update(following)
        edge = following if depth < clicks else []
    return found
