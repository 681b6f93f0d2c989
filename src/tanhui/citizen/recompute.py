"""The why-card as a file: every input by which anyone can recompute it offline."""

from __future__ import annotations

from typing import Any

from tanhui.behaviours.rows import WhyCard
from tanhui.methodology.explain import Step

_FORMAT = "tanhui.why-card/1"


def recompute_document(card: WhyCard) -> dict[str, Any]:
    """All that is needed to do the sum again; integers carry their unit in their name."""
    row, explanation, points = card.row, card.explanation, card.points
    return {
        "format": _FORMAT,
        "behaviour": {
            "key": row.key,
            "scene": row.scene,
            "partner": row.partner_code,
            "started_at": row.started_at.isoformat(),
            "ended_at": row.ended_at.isoformat(),
            "recorded_at": row.recorded_at.isoformat(),
            "distance_m": row.distance_m,
            "evidence_grade": row.grade,
        },
        "methodology": {
            "reference": card.methodology,
            "digest": card.methodology_digest,
            "factors_digest": explanation.factors_digest,
            "evaluation_digest": explanation.digest,
            "valid": explanation.valid,
            "steps": [_step(step) for step in explanation.steps],
        },
        "reduction_mg": row.reduction_mg,
        "tariff": {
            "reference": card.tariff,
            "digest": card.tariff_digest,
            "mg_per_point": points.tariff.mg_per_point,
            "points_per_day_max": points.tariff.points_per_day_max,
            "points_used_before": points.used_before,
        },
        "points_uncapped": points.points_uncapped,
        "points": points.points,
        "postings": [str(posting_id) for posting_id in card.posting_ids],
        "rules": [
            "reduction_mg = floor(formula)",
            "points_uncapped = floor(reduction_mg / mg_per_point)",
            "points = min(points_uncapped, max(0, points_per_day_max - points_used_before))",
        ],
        "command": f"tanhui evaluate {card.methodology} --inputs inputs.json --json",
    }


def _step(step: Step) -> dict[str, str]:
    return {
        "role": step.role,
        "symbol": step.symbol,
        "label": step.label.en,
        "value": step.value,
        "unit": step.unit.en,
        "source": step.source.en,
        "expression": step.expression,
        "substituted": step.substituted,
    }
