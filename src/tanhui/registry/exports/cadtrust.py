"""This registry in the tables of CAD Trust v2: one unit for each block.

A node counts a unit by its ends, the last less the first, in tonnes. Our numbers are kilograms, so
the ends are told as tonnes with three decimals: the kilograms 1 to 1,200 are `0.000` to `1.200`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from tanhui.projects.queries import Project
from tanhui.registry.exports.facts import Facts, Issued, Placed, day_of
from tanhui.registry.exports.schema import tonnes

Record = dict[str, object]
_STATES = {"held": "Held", "reserved": "Held", "retired": "Retired", "cancelled": "Cancelled"}
_STATUS = {
    "registered": "Registered",
    "ended": "Completed",
    "refused": "Rejected",
    "struck_off": "Inactive",
    "verified": "Validated",
    "proposed": "Validated",
    "refusing": "Validated",
}
_METRIC = "tCO2e"
KG_PER_TONNE = 1000
_SIMULATED = "Simulated for a demonstration; nothing of it is real."
_PERSON = "A natural person, whose name is not passed on"


@dataclass(slots=True)
class Told:
    """Records by table, each with its id; and what could not be told, with the reason."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    records: dict[str, list[Record]] = field(default_factory=dict)
    withheld: list[tuple[str, str, str]] = field(default_factory=list)
    beyond: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, key: str, record: Record) -> str:
        """Adds a record without its empty fields; answers its id, the same in every export."""
        identity = str(uuid5(NAMESPACE_URL, f"tanhui:{table}:{key}"))
        self.ids.setdefault(table, []).append(identity)
        kept = {name: value for name, value in record.items() if value not in (None, "", [])}
        self.records.setdefault(table, []).append(kept)
        return identity


def told(facts: Facts) -> Told:
    """Everything that CAD Trust's tables can take."""
    return _Teller(facts).tell()


class _Teller:
    def __init__(self, facts: Facts) -> None:
        self.facts, self.told = facts, Told()
        self.methodologies: dict[str, str] = {}
        self.projects: dict[str, str] = {}
        self.joined: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.validations: dict[str, str] = {}

    def tell(self) -> Told:
        program = self._program()
        for reference in self.facts.methodologies:
            self._methodology(reference)
        for project in self.facts.projects.values():
            self._project(project, program)
        issuances: dict[object, str] = {}
        for issued in self.facts.issued:
            identity = self._issuance(issued)
            if identity is not None:
                issuances[issued.event_id] = identity
        for placed in self.facts.placed:
            if placed.issue_id in issuances:
                self._unit(placed, issuances[placed.issue_id])
            else:
                self._withhold("unit", _serial(placed), "its issuance is withheld")
        return self.told

    def _withhold(self, table: str, key: str, reason: str) -> None:
        self.told.withheld.append((table, key, reason))

    def _program(self) -> str:
        terms = self.facts.terms
        return self.told.add(
            "program",
            terms.program_id,
            {
                "programName": terms.program_en,
                "programRegistry": self.facts.registry_name,
                "programRegistryId": terms.program_id,
                "programDescription": "\n".join(
                    filter(None, (terms.program_zh, _SIMULATED if self.facts.simulated else ""))
                ),
            },
        )

    def _methodology(self, reference: str) -> None:
        document = self.facts.methodologies[reference]
        code, _, version = reference.partition("@")
        fields = {project.field for project in self._using(reference)}
        words = self.facts.terms.words(reference, min(fields, default=""))
        self.methodologies[reference] = self.told.add(
            "methodology",
            reference,
            {
                "methodologyCode": code,
                "methodologyName": document.title_en,
                "methodologyType": words.unit,
                "methodologyVersion": version,
                "methodologyLink": f"{self.facts.address}/methodologies/{code}/",
            },
        )

    def _using(self, reference: str) -> list[Project]:
        return [one for one in self.facts.projects.values() if one.methodology == reference]

    def _project(self, project: Project, program: str) -> None:
        terms, code = self.facts.terms, project.code
        words = terms.words(project.methodology, project.field)
        at = project.ended_at or project.registered_at or project.filed_at or project.created_at
        link = f"{self.facts.address}/registry/projects/{code}/"
        identity = self.told.add(
            "project",
            code,
            {
                "projectRegistryName": terms.registry,
                "projectId": code,
                "projectCreditingProgram": terms.program_id,
                "projectName": project.name_en,
                "projectLink": link,
                "projectDescription": "\n".join(
                    filter(
                        None,
                        (
                            project.name_zh,
                            project.about_en,
                            _SIMULATED if project.simulated else "",
                        ),
                    )
                ),
                "projectSector": list(words.sectors),
                "projectType": list(words.types),
                "projectStatus": _STATUS.get(project.state, "Listed"),
                "projectStatusDate": day_of(at),
                "projectUnitMetric": _METRIC,
                "cadTrustProgramId": program,
            },
        )
        self.projects[code] = identity
        self.told.add(
            "stakeholder",
            f"{code}:owner",
            {
                "stakeholderName": project.owner.name_en,
                "stakeholderType": "Owner",
                "cadTrustProjectId": identity,
            },
        )
        self.joined[code] = self.told.add(
            "project_methodology",
            code,
            {
                "cadTrustProjectId": identity,
                "cadTrustMethodologyId": self.methodologies[project.methodology],
                "projectMethodologyDescription": project.digest,
            },
        )
        self.places[code] = self._location(project, identity)
        self._validation(project, identity)
        self._estimation(project, identity)

    def _location(self, project: Project, identity: str) -> str:
        record: Record = {
            "locationCountry": "China",
            "locationRegion": " ".join(filter(None, (self.facts.terms.region, project.district))),
            "cadTrustProjectId": identity,
        }
        if project.geometry is not None:
            record["locationGis"] = json.dumps(project.geometry, ensure_ascii=False)
            record["locationMapType"] = "GeoJSON"
        return self.told.add("location", project.code, record)

    def _body(self, organisation_id: int) -> str | None:
        """The body as CAD Trust lists it. A body that is invented can be on no list of real ones,
        so it is told by its own name, and the report says that no node will know it."""
        body = self.facts.organisations[organisation_id]
        listed = self.facts.terms.bodies.get(body.credit_code)
        if listed is None and body.simulated:
            self.told.beyond[body.name_en] = "a simulated body, on no node's list"
            return body.name_en
        return listed

    def _validation(self, project: Project, identity: str) -> None:
        opinion = self.facts.opinions.get(project.subject)
        if opinion is None:
            return
        body = self._body(opinion.verifier_id)
        if body is None:
            self._withhold("validation", project.code, "its body is not on CAD Trust's list")
            return
        self.validations[project.code] = self.told.add(
            "validation",
            project.code,
            {
                "validationId": f"{project.code}-V",
                "validationType": "Validation of Project Design Document",
                "validationBody": body,
                "validationDate": day_of(opinion.at),
                "validationCreditPeriodStartDate": _day(project.crediting_first),
                "validationCreditPeriodEndDate": _day(project.crediting_last),
                "cadTrustProjectId": identity,
            },
        )

    def _estimation(self, project: Project, identity: str) -> None:
        first, last = project.crediting_first, project.crediting_last
        if project.cap_kg is None or first is None or last is None:
            return
        # Whole tonnes, rounded down: it is an estimate, and a node takes a number.
        most = project.cap_kg * (last.year - first.year + 1) // KG_PER_TONNE
        self.told.add(
            "estimation",
            project.code,
            {
                "estimationStartDate": first.isoformat(),
                "estimationEndDate": last.isoformat(),
                "estimationUnitCount": most,
                "estimationReferenceNo": f"at most {tonnes(project.cap_kg)} t a year",
                "cadTrustProjectId": identity,
            },
        )

    def _issuance(self, issued: Issued) -> str | None:
        name = f"{issued.code}-M{issued.period_number}"
        opinion = self.facts.opinions.get(f"period:{issued.period_id}")
        body = self._body(opinion.verifier_id) if opinion else None
        if issued.code not in self.projects or body is None:
            self._withhold("verification", name, "no body of CAD Trust's list signed for it")
            self._withhold("issuance", name, "its verification is withheld")
            return None
        verification = self.told.add(
            "verification",
            name,
            {
                "verificationId": name,
                "verificationStartDate": issued.first_day.isoformat(),
                "verificationEndDate": issued.last_day.isoformat(),
                "verificationBody": body,
                "cadTrustProjectId": self.projects[issued.code],
                "cadTrustValidationId": self.validations.get(issued.code),
            },
        )
        return self.told.add(
            "issuance",
            name,
            {
                "issuanceId": f"{name}-{issued.first}-{issued.last}",
                "issuanceDate": day_of(issued.at),
                "cadTrustVerificationId": verification,
                "cadTrustProjectMethodologyId": self.joined[issued.code],
                "cadTrustLocationId": self.places[issued.code],
            },
        )

    def _unit(self, placed: Placed, issuance: str) -> None:
        project = self.facts.projects[placed.code]
        owner = self.facts.organisations.get(placed.organisation_id or 0)
        words = self.facts.terms.words(project.methodology, project.field)
        buffered = placed.state == "held" and placed.organisation_id is None
        record: Record = {
            "unitSerialId": _serial(placed),
            "unitStartBlock": _end(placed.first - 1),
            "unitEndBlock": _end(placed.last),
            "unitType": words.unit,
            "unitVintageYear": placed.vintage,
            "unitStatus": "Buffer" if buffered else _STATES[placed.state],
            "unitStatusReason": _REASONS.get(placed.state, _came)(placed),
            "unitStatusDate": day_of(placed.at),
            "unitLink": f"{self.facts.address}/registry/credits/{placed.first}/",
            "unitMetric": _METRIC,
            "unitCurrentOwner": owner.name_en if owner else None,
            "cadTrustIssuanceId": issuance,
        }
        if placed.retirement_id is not None:
            record |= self._retirement(placed)
        self.told.add("unit", _serial(placed), record)

    def _retirement(self, placed: Placed) -> Record:
        if placed.retirement_id is None:
            return {}
        retired = self.facts.retirements[placed.retirement_id]
        person = retired.beneficiary_kind == "person"
        page = f"{self.facts.address}/certificates/{retired.number}"
        return {
            "unitStatusReason": retired.purpose_en or retired.purpose_zh or "Retired",
            "unitRetirementBeneficiary": (
                _PERSON if person else retired.beneficiary_en or retired.beneficiary_zh
            ),
            "unitRetirementDetail": " ".join(
                filter(None, (retired.number, retired.boundary_en, page))
            ),
        }


def _came(placed: Placed) -> str:
    return {"issue": "Issued", "transfer": "Transferred"}.get(placed.kind, "Held")


def _reserved(placed: Placed) -> str:
    if placed.kind == "reserve":
        return "Reserved for a retirement that may still be undone"
    return f"Set aside: {placed.aside or 'by the authority'}"


def _cancelled(placed: Placed) -> str:
    return placed.reason or "Cancelled by the authority"


_REASONS: dict[str, Callable[[Placed], str]] = {
    "reserved": _reserved,
    "cancelled": _cancelled,
}


def _serial(placed: Placed) -> str:
    return f"{placed.code}-{placed.vintage}-{placed.first}-{placed.last}"


def _end(kg: int) -> str:
    return format(Decimal(kg).scaleb(-3), "f")


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def kg_of(record: Mapping[str, object]) -> int:
    """The kilograms of a unit, from its ends alone."""
    width = Decimal(str(record["unitEndBlock"])) - Decimal(str(record["unitStartBlock"]))
    return int(width.scaleb(3))
