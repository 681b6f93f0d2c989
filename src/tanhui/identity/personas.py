"""The named cast of the demo city and of the tests. Everyone here is invented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """One member of the cast; `phone` is set for citizens alone."""

    name: str
    name_zh: str
    name_en: str
    role: str
    about_zh: str
    about_en: str
    phone: str | None = None
    view: str = "standard"
    organisation: str | None = None


# The citizens come first and in this order: 林晓 is the first simulated person of every city.
CAST = (
    Persona(
        "lin-xiao",
        "林晓",
        "Lin Xiao",
        "citizen",
        "每天骑车上班的市民",
        "a citizen who rides to work",
        phone="13800000001",
    ),
    Persona(
        "zhou-shifu",
        "周师傅",
        "Master Zhou",
        "citizen",
        "用长辈版的退休师傅",
        "a retired worker who uses large type",
        phone="13800000002",
        view="elder",
    ),
    Persona(
        "bike",
        "单车数据员",
        "Bike data desk",
        "partner",
        "共享单车企业的数据员",
        "data staff of the bike company",
        organisation="BIKE",
    ),
    Persona(
        "operator",
        "平台运营员",
        "Operator",
        "operator",
        "平台的运营人员",
        "staff of the platform's operator",
    ),
    Persona(
        "regulator",
        "主管部门经办人",
        "Regulator",
        "regulator",
        "主管部门的经办人",
        "staff of the competent authority",
    ),
)
CITIZENS = tuple(persona for persona in CAST if persona.phone is not None)
BY_NAME = {persona.name: persona for persona in CAST}
_ENGLISH = {persona.name_zh: persona.name_en for persona in CAST}


def english_name(name: str) -> str:
    """How one of the cast is called in English; any other name stays as it is."""
    return _ENGLISH.get(name, name)
