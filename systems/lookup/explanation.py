"""How an answer came about, in sentences, and what is planned for what it leads to."""

from dataclasses import dataclass
from datetime import date

from icsinfo.dates import say
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup.outcomes import Answer, Kind, Outcome

_KINDS = {
    Kind.POSTCODE: "a postcode",
    Kind.PARTIAL: "a part of a postcode",
    Kind.PLACE: "the name of a place",
    Kind.COUNCIL: "the name of a council",
    Kind.SYSTEM: "the name of an integrated care system",
    Kind.AREA: "the name of an area",
    Kind.ORGANISATION: "the name of an organisation",
    Kind.CODE: "a code",
}
_RULES = {
    Outcome.EMPTY: "There was nothing to look for.",
    Outcome.PRIVATE: "It has the form of a number or an address that is private, so we did not "
    "look for it.",
    Outcome.BAD_DATE: "The date could not be read.",
    Outcome.OUT_OF_RANGE: "There are no facts for that date.",
    Outcome.MATCH: "All that it can stand for leads to one answer.",
    Outcome.REPAIRED: "It is not known as it was typed, and only one thing is near enough to it.",
    Outcome.ASK: "It can be read as more than one postcode.",
    Outcome.RETIRED: "The postcode is one that is no longer in use.",
    Outcome.UNKNOWN: "It has the form of a postcode, and our data does not say where that is.",
    Outcome.NATION: "It is outside England.",
    Outcome.CROWN_DEPENDENCY: "It is outside England.",
    Outcome.FORCES: "It is an address of the British Forces.",
    Outcome.OVERSEAS: "It is outside the United Kingdom.",
    Outcome.NON_GEOGRAPHIC: "It is a code for post, and no place.",
    Outcome.NHS_PSEUDO: "It is a code that NHS computers use where there is no postcode.",
    Outcome.PARTIAL: "We counted the postcodes that begin like this, by the system of each.",
    Outcome.INCOMPLETE: "We counted the postcodes that begin like this, by the system of each.",
    Outcome.INVALID: "It looks like a postcode, and none can be written like that.",
    Outcome.ORGANISATION: "Only one organisation is called this or has this code.",
    Outcome.CLOSED: "It is a system that has closed.",
    Outcome.CHOOSE: "It can stand for more than one thing, or for nothing that we know by exactly "
    "this name.",
    Outcome.NOT_FOUND: "Nothing that we know has this name or code, or one near enough to it.",
}


def explain(answer: Answer, gazetteer: Gazetteer) -> list[str]:
    """What the text was read as, each rule used, and the data with its date, in that order.

    Nothing of what was typed is in it but what the answer itself repeats.
    """
    sentences = []
    if answer.read_as and answer.kind in _KINDS:
        sentences.append(f"We read what you typed as {answer.read_as}, {_KINDS[answer.kind]}.")
    sentences += [*answer.repairs, _RULES[answer.outcome]]
    stay = answer.area.stay_on(answer.on) if answer.area and answer.on else None
    if answer.area and stay and stay.system and answer.on:
        name = stay.system.name_on(answer.on)
        sentences.append(
            f"It is in the area {answer.area.name}, which belongs to {name} from {say(stay.start)}"
            f"{f' until {say(stay.last_day)}' if stay.last_day else ''}."
        )
        sentences += [f"Source: {source}." for source in dict.fromkeys(map(str, stay.sources))]
    if answer.apart_from:
        sentences.append(
            "Its recorded place is away from all other postcodes that begin as it does, as that of "
            "a post office box is."
        )
    if answer.near:
        sentences.append("A postcode in the other ICS is within 300 metres.")
    if answer.kind in {Kind.POSTCODE, Kind.PARTIAL}:
        sentences.append(f"Postcodes are from {gazetteer.vintage}.")
    if answer.on:
        sentences.append(f"The answer is for {say(answer.on)}.")
    return sentences


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change from a day on, in words, and the system or area whose page says more."""

    on: date
    title: str
    page: SystemFacts | AreaFacts


def planned_changes(answer: Answer, today: date) -> list[PlannedChange]:
    """What changes for the area of an answer, or else its system, after its day: soonest first."""
    day, area, system = answer.on, answer.area, answer.system
    changes: list[PlannedChange] = []
    if day is None or system is None:
        return changes
    name = system.name_on(day)
    if area:
        for stay in area.stays:
            if stay.start > day and stay.system:
                joins = _tense(stay.start, today, "is planned to join", "joined")
                title = f"{area.name} {joins} {stay.system.name_on(stay.start)}"
                changes.append(PlannedChange(stay.start, title, area))
    elif system.closed_on and system.closed_on > day:
        closes = _tense(system.closed_on, today, "is planned to close", "closed")
        changes.append(PlannedChange(system.closed_on, f"{name} {closes}", system))
    for later in system.names:
        if later.date_from > day:
            is_called = _tense(later.date_from, today, "is planned to be called", "was renamed")
            title = f"{name} {is_called} {later.value}"
            changes.append(PlannedChange(later.date_from, title, system))
    return sorted(changes, key=lambda change: change.on)


def _tense(day: date, today: date, to_come: str, past: str) -> str:
    return to_come if day > today else past
