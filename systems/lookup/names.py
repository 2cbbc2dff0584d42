"""Finding what a name or code can mean: exactly, by its words, or spelled a little wrong."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from icsinfo.dates import say
from systems.atlas import AreaFacts, SystemFacts
from systems.days.spans import ONE_DAY
from systems.lookup.context import LookupContext
from systems.lookup.meanings import MAX_CHOICES, nearest, several, what_it_means
from systems.lookup.outcomes import Answer, Kind, Outcome
from systems.lookup.readings import Reading, of_areas, read
from systems.models.organisations import OrganisationKind
from systems.reference.organisations import Named, OrganisationFacts, Site
from systems.text import postcodes
from systems.text.names import (
    SMALL_WORDS,
    Facility,
    NamedBody,
    council_form,
    distinctive,
    facility,
    fold,
    is_vague,
    spelled_out,
    split_body,
)

BIG = 10_000  # people: the name of a town that so many live in is not first a hospital's
SURE_LENGTH = 6  # letters of a name with a slip, to be taken as meant without asking
_TOWNS = {"city", "town"}
_PLACES = {Kind.COUNCIL, Kind.PLACE}
_OF_ONE_KIND = {NamedBody.TRUST, NamedBody.PCN}  # what no place or system is taken for
_REGISTERED = {
    NamedBody.PCN: OrganisationKind.PCN,
    NamedBody.TRUST: OrganisationKind.TRUST,
    NamedBody.COUNCIL: OrganisationKind.COUNCIL,
}
_OF_A_FACILITY = {
    Facility.HOSPITAL: {OrganisationKind.TRUST},
    Facility.PRACTICE: {OrganisationKind.PRACTICE},
}
# A code beside its name: "NHS Sussex ICB - 09D", "Honley Surgery (B85022)", "B85022: Honley".
_NAME_AND_CODE = re.compile(r".*[^\s\-–:(\[]\s*(?:[-–:]\s|[(\[])\s*([A-Za-z0-9]{3,9})[)\]]?")
_CODE_AND_NAME = re.compile(r"([A-Za-z0-9]{3,9})\s*[-–:]\s.+")
LENGTH_OF_TRUST_CODE = 3
_SITE = re.compile(r"[A-Z][A-Z0-9]{2}(?=[A-Z]*[0-9])[A-Z0-9]{2}")
_NOTE = re.compile(r"\s*[(\[][^()\[\]]*(?:[)\]]|$)")
_COUNTRY = re.compile(r"[\s,]+(?:uk|u\.k|united kingdom|great britain|gb|england)$", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-Z]{2,4}\b")


def named(context: LookupContext, typed: str) -> Answer | None:
    """The answer for the code, or the exact name, of anything that the site knows."""
    if answer := _coded(context, typed):
        return answer
    for pattern in (_NAME_AND_CODE, _CODE_AND_NAME):
        match = pattern.fullmatch(typed)
        if match and (answer := _coded(context, match[1])):
            return answer
    folded = fold(typed)
    long_form = spelled_out(fold(typed.replace(".", ". ")))
    ways = (typed, _COUNTRY.sub("", typed), typed if long_form == folded else long_form)
    for written in dict.fromkeys(ways):
        if answer := _abolished_called(context, written) or _called(context, written):
            return answer
    if name := council_form(folded):
        answer = _called(context, f"{name} council")
        return answer if answer and answer.kind in _PLACES else None
    without_note = _NOTE.sub("", typed)
    if without_note not in ("", typed):
        answer = _called(context, without_note)
        if answer and not _needs_note(answer):
            return answer
    return None


def also_a_code(context: LookupContext, answer: Answer) -> Answer:
    """An answer for a part of a postcode that says which trust has it as its code: RM1."""
    organisation = context.gazetteer.register.by_code.get(answer.read_as)
    if organisation is None:
        return answer
    also = f"{answer.read_as} is also the code of {organisation.label}: enter the name to find it."
    return answer._replace(message=f"{answer.message} {also}")


def site_of_trust(context: LookupContext, typed: str) -> Answer | None:
    """The answer for the code of a site of a trust, which begins with the trust's: RM102."""
    code = postcodes.capitals(typed)
    trust = context.gazetteer.register.by_code.get(code[:LENGTH_OF_TRUST_CODE])
    if not _SITE.fullmatch(code) or trust is None or trust.kind is not OrganisationKind.TRUST:
        return None
    repair = f"We do not know the code {code}. It looks like a site of {trust.name} ({trust.code})."
    return what_it_means(context, [read(context, trust)], trust.name, (repair,), Kind.CODE)


def _needs_note(answer: Answer) -> bool:
    """Whether what stands in brackets may tell this from another: practices, places with others."""
    organisation = answer.organisation
    if organisation is None:
        return answer.kind is Kind.PLACE
    return organisation.kind in {OrganisationKind.PRACTICE, OrganisationKind.PCN}


def named_by_words(context: LookupContext, typed: str) -> Answer | None:
    """The answer where every word of a text is in the name, or the town, of an organisation."""
    folded = fold(typed)
    kinds = _kinds(folded) or set(OrganisationKind)
    named = context.gazetteer.register.with_words(folded)
    return _with_words(context, typed, [one for one in named if one[0].kind in kinds])


def _with_words(context: LookupContext, typed: str, named: list[Named]) -> Answer | None:
    if not named:
        return None
    order = list(OrganisationKind)
    named = sorted(named, key=lambda one: (one[0].closed_by(context.day), order.index(one[0].kind)))
    shown = [_organisation(context, *one) for one in named[:MAX_CHOICES]]
    if len(named) == 1:
        organisation = named[0][0]
        site = next((one for one in organisation.aliases if fold(one.label) == fold(typed)), None)
        if site or fold(typed) == fold(organisation.label):
            exact = _organisation(context, organisation, site)
            return what_it_means(context, [exact], exact.name)
        stated = f"One organisation matches “{typed}”: {organisation.name}."
        if not _is_named_in(organisation, typed):
            unknown = f"We could not find anything called “{typed}”."
            return what_is_there(context, typed) or nearest(context, shown, typed, unknown)
        return what_it_means(context, shown, organisation.name, (stated,))
    message = f"{len(named):,} organisations match. "
    if len(named) > len(shown):
        message += f"These are the first {len(shown)}; enter more words to find the others."
    else:
        message += "Choose the one you mean."
    return several(context, shown, typed, message)


def _kinds(folded: str) -> set[OrganisationKind]:
    """The kinds of organisations that the generic words of a name ask for; empty for any."""
    kind = facility(folded)
    return _OF_A_FACILITY[kind] if kind else set()


def _is_named_in(organisation: OrganisationFacts, typed: str) -> bool:
    """Whether a text has all distinctive words of one of its names: Park is not Park House. Of a
    practice it must have the others too: Park Surgery and Park Medical Centre are often two.
    """
    words = SMALL_WORDS.union(fold(typed).split())
    is_practice = _is_practice(organisation)
    for name in (organisation.name, *(site.name for site in organisation.aliases)):
        folded = fold(name)
        needed = folded if is_practice or is_vague(folded) else distinctive(split_body(folded)[0])
        if words.issuperset(needed.split()):
            return True
    return False


def _is_practice(organisation: OrganisationFacts | None) -> bool:
    return organisation is not None and organisation.kind is OrganisationKind.PRACTICE


def spelled_wrong(context: LookupContext, typed: str) -> Answer | None:
    """The answer for the name that is nearest to one that nothing has."""
    spelling = context.gazetteer.spelling
    name, body = split_body(spelling.without_slips(fold(typed)))
    if any(char.isdigit() for char in name):
        return None  # a code or a postcode with a slip has other answers
    initials = {fold(word) for word in _CAPITALS.findall(typed)}
    kinds = {_REGISTERED.get(body)} if body else _kinds(name) or set(OrganisationKind)
    readings = [
        reading
        for near in spelling.nearest(name, initials)
        for reading in _readings(context, near, body)
        if (reading.organisation is None and distinctive(name) == name and body not in _OF_ONE_KIND)
        or (reading.organisation and reading.organisation.kind in kinds)
    ]
    if not readings:
        return None
    called = {fold(reading.name): reading.name for reading in readings}
    repair = f"We could not find anything called “{typed}”."
    # Practices have names that are much alike, and so have short names: what is nearest to one may
    # be another.
    is_short = len(distinctive(name)) < SURE_LENGTH or is_vague(name)
    # Nor is a hospital meant for sure where nothing says that one is: Leister is not The Lister.
    is_bare = readings[0].organisation is not None and not (body or _kinds(name))
    if len(called) > 1 or is_short or is_bare or _is_practice(readings[0].organisation):
        return nearest(context, readings, typed, repair)
    (meant,) = called.values()
    return what_it_means(context, readings, meant, (f"{repair} We assumed you meant {meant}.",))


def unless_elsewhere(context: LookupContext, typed: str, answer: Answer) -> Answer:
    """An answer, or a choice where it is an organisation far from the place that the text names.

    Windermere Medical Centre is in St Helens, and who types it may well live in Windermere.
    """
    organisation = answer.organisation
    if organisation is None:
        return answer
    folded = fold(typed)
    if not _kinds(folded):
        return answer
    places = context.gazetteer.places.called(distinctive(folded))
    if answer.outcome is not Outcome.REPAIRED and not _is_practice(organisation):
        places = tuple(place for place in places if place.kind in _TOWNS)
    readings = [read(context, place) for place in places]
    systems = {slug for reading in readings for slug, _ in reading.where}
    if not systems or systems.intersection(organisation.systems_on(context.day)):
        return answer
    own = read(context, organisation)
    return nearest(context, [own, *readings], typed, *answer.repairs)


def what_is_there(context: LookupContext, typed: str) -> Answer | None:
    """What there is in the place that a text names, where nothing of the text's own name is known.

    "Dorking Community Hospital" is none that we know, but Dorking is a place; so is Marlborough in
    "Savernake Hospital, Marlborough", as addresses have the town last, and Bromley in "Bromley,
    Kent", though it is in Kent no longer.
    """
    folded = fold(typed)
    kinds = _kinds(folded)
    name = distinctive(folded) if kinds else fold(typed.partition(",")[0])
    called = context.gazetteer.places.called
    places = called(name)
    words = name.split() if kinds else []
    for start in range(1, len(words)):
        places = places or called(" ".join(words[start:]))
    if not places:
        return None
    readings = [read(context, place) for place in places]
    for organisation, site in context.gazetteer.register.in_town(fold(places[0].name)):
        if organisation.kind in kinds and not organisation.closed_by(context.day):
            readings.append(_organisation(context, organisation, site))
    unknown = f"We could not find anything called “{typed}”."
    answer = nearest(context, readings, typed, unknown)
    if len(places) > 1:
        return answer
    where = what_it_means(context, readings[:1], places[0].label)
    if where.outcome in {Outcome.NATION, Outcome.CROWN_DEPENDENCY}:
        return where._replace(repairs=(unknown,))
    return answer._replace(message=where.message)


def _coded(context: LookupContext, typed: str) -> Answer | None:
    code = postcodes.capitals(typed.replace(" ", ""))
    if meanings := context.gazetteer.atlas.coded(code, context.day):
        readings = _together(context, code, meanings)
        answer = what_it_means(context, readings, code, kind=Kind.CODE)
        group = _former_group(code, meanings, context.day)
        return answer._replace(message=f"{group} {answer.message}") if group else answer
    register = context.gazetteer.register
    if organisation := register.by_code.get(code):
        return what_it_means(context, [read(context, organisation)], code, kind=Kind.CODE)
    if code in register.former_councils:
        return _abolished(context, code)._replace(kind=Kind.CODE)
    return None


def _abolished_called(context: LookupContext, typed: str) -> Answer | None:
    """The answer for the name of a former council, unless one has it today."""
    register = context.gazetteer.register
    name, body = split_body(fold(typed))
    if body is not NamedBody.COUNCIL or register.called(name, body):
        return None
    code = register.former_councils_called.get(name)
    return _abolished(context, code) if code else None


def _abolished(context: LookupContext, code: str) -> Answer:
    """Where the district of a former council is, or else the councils that followed it.

    A place of its name elsewhere is another: Christchurch in Gloucestershire had no such council.
    """
    council = context.gazetteer.register.former_councils[code]
    followers = [read(context, one) for one in context.gazetteer.register.coded(code)]
    answer = _called(context, council.name)
    if answer is None or answer.kind not in _PLACES:
        answer = what_it_means(context, followers, council.name)
    elif answer.kind is Kind.PLACE and answer.outcome is Outcome.CHOOSE:
        theirs = {system for one in followers for system, _ in one.where}
        places = context.gazetteer.places.called(split_body(fold(council.name))[0])
        readings = [read(context, place) for place in places]
        districts = [one for one in readings if one.where and theirs.issuperset(dict(one.where))]
        if districts:
            answer = what_it_means(context, districts, _as_written(districts, council.name))
    if council.confirmed and council.closed_on <= context.day:
        last = say(council.closed_on - ONE_DAY)
        was = f"{council.name} ({code}) was abolished at the end of {last}."
        answer = answer._replace(message=f"{was} {answer.message}")
    return answer


def _former_group(code: str, meanings: Iterable[SystemFacts | AreaFacts], day: date) -> str:
    """In a sentence, the commissioning group that a code was of, if it had ended by `day`."""
    areas = [meaning for meaning in meanings if isinstance(meaning, AreaFacts)]
    groups = [group for area in areas for group in area.aliases if code in group.codes]
    if groups and (last := groups[0].last_day) and last < day:
        return f"{code} was the code of {groups[0].name}, which closed at the end of {say(last)}."
    return ""


def _called(context: LookupContext, typed: str) -> Answer | None:
    folded = fold(typed)
    name, body = split_body(folded)
    if body in _REGISTERED and not context.gazetteer.register.called(name, body):
        of_body = [
            one
            for one in context.gazetteer.register.with_words(folded)
            if one[0].kind is _REGISTERED[body]
        ]
        if answer := _with_words(context, typed, of_body):
            return answer
    readings = _readings(context, name, body, typed)
    # "Council" or "trust" can be part of the name of a place after all.
    readings = readings or [
        read(context, place) for place in context.gazetteer.places.called(folded)
    ]
    # Guy's Hospital is asked for as Guy's, if no town has that name.
    if not _is_big(context, name, readings):
        readings += _organisations(context, f"{name} hospital", None)
    if not readings:
        return None
    return what_it_means(context, readings, _as_written(readings, typed))


def _is_big(context: LookupContext, name: str, readings: list[Reading]) -> bool:
    towns = [one for one in context.gazetteer.places.called(name) if one.kind in _TOWNS]
    return any(town.weight >= BIG for town in towns) or any(
        reading.size >= BIG for reading in readings if reading.kind is not Kind.PLACE
    )


def _as_written(readings: list[Reading], typed: str) -> str:
    """What was typed as it is properly written: Newport, or Newport, Shropshire."""
    for written in (reading.name for reading in readings):
        if fold(written) == fold(typed):
            return written
    return readings[0].label if len(readings) == 1 else typed


def _readings(
    context: LookupContext, name: str, body: NamedBody | None, typed: str = ""
) -> list[Reading]:
    """What a folded name can mean, given the kind of body that the words around it ask for.

    Without such words it is a system, an area or a place, and only if it is none of these an
    organisation. With them it is that kind of body, if there is one of the name: "Stockport ICB" is
    not the name of a board, but it is clear which area is meant.
    """
    gazetteer = context.gazetteer
    of_the_nhs = fold(typed).startswith("nhs ")  # no place is
    for wanted in (body,) if body in _OF_ONE_KIND else dict.fromkeys((body, None, *NamedBody)):
        known = gazetteer.atlas.names.get((name, wanted), ())
        places = gazetteer.places.called(name) if wanted is None and not of_the_nhs else ()
        readings = _together(context, typed or name, known) if wanted is NamedBody.CCG else []
        readings = readings or [read(context, meaning) for meaning in known]
        readings += [read(context, place) for place in places]
        readings += _organisations(context, name, wanted)
        if readings and body is None and all(_is_closed(context, reading) for reading in readings):
            readings += _organisations(context, name, NamedBody.TRUST)
        if readings:
            return readings
    return []


def _organisations(context: LookupContext, name: str, body: NamedBody | None) -> list[Reading]:
    """Organisations of a folded name; a trust that has it as a hospital goes by the hospital's."""
    return [
        _organisation(context, organisation, organisation.alias_called(name))
        for organisation in context.gazetteer.register.called(name, body)
    ]


def _organisation(
    context: LookupContext, organisation: OrganisationFacts, site: Site | None
) -> Reading:
    reading = read(context, organisation)
    if site is None:
        return reading
    label = f"{site.label} ({organisation.name})"
    return replace(reading, name=site.name, label=label, site=site)


def _is_closed(context: LookupContext, reading: Reading) -> bool:
    return reading.system is not None and reading.system.closed_by(context.day)


def _together(
    context: LookupContext, label: str, meanings: Iterable[SystemFacts | AreaFacts]
) -> list[Reading]:
    """Readings of a code, or of a commissioning group, whose areas are pieces of one thing."""
    areas = [meaning for meaning in meanings if isinstance(meaning, AreaFacts)]
    readings = [read(context, meaning) for meaning in meanings if isinstance(meaning, SystemFacts)]
    if areas:
        readings.append(of_areas(context, areas[0].name if len(areas) == 1 else label, areas))
    return readings
