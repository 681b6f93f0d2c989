"""What people are told of a deed that does not simply count: held, merged, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tanhui.behaviours.detectors.seen import Detector, Told
from tanhui.behaviours.judging import city_detectors
from tanhui.behaviours.rows import HoldNote
from tanhui.kernel.periods import CITY_ZONE
from tanhui.scenes.in_force import library_in_force

# Why a deed was taken back. The last is the platform's own: a proved record took its place.
VOIDED: dict[str, Told] = {
    "not_taken": Told("运营方说这一程没有发生。", "The operator says that it did not take place."),
    "wrong_person": Told("这一程是别人的。", "It was somebody else's."),
    "wrong_measure": Told("运营方送错了数量。", "The operator sent a wrong amount."),
    "sent_twice": Told("运营方把同一程送了两次。", "The operator sent it twice."),
    "corrected": Told(
        "运营方送来了更正，改按更正后的记录计。",
        "The operator sent a correction, which counts in its place.",
    ),
    "fraud": Told("查实不是真实的出行。", "It was found not to be a real journey."),
    "superseded": Told(
        "运营方送来了同一程的记录，改按它计。",
        "The operator sent its record of the same journey, which counts in its place.",
    ),
}
# Where another record or amount takes the deed's place; every other void leaves nothing behind.
CORRECTIONS = frozenset({"corrected", "wrong_measure", "superseded"})
_UNTOLD = Told("这一条需要核实。", "This one needs a look.")
_UNTIL = Told(
    "{deadline} 前没有结论，就自动计入。", "Without a decision by {deadline} it counts by itself."
)


@dataclass(frozen=True, slots=True)
class HoldWords:
    """What was seen, until when it is held and what then happens, what one may do."""

    what: str
    until: str
    can: str


def void_words(reason: str, language: str) -> str:
    """Why a deed was taken back; a reason without a sentence is told as it is."""
    return VOIDED.get(reason, Told(reason, reason)).filled(language, {})


def hold_words(note: HoldNote, language: str) -> HoldWords:
    """What a citizen is told of a hold, by the version of the detector that placed it."""
    detector = _detector(note)
    facts = {key: value for key, value in note.facts.items() if key != "deadline"}
    deadline = {"deadline": deadline_words(note.deadline, language)}
    if detector is None:
        return HoldWords(_UNTOLD.filled(language, {}), _UNTIL.filled(language, deadline), "")
    what = detector.what.get(str(note.facts.get("reason")), _UNTOLD)
    return HoldWords(
        what.filled(language, facts),
        detector.until.filled(language, deadline),
        detector.can.filled(language, facts),
    )


def _detector(note: HoldNote) -> Detector | None:
    library = library_in_force()
    modes = tuple((scene.mode, scene.number) for scene in library.scenes)
    return city_detectors(library.root, modes).detector(
        note.detector, str(note.facts.get("version"))
    )


def deadline_words(instant: datetime, language: str) -> str:
    """`11 月 24 日 18:00` or `18:00 on 24 Nov`, by the city's clock.

    What ends as a day begins is told as the end of the day before, as people say it.
    """
    local = instant.astimezone(CITY_ZONE)
    if local.time() == time.min:
        day = local.date() - timedelta(days=1)
        chinese = language.startswith("zh")
        return f"{day.month} 月 {day.day} 日 24:00" if chinese else f"24:00 on {day.day} {day:%b}"
    if language.startswith("zh"):
        return f"{local.month} 月 {local.day} 日 {local:%H:%M}"
    return f"{local:%H:%M} on {local.day} {local:%b}"
