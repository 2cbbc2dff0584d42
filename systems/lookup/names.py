"""Finding what a name or code can mean: exactly, by its words, or spelled a little wrong."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from icsinfo.dates import say
from systems.atlas import AreaFacts, SystemFacts
from systems.lookup.context import LookupContext
from systems.lookup.meanings import MAX_CHOICES, nearest, several, what_it_means
from systems.lookup.outcomes import Answer, Kind
from systems.lookup.readings import Reading, of_areas, read
from systems.models.organisations import OrganisationKind
from systems.reference.organisations import OrganisationFacts, in_place
from systems.text import postcodes
from systems.text.names import NamedBody, fold, split_body

BIG = 10_000  # people: a name that so many live in is not first a hospital's
_REGISTERED = {
    NamedBody.PCN: OrganisationKind.PCN,
    NamedBody.TRUST: OrganisationKind.TRUST,
    NamedBody.COUNCIL: OrganisationKind.COUNCIL,
}


def named(context: LookupContext, typed: str) -> Answer | None:
    """The answer for the code, or the exact name, of anything that the site knows."""
    return _coded(context, typed) or _called(context, typed)


def named_by_words(context: LookupContext, typed: str) -> Answer | None:
    """The answer where every word of a text is in the name, or the town, of an organisation."""
    return _with_words(context, typed, context.gazetteer.register.with_words(fold(typed)))


def _with_words(
    context: LookupContext, typed: str, organisations: list[OrganisationFacts]
) -> Answer | None:
    if not organisations:
        return None
    order = list(OrganisationKind)
    organisations = sorted(
        organisations, key=lambda one: (one.closed_by(context.day), order.index(one.kind))
    )
    shown = [read(context, organisation) for organisation in organisations[:MAX_CHOICES]]
    if len(organisations) == 1:
        aliases = [in_place(*alias) for alias in organisations[0].aliases]
        whole = fold(typed) in map(fold, [organisations[0].label, *aliases])
        stated = f"One organisation matches “{typed}”: {organisations[0].name}."
        return what_it_means(context, shown, organisations[0].name, () if whole else (stated,))
    message = f"{len(organisations):,} organisations match. "
    if len(organisations) > len(shown):
        message += f"These are the first {len(shown)}; type more words to find the others."
    else:
        message += "Choose the one that you mean."
    return several(context, shown, typed, message)


def spelled_wrong(context: LookupContext, typed: str) -> Answer | None:
    """The answer for the name that is nearest to one that nothing has."""
    name, body = split_body(fold(typed))
    if any(char.isdigit() for char in name):
        return None  # a code or a postcode with a slip has other answers
    names = context.gazetteer.spelling.nearest(name)
    readings = [reading for near in names for reading in _readings(context, near, body)]
    if not readings:
        return None
    called = {fold(reading.name): reading.name for reading in readings}
    repair = f"We found nothing called “{typed}”."
    if len(called) > 1:
        return nearest(context, readings, typed, repair)
    (meant,) = called.values()
    return what_it_means(context, readings, meant, (f"{repair} We took it to mean {meant}.",))


def _coded(context: LookupContext, typed: str) -> Answer | None:
    code = postcodes.capitals(typed.replace(" ", ""))
    if meanings := context.gazetteer.atlas.coded(code, context.day):
        readings = _together(context, code, meanings)
        answer = what_it_means(context, readings, code, kind=Kind.CODE)
        group = _former_group(code, meanings, context.day)
        return replace(answer, message=f"{group} {answer.message}") if group else answer
    if organisation := context.gazetteer.register.by_code.get(code):
        return what_it_means(context, [read(context, organisation)], code, kind=Kind.CODE)
    return None


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
            if one.kind is _REGISTERED[body]
        ]
        if answer := _with_words(context, typed, of_body):
            return answer
    readings = _readings(context, name, body, typed)
    # "Council" or "trust" can be part of the name of a place after all.
    readings = readings or [
        read(context, place) for place in context.gazetteer.places.called(folded)
    ]
    # Guy's Hospital is asked for as Guy's, if nothing big has that name.
    if not any(reading.size >= BIG for reading in readings):
        readings += _organisations(context, f"{name} hospital", None)
    if not readings:
        return None
    return what_it_means(context, readings, _as_written(readings, typed))


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
    for wanted in dict.fromkeys((body, None, *NamedBody)):
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
    readings = []
    for organisation in context.gazetteer.register.called(name, body):
        reading = read(context, organisation)
        if alias := organisation.alias_called(name):
            label = f"{in_place(*alias)} ({organisation.name})"
            reading = replace(reading, name=alias[0], label=label)
        readings.append(reading)
    return readings


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
