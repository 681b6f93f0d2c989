"""The agreement on developing a project as a document to print and keep."""

from __future__ import annotations

from django.utils.timezone import localtime

from tanhui.projects.filing.agreements import OPERATOR, OWNER
from tanhui.projects.papers import Agreement
from tanhui.projects.queries import Project
from tanhui.render import documents

_PARTIES = {OWNER: ("业主", "Owner"), OPERATOR: ("运营方", "Operator")}
_BRAND = "碳惠天府 Tanhui"
_SPECIMEN = "样张 · 模拟数据 SPECIMEN"


def agreement_pdf(project: Project, agreement: Agreement) -> bytes:
    """The PDF of an agreement's text with its signatures so far."""
    signed = {one.party: one.at for one in agreement.signatures}
    told = agreement.terms["project"]
    facts = [
        ("项目", "Project", told["zh"], f"{told['en']} · {told['code']}"),
        ("方法学", "Methodology", project.methodology, ""),
        ("业主", "Owner", *_named(agreement, OWNER)),
        ("运营方", "Operator", *_named(agreement, OPERATOR)),
        ("期限", "Term", f"{agreement.first} — {agreement.last}", ""),
    ]
    signatures = []
    for party, (zh, en) in _PARTIES.items():
        at = signed.get(party)
        when = "" if at is None else f"{localtime(at):%Y-%m-%d %H:%M}"
        said = (
            ("尚未签署", "not signed yet")
            if at is None
            else (f"已签署 {when}", f"signed {when} (UTC+8)")
        )
        name = agreement.parties[party]
        signatures.append(
            {
                "party": {"zh": zh, "en": en},
                "name": {"zh": name["zh"], "en": name["en"]},
                "signed": at is not None,
                "said": {"zh": said[0], "en": said[1]},
            }
        )
    data = {
        "title": f"{project.code} 开发合作协议",
        "brand": _BRAND,
        "specimen": _SPECIMEN,
        "simulated": project.simulated,
        "code": project.code,
        "sha256": agreement.sha256,
        "note": agreement.terms["note"],
        "facts": [
            {"label": {"zh": zh, "en": en}, "value": {"zh": value, "en": more}}
            for zh, en, value, more in facts
        ],
        "clauses": agreement.terms["clauses"],
        "signatures": signatures,
    }
    # A document's own time is told in whole seconds.
    latest = max([agreement.at, *signed.values()]).replace(microsecond=0)
    return documents.compile("agreement", data, at=latest)


def _named(agreement: Agreement, party: str) -> tuple[str, str]:
    told = agreement.parties[party]
    code = f" · {told['credit_code']}" if "credit_code" in told else ""
    return told["zh"], f"{told['en']}{code}"
