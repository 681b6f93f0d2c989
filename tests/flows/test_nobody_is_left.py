"""Canaries: what names a person is planted everywhere, the person erased, and all is searched."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from psycopg import sql
from pytest_django import Settings
from requests import ConnectionError as Unreachable
from requests import Response, Session

from tanhui.behaviours.appeals import speak
from tanhui.behaviours.batch_reading import forget_prepared
from tanhui.behaviours.personal import requests
from tanhui.behaviours.queries import home
from tanhui.config.database import Database
from tanhui.config.settings import TANHUI
from tanhui.identity.commands import sure_of_person
from tanhui.identity.sms import SimulatedSms
from tanhui.kernel.actors import Actor, Assurance
from tanhui.partners.arrivals import KEYS
from tanhui.partners.binding import bind_rider
from tanhui.vault.commands import keep_file
from tests.api.sending import open_desk, recent_ride
from tests.behaviours.telling import City
from tests.cast import BIKE, LAYOUT, OPERATOR, ride, seat, write_rides

pytestmark = pytest.mark.database

PROGRAM = Path(sys.executable).with_name("tanhui")
PHONE, NAME, BIRD = "13712340987", "金丝雀乙", "kanarienvogel"
CANARIES = (PHONE, NAME, BIRD)
RIDER = f"rider-{BIRD}"
FAST = {"minutes": 10, "distance_m": 4_400}
PATIENCE_SECONDS = 90


def environment(city: City) -> dict[str, str]:
    return {
        **os.environ,
        "TANHUI_MODE": "test",
        "DATABASE_URL": city.books.owner_url,
        "TANHUI_VAR": str(city.folder / "var"),
    }


class Browser(Session):
    """A browser in front of one server; it follows nothing by itself."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.headers.update({"user-agent": f"agent-{BIRD}", "accept-language": "zh"})

    def request(self, method: Any, url: Any, *args: Any, **how: Any) -> Response:
        """As a session does, with addresses of this server."""
        how.setdefault("allow_redirects", False)
        how.setdefault("timeout", 60)
        return super().request(method, f"{self.base}{url}", *args, **how)


@pytest.fixture
def shared_keys(books: Database, settings: Settings, tmp_path: Path) -> City:
    """The cast in fresh books; other programs find in the folder the keys that this one uses."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    city = City(seat(at=timezone.now()), tmp_path, books)
    var = city.folder / "var"
    var.mkdir(exist_ok=True)
    for name in ("secrets.toml", "keyring.toml", "mode"):
        if (TANHUI.var / name).exists():
            shutil.copy(TANHUI.var / name, var)
    KEYS.forget()
    forget_prepared()
    return city


@contextmanager
def server(city: City, log: Path) -> Iterator[Browser]:
    """A started server; what it says is written to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as out:
        running = subprocess.Popen(
            [str(PROGRAM), "serve", "--port", str(port)],
            env=environment(city),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        with Browser(f"http://127.0.0.1:{port}") as client:
            try:
                until = time.monotonic() + PATIENCE_SECONDS
                while not _answers(client):
                    assert running.poll() is None, log.read_text("utf-8")
                    assert time.monotonic() < until, log.read_text("utf-8")
                    time.sleep(0.2)
                yield client
            finally:
                running.send_signal(signal.SIGTERM)
                running.wait(30)


def _answers(client: Browser) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except Unreachable:
        return False


def post(client: Browser, address: str, **form: Any) -> Response:
    """Sends a form as a browser does, with what protects it."""
    client.get("/m/login")
    form["csrfmiddlewaretoken"] = client.cookies.get("csrftoken", "")
    return client.post(address, data=form)


def log_in(client: Browser) -> str:
    """Logs in by phone and code; answers the session's token."""
    page = post(client, "/m/login", phone=PHONE).text
    code = re.search(r"\b(\d{6})\b", re.sub(r"<[^>]+>", " ", page))
    assert code is not None, page
    assert post(client, "/m/login", phone=PHONE, code=code[1]).status_code == 302
    return str(client.cookies["tanhui_session"])


def live(city: City, client: Browser) -> tuple[int, str]:
    """A whole life with the platform; answers the person's number and a token."""
    now = timezone.now()
    person = sure_of_person(phone=PHONE, display_name=NAME, simulated=False, at=now)
    citizen = Actor(f"person:{person}", frozenset({"citizen"}), person, None, Assurance.PHONE)
    bind_rider(actor=OPERATOR, partner_code=BIKE, rider=RIDER, phone=PHONE, at=now)
    token = log_in(client)
    post(client, "/m/consents/first", agreed=["account", "location"], age="over_14")
    desk = open_desk(city.seated)
    fast = recent_ride(f"fast-{BIRD}", hours=6, rider=RIDER)
    fast["ended_at"] = (timezone.now() - timedelta(hours=6) + timedelta(minutes=10)).isoformat()
    rides = [
        recent_ride(f"good-{BIRD}", rider=RIDER),
        {**fast, "distance_m": 4_400},
        recent_ride(f"bad-{BIRD}", rider=RIDER, distance_m=0),
        {"reference": f"worse-{BIRD}", "rider": RIDER, "mode": BIRD},
    ]
    answered = desk.send(rides).results
    assert answered[0] == "recorded"
    assert answered[1] == "held:car_as_bike"
    assert desk.send(rides[:1]).results == ["exists"]
    assert desk.send(rides[:1], key=desk.sandbox).status == 200
    latest = home(citizen_id=person, at=timezone.now()).latest
    held = next(row for row in latest if row.state == "held")
    speak(actor=citizen, key=held.key, words=f"{NAME}骑的：{BIRD}", at=timezone.now())
    keep_file(
        actor=OPERATOR,
        purpose="project",
        data=f"phone,name,word\n{PHONE},{NAME},{BIRD}\n".encode(),
        owner_id=person,
        at=timezone.now(),
    )
    write_files(city)
    search(client)
    call_the_desk()
    return person, token


def write_files(city: City) -> None:
    """A partner's file is read, and lies where raw files lie; its report repeats references."""
    rides = [
        ride(f"file-{BIRD}", rider=RIDER, started_at=timezone.now() - timedelta(hours=9)),
        ride(f"file-bad-{BIRD}", rider=RIDER, minutes=-3),
        ride(f"file-unknown-{BIRD}", rider="somebody-else"),
    ]
    folder = city.folder / "var" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    path = write_rides(folder / "bike.ndjson", rides[:2])
    words = ["ingest", str(path), "--partner", BIKE, "--layout", LAYOUT, "--json"]
    subprocess.run([str(PROGRAM), *words], env=environment(city), check=True, capture_output=True)
    city.ingest(rides[1:], at=timezone.now())


def search(client: Browser) -> None:
    """Whatever can be typed into addresses and fields is typed, rightly and wrongly."""
    for address in (
        f"/m/statement?month={BIRD}",
        f"/m/scenes/{BIRD}?q={PHONE}",
        f"/methodologies/?q={NAME}",
        f"/console/records?partner=BIKE&reference={BIRD}",
        f"/api/v1/me/statement?month={PHONE}",
    ):
        assert client.get(address).status_code < 500
    post(client, "/m/declare", scene=BIRD, day=PHONE, started=NAME, distance=BIRD)
    post(client, "/m/consents", act=BIRD, purpose=PHONE)
    post(client, "/m/login", phone=BIRD)


def call_the_desk() -> None:
    """A request at the desk, with words about the person."""
    sms = SimulatedSms()
    later = timezone.now() + timedelta(minutes=2)
    requests.send_code(actor=OPERATOR, phone=PHONE, at=later, sms=sms)
    code = str(sms.code_for(PHONE))
    number = requests.open_request(actor=OPERATOR, phone=PHONE, code=code, wants="erase", at=later)
    reviewer = Actor("operator:desk", frozenset({"operator"}), 1)
    requests.propose_erasure(
        actor=reviewer, case_id=number, words=f"{NAME} {PHONE} {BIRD}", at=later
    )


def kept_in_tables(city: City) -> Iterator[tuple[str, bytes]]:
    """Every row of every table: as text, and each of its byte strings, unpacked where packed."""
    with psycopg.connect(city.books.owner_url) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
            ).fetchall()
            for row in rows:
                for cell in row:
                    if isinstance(cell, bytes):
                        yield table, cell
                        yield table, unpacked(cell)
                    else:
                        yield table, json.dumps(cell, default=str, ensure_ascii=False).encode()


def unpacked(cell: bytes) -> bytes:
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return b""


def kept_in_files(city: City, log: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under `var/`, its name, and what the server said."""
    yield "log", log.read_bytes()
    for path in (city.folder / "var").rglob("*"):
        yield str(path), str(path).encode()
        if path.is_file():
            yield str(path), path.read_bytes()


def hits(city: City, log: Path) -> list[str]:
    """Where a canary is still found."""
    words = [canary.encode() for canary in CANARIES]
    kept = [*kept_in_tables(city), *kept_in_files(city, log)]
    return sorted({place for place, cell in kept if any(word in cell for word in words)})


def test_a_person_who_is_erased_is_nowhere(shared_keys: City) -> None:
    city, log = shared_keys, shared_keys.folder / "server.log"
    with server(city, log) as client:
        person, token = live(city, client)
        before = hits(city, log)
        assert any("behaviours_reference" in place for place in before)
        assert any("partners_delivery" in place for place in before)
        assert any(place.endswith(".csv") for place in before)
        assert any("vault" in place for place in before)
        shown = {"authorization": f"Bearer {token}"}
        told = client.get("/api/v1/me/export", headers=shown).text
        assert all(canary in told for canary in CANARIES)
        answer = client.delete("/api/v1/me", headers=shown)
        assert (answer.status_code, answer.json()["person_id"]) == (200, person)
        assert client.get("/api/v1/me", headers=shown).status_code == 401
        assert client.delete("/api/v1/me", headers=shown).status_code == 401
    assert hits(city, log) == []
    proved = subprocess.run(
        [str(PROGRAM), "prove", "--json"],
        env=environment(city),
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(proved.stdout)["ok"], proved.stdout
