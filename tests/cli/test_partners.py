"""`tanhui partner` as an operator's shell sees it."""

from __future__ import annotations

import csv
import io
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cast import BIKE, LIN_RIDER, LIN_XIAO, NOW, OPERATOR, ZHOU_SHIFU, register_bike, seat
from tests.cli.shell import refused
from typer.testing import CliRunner, Result

from tanhui.cli import partners
from tanhui.cli.demo_partners import IN_SANDBOX, PARTNERS, seat_partners
from tanhui.governance.models import AuditRow
from tanhui.partners import queries, signing
from tanhui.partners.keys import active_keys

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]


def _run(*words: str) -> Result:
    app = typer.Typer()
    partners.register(app, ready=nullcontext, operator=OPERATOR)
    return CliRunner().invoke(app, ["partner", *words])


def _json(*words: str) -> dict[str, Any]:
    result = _run(*words, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_a_partner_from_its_registration_to_a_production_key() -> None:
    told = _json(
        *("register", "METRO", "--name-zh", "成都地铁", "--name-en", "Chengdu Metro"),
        *("--scene", "metro", "--mode", "metro", "--expected-hours", "6"),
    )
    assert told["status"] == "sandbox"
    assert _json("key", "METRO")["environment"] == "sandbox"
    refused(_run("key", "METRO", "--environment", "production"), "contract_not_passed")
    assert "20" in refused(_run("approve", "METRO"), "contract_not_passed")
    assert _json("approve", "METRO", "--waive", "tested on site")["waived"] == "tested on site"
    made = _json("key", "METRO", "--algorithm", "ed25519")
    assert made["environment"] == "production"
    assert made["secret"].startswith("whsk_")
    assert made["public"].startswith("whpk_")
    (line,) = _json("list")["partners"]
    assert (line["code"], line["status"], line["active_keys"]) == ("METRO", "production", 2)
    assert line["modes"] == ["metro"]


def test_a_key_is_shown_once_and_revoked_by_its_id() -> None:
    register_bike()
    made = _json("key", BIKE)
    (key,) = active_keys(BIKE)
    assert key.material == signing.parse_secret(made["secret"])
    assert _run("list").stdout.count("whsec_") == 0
    assert _json("revoke", BIKE, made["id"], "--reason", "lost")["revoked"] == made["id"]
    assert active_keys(BIKE) == []
    refused(_run("revoke", BIKE, "7", "--reason", "lost"), "key_id_malformed")


def test_a_partners_own_public_key_is_registered() -> None:
    register_bike()
    _, public = signing.new_pair()
    made = _json("key", BIKE, "--public-key", public)
    assert (made["public"], made["secret"]) == (public, "")
    refused(_run("key", BIKE, "--public-key", "whpk_AAAA"), "key_malformed")


def test_quotas_are_read_and_set() -> None:
    register_bike()
    told = _json("quota", BIKE, "--items-per-day", "500")
    assert (told["items"]["limit"], told["items"]["remaining"]) == (500, 500)
    assert _json("quota", BIKE)["requests"]["limit"] == 6_000
    refused(_run("quota", BIKE, "--requests-per-minute", "0"), "quota_out_of_range")


def test_days_are_reconciled_as_text_json_and_csv() -> None:
    register_bike()
    days = ("--from", "2026-03-01", "--to", "2026-03-20")
    assert _json("reconcile", BIKE, *days)["days"] == []
    text = _run("reconcile", BIKE, *days, "--csv").stdout
    assert next(csv.reader(io.StringIO(text)))[0] == "day"
    refused(
        _run("reconcile", BIKE, "--from", "2026-03-02", "--to", "2026-03-01"), "days_out_of_range"
    )


def test_nobody_is_unknown_by_another_code() -> None:
    refused(_run("key", "HOVER"), "no_such_partner")


def test_the_demos_partners_are_in_production_on_an_operators_word_but_for_one() -> None:
    for _ in range(2):
        seat_partners(actor=OPERATOR, at=NOW)
    lines = _json("list")["partners"]
    assert [line["code"] for line in lines] == [told[0] for told in PARTNERS]
    waiting = [line["code"] for line in lines if line["status"] == "sandbox"]
    assert waiting == [IN_SANDBOX]
    assert _json("key", BIKE)["environment"] == "production"


def _riders(folder: Path, *lines: str, header: str = "rider,phone") -> str:
    path = folder / "riders.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return str(path)


def test_riders_are_bound_by_a_file_and_each_line_is_answered(tmp_path: Path) -> None:
    seated = seat()
    path = _riders(
        tmp_path,
        f"new,{ZHOU_SHIFU.phone}",
        f"{LIN_RIDER},{LIN_XIAO.phone}",
        f"{LIN_RIDER},{ZHOU_SHIFU.phone}",
        "other,13900009999",
        "short,139",
        f",{LIN_XIAO.phone}",
        "alone",
        f"new,+86 {ZHOU_SHIFU.phone}",
        f"new,{LIN_XIAO.phone}",
        f"another,{LIN_XIAO.phone}",
    )
    audited = AuditRow.objects.filter(action="partner.bind_riders").count()
    told = _json("bind", BIKE, path)
    assert [row["result"] for row in told["results"]] == [
        "bound",
        "already",
        "bound_elsewhere",
        "no_such_citizen",
        "malformed",
        "malformed",
        "malformed",
        "already",
        "bound_elsewhere",
        "bound",
    ]
    assert [row["line"] for row in told["results"]] == list(range(2, 12))
    assert (told["lines"], told["bound"], told["malformed"]) == (10, 2, 3)
    assert len(queries.rider_book(seated.partner_id).digests) == 4
    assert AuditRow.objects.filter(action="partner.bind_riders").count() == audited + 1
    again = _run("bind", BIKE, path)
    assert again.exit_code == 0
    assert "0 bound, 4 already" in again.stdout
    assert "line 5: no_such_citizen" in again.stdout
    assert LIN_XIAO.phone not in again.stdout


def test_a_file_of_riders_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    register_bike()
    refused(_run("bind", BIKE, str(tmp_path / "none.csv")), "riders_unreadable")
    refused(_run("bind", BIKE, str(tmp_path)), "riders_unreadable")
    wrong = _riders(tmp_path, "a,b", header="phone,rider")
    refused(_run("bind", BIKE, wrong), "riders_unreadable")
    (tmp_path / "riders.csv").write_bytes(b"rider,phone\n\xff\xfe,1\n")
    refused(_run("bind", BIKE, str(tmp_path / "riders.csv")), "riders_unreadable")
    refused(_run("bind", "HOVER", _riders(tmp_path)), "no_such_partner")
