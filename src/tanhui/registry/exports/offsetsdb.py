"""This registry in the tables of OffsetsDB: issuances, retirements and cancellations summed.

It has no place for serials or transfers. Amounts are tonnes, told as exact decimals; a buffer that
is held is issued and neither retired nor cancelled, as with any other holder.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from tanhui.projects.queries import Project
from tanhui.registry.exports.facts import Facts, Issued, Placed
from tanhui.registry.exports.schema import tonnes
from tanhui.registry.records import Retirement

Record = dict[str, object]
ISSUANCE, RETIREMENT, CANCELLATION = "issuance", "retirement", "cancellation"
_ENDED = {"retired": RETIREMENT, "cancelled": CANCELLATION}
_PERSON = "A natural person, whose name is not passed on"


def told(facts: Facts) -> dict[str, list[Record]]:
    """Everything by table; no press clips are kept here, so that table is empty."""
    projects = [_project(facts, project) for project in facts.projects.values()]
    return {"projects": projects, "credits": _credits(facts), "clips": []}


def _project(facts: Facts, project: Project) -> Record:
    words = facts.terms.words(project.methodology, project.field)
    own = [one for one in facts.equations if one.project_code == project.code]
    issued = [one.at for one in facts.issued if one.code == project.code]
    retired = [
        one.at for one in facts.placed if one.code == project.code and one.state == "retired"
    ]
    return {
        "project_id": project.code,
        "name": project.name_en,
        "registry": facts.terms.registry,
        "proponent": project.owner.name_en,
        "protocol": [],
        "protocol_unassigned": [project.methodology],
        "category": words.category,
        "project_type": words.project_type,
        "project_type_source": f"{facts.terms.registry}: {project.field}",
        "status": project.state,
        "country": "China",
        "listed_at": _instant(project.filed_at),
        "is_compliance": False,
        "retired": tonnes(sum(one.equation.retired_kg for one in own)),
        "issued": tonnes(sum(one.equation.issued_kg for one in own)),
        "first_issuance_at": _instant(min(issued, default=None)),
        "first_retirement_at": _instant(min(retired, default=None)),
        "project_url": f"{facts.address}/registry/projects/{project.code}/",
    }


def _credits(facts: Facts) -> list[Record]:
    records = [*_issuances(facts), *_ends(facts)]
    return [{"id": number, **record} for number, record in enumerate(records, 1)]


def _issuances(facts: Facts) -> list[Record]:
    """Issuances of one project, instant and vintage are one row."""
    summed: dict[tuple[str, datetime, int], list[Issued]] = defaultdict(list)
    for issued in facts.issued:
        summed[issued.code, issued.at, issued.vintage].append(issued)
    return [
        {
            "project_id": code,
            "quantity": tonnes(sum(one.last - one.first + 1 for one in group)),
            "vintage": vintage,
            "transaction_date": _instant(at),
            "transaction_type": ISSUANCE,
            "transaction_url": f"{facts.address}/registry/issuances/{group[0].event_id}/",
        }
        for (code, at, vintage), group in summed.items()
    ]


def _ends(facts: Facts) -> list[Record]:
    """What one event retired or cancelled of a project and vintage is one row."""
    summed: dict[tuple[object, ...], list[Placed]] = defaultdict(list)
    for placed in facts.placed:
        if placed.state in _ENDED:
            key = (placed.code, placed.vintage, placed.at, placed.state, placed.retirement_id)
            summed[key].append(placed)
    records = []
    for group in summed.values():
        first = group[0]
        record: Record = {
            "project_id": first.code,
            "quantity": tonnes(sum(one.kg for one in group)),
            "vintage": first.vintage,
            "transaction_date": _instant(first.at),
            "transaction_type": _ENDED[first.state],
        }
        if first.retirement_id is not None:
            record |= _retirement(facts, facts.retirements[first.retirement_id])
        else:
            record["retirement_reason"] = first.reason or ""
        records.append({name: value for name, value in record.items() if value != ""})
    return records


def _retirement(facts: Facts, retired: Retirement) -> Record:
    beneficiary = (
        _PERSON
        if retired.beneficiary_kind == "person"
        else retired.beneficiary_en or retired.beneficiary_zh
    )
    return {
        "retirement_account": facts.organisations[retired.organisation_id].name_en,
        "retirement_beneficiary": beneficiary,
        "retirement_beneficiary_harmonized": beneficiary,
        "retirement_reason": retired.purpose_en or retired.purpose_zh,
        "retirement_note": " ".join(filter(None, (retired.number, retired.boundary_en))),
        "transaction_url": f"{facts.address}/certificates/{retired.number}",
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()
