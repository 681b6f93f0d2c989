"""How templates write what a deed is measured by: metres, steps, kilowatt-hours."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language, gettext, ngettext

from tanhui.kernel.quantities import decimal_text
from tanhui.scenes.scene import Scene

register = template.Library()

_PER_THOUSAND = 1_000


@register.filter
def measured(amount: int, measure: str) -> str:
    """An amount exactly, in the unit of its measure: `2,431 m`, `7,250 步`, `32.5 kWh`."""
    if measure == "steps":
        return _steps(amount)
    if measure == "energy_wh":
        return f"{_trimmed(amount)}\u00a0kWh"
    return f"{amount:,}\u00a0m"


@register.filter
def measured_short(amount: int, measure: str) -> str:
    """An amount as people say it, rounded down: `2.4 km`, `7,250 步`, `32.5 kWh`."""
    if measure == "steps":
        return _steps(amount)
    unit = "kWh" if measure == "energy_wh" else "km"
    return f"{decimal_text(amount, _PER_THOUSAND, 1)}\u00a0{unit}"


@register.filter
def named(amount: int, scene: Scene) -> str:
    """A deed in a few words: `骑行 2.4 km` or `2.4 km ride`; steps need no verb in English."""
    amount_text = measured_short(amount, scene.measure)
    if (get_language() or "zh").startswith("zh"):
        return f"{scene.short_zh} {amount_text}"
    return amount_text if scene.measure == "steps" else f"{amount_text} {scene.short_en}"


@register.filter
def per_hour(amount: int, measure: str) -> str:
    """A mean of an hour: `30 km/h`, `12,000 步/小时`, `600 kW`; rounded down to one decimal."""
    if measure == "steps":
        return gettext("%(steps)s 步/小时") % {"steps": f"{amount:,}"}
    unit = "kW" if measure == "energy_wh" else "km/h"
    places = 0 if amount % _PER_THOUSAND == 0 else 1
    return f"{decimal_text(amount, _PER_THOUSAND, places)} {unit}"


def _steps(amount: int) -> str:
    return ngettext("%(steps)s 步", "%(steps)s 步", amount) % {"steps": f"{amount:,}"}


def _trimmed(amount: int) -> str:
    """Thousandths without the zeros at the end."""
    text = decimal_text(amount, _PER_THOUSAND, 3)
    return text.rstrip("0").rstrip(".")
