"""Answers for names and codes of systems, areas and former commissioning groups."""

from icsinfo.dates import say
from systems import postcodes
from systems.atlas import AreaFacts, SystemFacts
from systems.lookup.asked import Asked, in_system, name_list, per_cent
from systems.names import Body, fold, split_body
from systems.outcomes import Answer, Candidate, Kind, Outcome


def named(asked: Asked, typed: str) -> Answer | None:
    """The answer for the name or code of a system, an area, or a former commissioning group."""
    atlas = asked.gazetteer.atlas
    code = postcodes.capitals(typed.replace(" ", ""))
    if meanings := atlas.codes.get(code):
        return _meaning(asked, meanings, Kind.CODE, code)
    name, body = split_body(fold(typed))
    # "Stockport ICB" is not the name of a board, but it is clear which area is meant.
    for wanted in (body, None, Body.CCG):
        if meanings := atlas.names.get((name, wanted)):
            break
    else:
        return None
    first = meanings[0]
    if isinstance(first, SystemFacts):
        return _meaning(asked, meanings, Kind.SYSTEM, asked.name(first))
    return _meaning(asked, meanings, Kind.AREA, first.name if len(meanings) == 1 else typed)


def _meaning(
    asked: Asked, meanings: tuple[SystemFacts | AreaFacts, ...], kind: Kind, read_as: str
) -> Answer:
    """One answer from all that a name or code stands for."""
    reached = _reached(asked, meanings)
    first = meanings[0] if isinstance(meanings[0], SystemFacts) else None
    if len(meanings) == 1 and first and first.closed_by(asked.day):
        return _closed(asked, first, kind, read_as, _choices(asked, reached))
    if len(reached) > 1:
        return Answer(
            Outcome.CHOOSE,
            f"{asked.is_in(read_as, 'more than one integrated care system')}. "
            "Choose the part that you mean, or type a postcode.",
            asked.day,
            kind,
            read_as,
            candidates=_choices(asked, reached),
        )
    ((system, areas),) = reached
    area = areas[0] if len(areas) == 1 else None
    if system and not areas:
        message = f"{asked.is_one(asked.name(system))}."
    elif area:
        message = in_system(asked, area.name, area, system)
    else:
        where = asked.name(system) if system else "no integrated care system"
        message = f"{asked.is_in(read_as, where)}."
    return Answer(
        Outcome.MATCH,
        message,
        asked.day,
        kind,
        read_as,
        system=system,
        area=area,
        history=area.spans if area else (),
        about=first,
    )


def _closed(
    asked: Asked, system: SystemFacts, kind: Kind, read_as: str, choices: tuple[Candidate, ...]
) -> Answer:
    names = [asked.name(choice.system) for choice in choices if choice.system]
    message = f"{asked.name(system)} closed at the end of {say(system.last_day)}."
    if names:
        message += f" {name_list(names)} followed it"
        message += "; type a postcode to see which one is yours." if len(names) > 1 else "."
    return Answer(
        Outcome.CLOSED,
        message,
        asked.day,
        kind,
        read_as,
        system=system,
        candidates=choices,
    )


_Reached = list[tuple[SystemFacts | None, list[AreaFacts]]]


def _reached(asked: Asked, meanings: tuple[SystemFacts | AreaFacts, ...]) -> _Reached:
    """The systems that something leads to on the day, with the areas by which it does.

    A system that is open leads to itself, whatever else has its name. One that is not leads to
    where its areas were or are.
    """
    atlas = asked.gazetteer.atlas
    areas: dict[str | None, dict[str, AreaFacts]] = {}
    for meaning in meanings:
        if isinstance(meaning, SystemFacts) and meaning.open_on(asked.day):
            areas.setdefault(meaning.slug, {})
            continue
        pieces = [meaning] if isinstance(meaning, AreaFacts) else atlas.areas_of(meaning, asked.day)
        for area in pieces:
            areas.setdefault(area.system_on(asked.day), {})[area.code] = area
    itself = {m.slug for m in meanings if isinstance(m, SystemFacts) and m.open_on(asked.day)}
    reached = [
        (atlas.systems[slug] if slug else None, [] if slug in itself else list(found.values()))
        for slug, found in areas.items()
    ]
    return sorted(reached, key=lambda item: -_residents(asked, *item))


def _residents(asked: Asked, system: SystemFacts | None, areas: list[AreaFacts]) -> int:
    if system and not areas:
        areas = asked.gazetteer.atlas.areas_of(system, asked.day)
    return sum(area.residents for area in areas)


def _choices(asked: Asked, reached: _Reached) -> tuple[Candidate, ...]:
    """The systems reached, biggest first; with shares where each is reached by its areas."""
    by_areas = all(areas for _, areas in reached)
    total = sum(area.residents for _, areas in reached for area in areas)
    choices = []
    for system, areas in reached:
        label = asked.name(system) if system else "No integrated care system"
        if areas:
            label += f": {', '.join(area.name for area in areas)}"
        choices.append(
            Candidate(
                label,
                system,
                areas[0] if len(areas) == 1 else None,
                per_cent(_residents(asked, system, areas), total) if by_areas else None,
            )
        )
    return tuple(choices)
