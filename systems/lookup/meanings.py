"""One answer from all that a name or code can mean."""

from collections import Counter
from dataclasses import replace

from icsinfo.dates import say
from icsinfo.wording import name_list
from systems.atlas import Part
from systems.days.spans import ONE_DAY
from systems.lookup.context import LookupContext, in_system
from systems.lookup.elsewhere import elsewhere
from systems.lookup.outcomes import Answer, Candidate, Kind, Outcome
from systems.lookup.readings import Reading
from systems.lookup.sentences import tell
from systems.models.organisations import OrganisationKind
from systems.models.systems import BOARDS_SINCE
from systems.reference.nations import Elsewhere
from systems.reference.organisations import OrganisationFacts

MAX_CHOICES = 40  # more would not help anybody to choose
# Of readings that lead to the same, the one that is named first here is kept.
_LAST = (Kind.SYSTEM, Kind.PLACE, Kind.COUNCIL, Kind.AREA, Kind.ORGANISATION)
_NOWHERE = Part(None, (), None)


def what_it_means(
    context: LookupContext,
    readings: list[Reading],
    read_as: str,
    repairs: tuple[str, ...] = (),
    kind: Kind | None = None,
) -> Answer:
    """The answer where every reading leads to one system, or else a choice. `readings` has some."""
    readings = _apart(readings)
    if len(readings) == 1:
        answer = _only(context, readings[0], read_as)
    else:
        answer = _one_system(context, readings, read_as) or several(context, readings, read_as)
    if repairs and answer.outcome in {Outcome.MATCH, Outcome.ORGANISATION}:
        answer = answer._replace(outcome=Outcome.REPAIRED)
    return answer._replace(kind=kind or answer.kind, repairs=repairs)


def nearest(context: LookupContext, readings: list[Reading], typed: str, *repairs: str) -> Answer:
    """A choice of what is nearest to a text that nothing is called, perhaps of one thing alone."""
    readings = _apart(readings)
    message = (
        "These are the closest matches to what you entered. Choose the one you mean."
        if len(readings) > 1
        else "This is the closest match to what you entered. Choose it if it is what you mean."
    )
    answer = several(context, readings, typed, message)
    candidates = _side_by_side(context, readings[:MAX_CHOICES])
    return answer._replace(repairs=repairs, candidates=candidates)


def several(
    context: LookupContext, readings: list[Reading], read_as: str, message: str = ""
) -> Answer:
    """A choice of several things, the first of them at least."""
    kinds = {reading.kind for reading in readings}
    return Answer(
        Outcome.CHOOSE,
        message or f"There is more than one {read_as}. Choose the one you mean.",
        context.day,
        kinds.pop() if len(kinds) == 1 else Kind.PLACE,
        read_as,
        candidates=_candidates(context, readings[:MAX_CHOICES]),
    )


def _apart(readings: list[Reading]) -> list[Reading]:
    """The readings that lead to different things, the biggest first.

    The town, the council and the area Stockport are all of one area: the town is enough.
    """
    kept: list[Reading] = []
    for reading in sorted(readings, key=lambda reading: _LAST.index(reading.kind)):
        own = reading.system or reading.kind is Kind.ORGANISATION or not reading.parts
        if reading.organisation and reading.organisation in [one.organisation for one in kept]:
            continue
        if own or all(other.system or reading.where != other.where for other in kept):
            kept.append(reading)
    return sorted(kept, key=lambda reading: -reading.size)


def _one_system(context: LookupContext, readings: list[Reading], read_as: str) -> Answer | None:
    """The answer where all readings lead to the same one system, by whatever way."""
    slugs = {slug for reading in readings for slug, _ in reading.where}
    if len(slugs) != 1 or any(r.nation or r.kind is Kind.ORGANISATION for r in readings):
        return None
    itself = next((r for r in readings if r.system and r.system.open_on(context.day)), None)
    if itself:
        return _match(context, itself, itself.parts[0])
    areas = {area.code: area for r in readings for part in r.parts for area in part.areas}
    whole = Part(readings[0].parts[0].system, tuple(areas.values()), None)
    first = next((r for r in readings if not r.system), readings[0])
    answer = _match(context, replace(first, name=read_as), whole)
    return answer._replace(about=next((r.system for r in readings if r.system), None))


def _only(context: LookupContext, reading: Reading, read_as: str) -> Answer:
    if reading.nation:
        name = reading.name
        return elsewhere(name, reading.kind, context, Elsewhere(reading.nation, name))
    if reading.kind is Kind.ORGANISATION:
        return _site(context, reading) or _organisation(context, reading)
    if reading.system and reading.system.closed_by(context.day):
        return _closed(context, reading)
    if len(reading.parts) > 1:
        is_in = _is_in(context, reading, read_as, "more than one ICS")
        return Answer(
            Outcome.CHOOSE,
            f"{is_in}. Enter a postcode, or choose an area.",
            context.day,
            reading.kind,
            read_as,
            candidates=_candidates(context, [reading]),
        )
    if reading.kind is Kind.PLACE:
        reading = replace(reading, name=read_as)
    return _match(context, reading, reading.parts[0] if reading.parts else _NOWHERE)


def _match(context: LookupContext, reading: Reading, part: Part) -> Answer:
    """Something that is in one system, or in none, as a whole."""
    area = part.areas[0] if len(part.areas) == 1 else None
    if reading.system and not part.areas:
        message = f"{context.is_one(reading.name)}."
    elif area:
        message = in_system(context, reading.name, area, part.system)
    else:
        where = context.ics(part.system) if part.system else tell("nowhere")
        message = f"{_is_in(context, reading, reading.name, where)}."
    return Answer(
        Outcome.MATCH,
        message,
        context.day,
        reading.kind,
        reading.name,
        system=part.system,
        area=area,
        history=area.stays if area else (),
        about=reading.system,
    )


def _is_in(context: LookupContext, reading: Reading, what: str, where: str) -> str:
    """A clause without its full stop; of a system to come it says where its areas are till then."""
    begins = reading.system and reading.system.opened_on
    if begins and begins > max(context.day, context.today):
        return f"{what} is planned to begin on {say(begins)}. Until then its areas are in {where}"
    return context.is_in(what, where)


def _organisation(context: LookupContext, reading: Reading) -> Answer:
    organisation = reading.organisation
    assert organisation is not None  # noqa: S101 - what makes a reading of this kind
    systems = [part.system for part in reading.parts if part.system]
    what = f"{'an' if organisation.form[:1] in 'aeiouN' else 'a'} {organisation.form}"
    if organisation.closed_on and organisation.closed_by(context.day):
        message = (
            f"{organisation.name} closed at the end of {say(organisation.closed_on - ONE_DAY)}."
            f"{_around(context, organisation, 'was')}"
        )
    elif not systems:
        message = (
            f"{organisation.label}, is {what}. Our sources do not say which ICS it belongs to."
            f"{_around(context, organisation, 'is')}"
        )
    elif organisation.kind is OrganisationKind.PRACTICE and context.day >= BOARDS_SINCE:
        boards = name_list([f"NHS {context.name(system)} ICB" for system in systems])
        message = f"{organisation.label}, is {what} funded by {boards}."
    else:
        where = name_list([context.ics(system) for system in systems])
        message = f"{organisation.label}, is {what} listed under {where}."
    return Answer(
        Outcome.ORGANISATION,
        message,
        context.day,
        Kind.ORGANISATION,
        organisation.name,
        system=reading.parts[0].system if len(reading.parts) == 1 else None,
        candidates=_candidates(context, [reading]) if len(systems) > 1 else (),
        organisation=organisation,
    )


def _around(context: LookupContext, organisation: OrganisationFacts, verb: str) -> str:
    """A further sentence, of a practice that no list has today: which ICS its area is in."""
    area = context.gazetteer.atlas.areas.get(organisation.area or "")
    if organisation.kind is not OrganisationKind.PRACTICE or area is None:
        return ""
    what = f"Its address {verb} in {area.name}, which"
    return f" {in_system(context, what, area, area.system_on(context.day))}"


def _site(context: LookupContext, reading: Reading) -> Answer | None:
    """A hospital whose area is known: where it stands first, and then the trust that runs it.

    Where that is listed under another system, it is a choice.
    """
    site, trust = reading.site, reading.organisation
    area = context.gazetteer.atlas.areas.get(site.area or "") if site else None
    if site is None or trust is None or area is None or trust.closed_by(context.day):
        return None
    system = area.system_on(context.day)
    what = site.name if site.place in site.name else f"{site.label},"
    stands = in_system(context, what, area, system)
    if not site.confirmed:
        stands = f"As far as we know, {stands}"
    listed = [part.system for part in reading.parts if part.system]
    if not listed or system in listed:
        plain = _organisation(context, reading)
        return plain._replace(message=f"{stands} It is run by {trust.name}.", system=system)
    names = name_list([context.ics(one) for one in listed])
    return Answer(
        Outcome.CHOOSE,
        f"{stands} {trust.name}, which runs it, is listed under {names}.",
        context.day,
        Kind.ORGANISATION,
        site.name,
        candidates=(
            Candidate(f"{site.name}: where it is", system, area),
            Candidate(trust.label, listed[0], organisation=trust),
        ),
    )


def _closed(context: LookupContext, reading: Reading) -> Answer:
    """A system that is no more, and what followed it."""
    system = reading.system
    assert system is not None  # noqa: S101 - asked before
    names = [context.name(part.system) for part in reading.parts if part.system]
    message = f"{reading.name} ICS closed at the end of {say(system.last_day)}."
    if names:
        message += f" It was replaced by {name_list(names)}."
    if len(names) > 1:
        message += " Enter a postcode to see which one is yours."
    return Answer(
        Outcome.CLOSED,
        message,
        context.day,
        Kind.SYSTEM,
        reading.name,
        system=system,
        candidates=_candidates(context, [reading]),
    )


def _candidates(context: LookupContext, readings: list[Reading]) -> tuple[Candidate, ...]:
    """A candidate for each part of each reading, once for each page that it leads to.

    The parts of a single reading go by their systems, and carry their share of it.
    """
    if len(readings) == 1:
        return tuple(
            Candidate(
                _by_system(context, part),
                part.system,
                part.areas[0] if len(part.areas) == 1 else None,
                readings[0].share(part),
            )
            for part in readings[0].parts
        )
    return _side_by_side(context, readings)


def _side_by_side(context: LookupContext, readings: list[Reading]) -> tuple[Candidate, ...]:
    by_page: dict[tuple, Candidate] = {}
    for candidate in [one for reading in readings for one in _among_others(context, reading)]:
        page = (candidate.system, candidate.area, candidate.organisation)
        by_page.setdefault(page if any(page) else (candidate.label,), candidate)
    return _told_apart(list(by_page.values()))


def _told_apart(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Two practices of one name in one town have their codes put to it."""
    times = Counter(candidate.label for candidate in candidates)
    return tuple(
        replace(candidate, label=f"{candidate.label} ({candidate.organisation.code})")
        if candidate.organisation and times[candidate.label] > 1
        else candidate
        for candidate in candidates
    )


def _by_system(context: LookupContext, part: Part) -> str:
    label = context.name(part.system) if part.system else "No integrated care system"
    return f"{label}: {', '.join(area.name for area in part.areas)}" if part.areas else label


def _among_others(context: LookupContext, reading: Reading) -> list[Candidate]:
    """A reading as one of several: by its own name, with what tells it from the others."""
    first = reading.parts[0] if len(reading.parts) == 1 else _NOWHERE
    if reading.kind is Kind.ORGANISATION:
        organisation = reading.organisation
        closed = " (closed)" if organisation and organisation.closed_by(context.day) else ""
        return [Candidate(f"{reading.label}{closed}", first.system, organisation=organisation)]
    if reading.system and reading.system.closed_by(context.day):
        last = say(reading.system.last_day)
        return [Candidate(f"{reading.name}, an ICS that closed on {last}", reading.system)]
    if len(reading.parts) < 2:
        label = f"{reading.name}, an ICS" if reading.system else reading.label
        return [Candidate(label, first.system, first.areas[0] if len(first.areas) == 1 else None)]
    return [
        Candidate(
            f"{reading.label}: the part in {context.name(part.system)}"
            if part.system
            else f"{reading.label}: the part in no ICS",
            part.system,
            part.areas[0] if len(part.areas) == 1 else None,
            reading.share(part),
        )
        for part in reading.parts
    ]
