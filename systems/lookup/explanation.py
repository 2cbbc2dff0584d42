"""How an answer came about, in sentences, and what is planned for what it leads to."""

from dataclasses import dataclass
from datetime import date

from icsinfo.dates import say
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup.outcomes import Answer, Kind, Outcome

_KINDS = {
    Kind.POSTCODE: "a postcode",
    Kind.PARTIAL: "part of a postcode",
    Kind.PLACE: "the name of a place",
    Kind.COUNCIL: "the name of a council",
    Kind.SYSTEM: "the name of an integrated care system",
    Kind.AREA: "the name of an area",
    Kind.ORGANISATION: "the name of an organisation",
    Kind.CODE: "a code",
}
_RULES = {
    Outcome.EMPTY: "Nothing was entered.",
    Outcome.PRIVATE: "It looks like a private number or address, so we did not search for it.",
    Outcome.BAD_DATE: "We could not read the date.",
    Outcome.OUT_OF_RANGE: "We have no information for that date.",
    Outcome.MATCH: "Everything it could mean leads to the same answer.",
    Outcome.REPAIRED: "We do not know it as it was entered, and there is only one close match.",
    Outcome.ASK: "It can be read as more than one postcode.",
    Outcome.RETIRED: "The postcode is no longer in use.",
    Outcome.UNKNOWN: "It looks like a postcode, but our data does not say where it is.",
    Outcome.NATION: "It is outside England.",
    Outcome.CROWN_DEPENDENCY: "It is outside England.",
    Outcome.FORCES: "It is a British Forces postcode.",
    Outcome.OVERSEAS: "It is outside the United Kingdom.",
    Outcome.NON_GEOGRAPHIC: "It is a code for mail, not for a place.",
    Outcome.NHS_PSEUDO: "It is a code that NHS computers use when there is no postcode.",
    Outcome.PARTIAL: "We counted the postcodes that begin with this, and which ICS each is in.",
    Outcome.INCOMPLETE: "We counted the postcodes that begin with this, and which ICS each is in.",
    Outcome.INVALID: "It looks like a postcode, but no postcode is written like that.",
    Outcome.ORGANISATION: "Only one organisation has this name or code.",
    Outcome.CLOSED: "It is an ICS that has closed.",
    Outcome.CHOOSE: "It could mean more than one thing, or we know nothing by exactly this name.",
    Outcome.NOT_FOUND: "We know nothing with this name or code, or with one like it.",
}


def explain(answer: Answer, gazetteer: Gazetteer) -> list[str]:
    """What the text was read as, each rule used, and the data with its date, in that order.

    Nothing of what was typed is in it but what the answer itself repeats.
    """
    sentences = []
    if answer.read_as and answer.kind in _KINDS:
        sentences.append(f"We read what you entered as {answer.read_as}, {_KINDS[answer.kind]}.")
    sentences += [*answer.repairs, _RULES[answer.outcome]]
    stay = answer.area.stay_on(answer.on) if answer.area and answer.on else None
    if answer.area and stay and stay.system and answer.on:
        name = stay.system.name_on(answer.on)
        sentences.append(
            f"It is in the area {answer.area.name}, which is in {name} ICS from {say(stay.start)}"
            f"{f' to {say(stay.last_day)}' if stay.last_day else ''}."
        )
        sentences += [f"Source: {source}." for source in dict.fromkeys(map(str, stay.sources))]
    if answer.apart_from:
        sentences.append(
            "Its recorded location is away from all other postcodes that begin in the same way. "
            "PO box postcodes are often like this."
        )
    if answer.near:
        sentences.append("There is a postcode in the other ICS within 300 metres.")
    if answer.kind in {Kind.POSTCODE, Kind.PARTIAL}:
        sentences.append(f"Our postcodes come from {gazetteer.vintage}.")
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
