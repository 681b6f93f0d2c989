"""Exports: everything that is in the books is in the files, to the kilogram."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.registry.cancelling import confirm_cancellation, propose_cancellation
from tanhui.registry.exports import cadtrust, offsetsdb
from tanhui.registry.exports.facts import read_facts
from tanhui.registry.exports.files import read_csv, read_json
from tanhui.registry.exports.queries import export_cadtrust, export_offsetsdb
from tanhui.registry.exports.schema import faults, is_id
from tanhui.registry.exports.terms import CAD_TRUST, OFFSETSDB, schema
from tanhui.registry.queries import equation
from tanhui.registry.retiring import Wish
from tests.cast import NOW
from tests.registry.register import Register

CONTENT = Path(__file__).parents[2] / "content"
PERSON = Wish("person", "林晓", "Lin Xiao", "出行", "travel", "", "")


@pytest.fixture
def traded(register: Register) -> Register:
    """Issued, moved, retired for an event and a person, set free of nothing, partly cancelled."""
    period = register.open_period(register.furnace, 2025)
    register.issue(10_000, buffer_kg=500, period_id=period)
    register.transfer(3_000, "sale-1")
    register.retire(1_200, "event-1")
    register.retire(5, "person-1", wish=PERSON)
    register.retire(700, "later", waive=False)
    with psycopg.connect(register.owner_url) as owner:
        owner.execute(
            "INSERT INTO projects_verifier_key (organisation_id, key_id, vkey, outbox_id, since)"
            " SELECT %(body)s, '00000000', 'verifier+00000000+AA==', min(id), %(at)s"
            " FROM publiclog_outbox",
            {"body": register.cast.organisation("VERIFY-A"), "at": NOW},
        )
        for subject in (f"project:{register.furnace}", f"period:{period}"):
            owner.execute(
                "INSERT INTO projects_opinion (subject, version, verifier_id, statement,"
                " signature, key_id, positive, actor, at)"
                " SELECT %(subject)s, 1, organisation_id, '{}', 'AA==', id, TRUE, 'person:1',"
                " %(at)s FROM projects_verifier_key",
                {"subject": subject, "at": NOW},
            )
    number = propose_cancellation(
        actor=register.actor("regulator"), first=9_001, last=9_100, reason="double", at=NOW
    )
    confirm_cancellation(actor=register.actor("regulator-2"), cancellation_id=number, at=NOW)
    return register


def test_cad_trust_takes_every_kilogram_in_its_own_order(traded: Register, tmp_path: Path) -> None:
    del traded
    done = export_cadtrust(out=tmp_path / "cad", at=NOW)
    assert done.equal
    assert not done.withheld
    files = read_json(tmp_path / "cad", schema(CONTENT, CAD_TRUST))
    books = equation()
    assert sum(map(cadtrust.kg_of, files["unit"])) == books.issued_kg == 10_000
    by_status: dict[str, int] = {}
    for unit in files["unit"]:
        status = str(unit["unitStatus"])
        by_status[status] = by_status.get(status, 0) + cadtrust.kg_of(unit)
        assert str(unit["unitSerialId"]).startswith("CDCER-")
    assert by_status["Retired"] == books.retired_kg == 1_205
    assert by_status["Cancelled"] == books.cancelled_kg == 100
    assert by_status["Buffer"] == 500
    assert sum(by_status.values()) == 10_000
    ends = sorted(
        (Decimal(str(unit["unitStartBlock"])), Decimal(str(unit["unitEndBlock"])))
        for unit in files["unit"]
    )
    assert all(one[1] == other[0] for one, other in pairwise(ends))
    assert ends[0][0] == 0
    assert ends[-1][1] == 10
    names = [path.name for path in sorted((tmp_path / "cad").glob("*-*.json"))]
    assert names.index("03-label.json") < names.index("04-project.json")
    assert names[-1].endswith("unit_label.json")


def test_cad_trust_withholds_a_persons_name_and_names_an_event(
    traded: Register, tmp_path: Path
) -> None:
    del traded
    export_cadtrust(out=tmp_path / "cad", at=NOW)
    text = next((tmp_path / "cad").glob("*-unit.json")).read_text(encoding="utf-8")
    assert "Lin Xiao" not in text
    assert "林晓" not in text
    assert "Tanhui launch ceremony" in text
    report = json.loads((tmp_path / "cad" / "report.json").read_text(encoding="utf-8"))
    assert report["equal"]
    assert report["tonnes_in_books"]["retired"] == "1.205"
    assert list(report["on_no_list"]) == ["Rongxin verification body (simulated)"]
    assert all(is_id(one) for found in report["notes"]["ids"].values() for one in found)


def test_what_is_replaced_from_the_buffer_is_told_as_retired_for_the_same(
    traded: Register, tmp_path: Path
) -> None:
    with psycopg.connect(traded.owner_url) as owner:
        row = owner.execute(
            "SELECT lower(serials) FROM registry_block WHERE state = 'retired'"
            " ORDER BY upper(serials) - lower(serials) DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    number = propose_cancellation(
        actor=traded.actor("regulator"), first=row[0], last=row[0] + 99, reason="no", at=NOW
    )
    confirm_cancellation(actor=traded.actor("regulator-2"), cancellation_id=number, at=NOW)
    done = export_cadtrust(out=tmp_path / "cad", at=NOW)
    assert done.equal
    assert done.files_kg["retired"] == equation().retired_kg == 1_305
    assert export_offsetsdb(out=tmp_path / "off", at=NOW).equal
    units = read_json(tmp_path / "cad", schema(CONTENT, CAD_TRUST))["unit"]
    event = [one for one in units if "TH-2026-000001" in str(one.get("unitRetirementDetail"))]
    assert sum(map(cadtrust.kg_of, event)) == 1_300


def test_a_block_whose_body_is_on_no_list_is_withheld_with_its_tonnes(
    register: Register, tmp_path: Path
) -> None:
    register.issue(2_500)
    done = export_cadtrust(out=tmp_path / "cad", at=NOW)
    assert done.rows["unit"] == 0
    assert done.withheld_kg == 2_500
    assert not done.equal
    assert {table for table, _, _ in done.withheld} == {"verification", "issuance", "unit"}


def test_offsets_db_sums_what_happened(traded: Register, tmp_path: Path) -> None:
    done = export_offsetsdb(out=tmp_path / "off", at=NOW)
    assert done.equal
    files = read_csv(tmp_path / "off", schema(CONTENT, OFFSETSDB))
    told = sorted((str(row["transaction_type"]), str(row["quantity"])) for row in files["credits"])
    assert told == [
        ("cancellation", "0.1"),
        ("issuance", "10"),
        ("retirement", "0.005"),
        ("retirement", "1.2"),
    ]
    assert [row.get("retirement_reason") for row in files["credits"]][-1] == "double"
    furnace = next(row for row in files["projects"] if row["project_id"] == traded.furnace)
    assert (furnace["issued"], furnace["retired"]) == ("10", "1.205")
    assert furnace["protocol_unassigned"] == ["energy-substitution.chengdu@1.0.0"]
    assert "Lin Xiao" not in (tmp_path / "off" / "credits.csv").read_text(encoding="utf-8")


def test_a_folder_with_other_files_is_left_alone(register: Register, tmp_path: Path) -> None:
    del register
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refusal, match="folder_not_empty"):
        export_offsetsdb(out=tmp_path, at=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_same_export_again_takes_the_place_of_the_first(
    register: Register, tmp_path: Path
) -> None:
    del register
    first = export_cadtrust(out=tmp_path / "cad", at=NOW)
    assert export_cadtrust(out=tmp_path / "cad", at=NOW) == first
    assert [path.name for path in tmp_path.iterdir()] == ["cad"]


@pytest.mark.parametrize(
    ("table", "field", "value", "code"),
    [
        ("project", "projectStatus", "Active", "not_in_list"),
        ("project", "projectSector", "Transport", "not_in_list"),
        ("project", "projectLink", "here", "malformed"),
        ("project", "projectStatusDate", "1/2/2026", "malformed"),
        ("project", "projectUnitMetric", "", "missing"),
        ("project", "coBenefitId", "SDG 1", "unknown_field"),
        ("project", "cadTrustProgramId", "nobody", "no_such_record"),
    ],
)
def test_the_schema_refuses_what_a_node_would_refuse(
    register: Register, table: str, field: str, value: str, code: str
) -> None:
    del register
    cad = schema(CONTENT, CAD_TRUST)
    told = cadtrust.told(read_facts())
    ids = {name: frozenset(found) for name, found in told.ids.items()}
    wanted = next(one for one in cad.tables if one.name == table)
    record = {**told.records[table][0], field: value}
    assert [fault.code for fault in faults(cad, wanted, record, ids)] == [code]
    assert not list(faults(cad, wanted, told.records[table][0], ids))
    assert offsetsdb.told(read_facts())["clips"] == []
