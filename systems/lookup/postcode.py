"""Answers for postcodes, whole, partial, mended or found in a longer text."""

from collections import Counter

from icsinfo.wording import name_list, per_cent
from systems.atlas import AreaFacts, SystemFacts
from systems.lookup.context import MAX_NAME_LENGTH, LookupContext, in_system, touches
from systems.lookup.elsewhere import elsewhere
from systems.lookup.outcomes import Answer, Candidate, Kind, Outcome
from systems.lookup.sentences import tell
from systems.reference.directory import UnitStatus
from systems.text import postcodes


def unit_answer(context: LookupContext, unit: str, repairs: tuple[str, ...] = ()) -> Answer:
    return known_unit(context, unit, repairs) or unknown(context, unit, repairs)


def known_unit(context: LookupContext, unit: str, repairs: tuple[str, ...] = ()) -> Answer | None:
    """The answer for a full postcode that is in the data, or None."""
    gazetteer = context.gazetteer
    status, code = gazetteer.directory.find(unit)
    area = gazetteer.atlas.areas.get(code) if code else None
    if status is not UnitStatus.LIVE:
        nations = gazetteer.nations
        # A sector that is all Welsh today can hold retired English postcodes.
        place = nations.across_border(unit) if area else nations.of_unit(unit)
        if place:
            return elsewhere(unit, Kind.POSTCODE, context, place, repairs)
    if area is None:
        return None
    system = area.system_on(context.day)
    near: tuple[SystemFacts, ...] = ()
    if status is UnitStatus.LIVE:
        outcome = Outcome.REPAIRED if repairs else Outcome.MATCH
        near = _near(context, unit, system)
        message = in_system(context, unit, area, system)
        if near:
            message += context.tell("near", where=name_list(sorted(map(context.name, near))))
    else:
        outcome = Outcome.RETIRED
        message = tell(
            "retired",
            unit=unit,
            vintage=gazetteer.vintage_date,
            where=in_system(context, tell("probably", area=area.name), area, system),
        )
    others: tuple[Candidate, ...] = ()
    apart_from = ""
    if gazetteer.directory.is_apart(unit):
        apart_from, others = _others(context, unit)
        message += tell("apart" if status is UnitStatus.LIVE else "apart_retired")
        if names := sorted(other.label for other in others):
            message += context.tell("others", what=apart_from, where=name_list(names))
        if all(other.area is area for other in others):
            others = ()  # the place does not matter
    return Answer(
        outcome,
        message,
        context.day,
        Kind.POSTCODE,
        unit,
        repairs,
        system,
        area,
        area.stays,
        others,
        apart_from=apart_from,
        near=near,
    )


def _others(context: LookupContext, unit: str) -> tuple[str, tuple[Candidate, ...]]:
    """Where the other postcodes of the sector are, or of the outward code if it has no others."""
    directory = context.gazetteer.directory
    outward, sector = unit.split(" ", maxsplit=1)[0], unit[:-2]
    has_others = directory.has_others(sector)
    part = sector if has_others else outward
    sectors = [sector] if has_others else directory.in_outward(outward)
    _, candidates = _shares(context, sectors)
    return part, tuple(candidate for candidate in candidates if candidate.system)


def _near(context: LookupContext, unit: str, system: SystemFacts | None) -> tuple[SystemFacts, ...]:
    """The other systems whose border a postcode is close to on the day."""
    atlas, codes = context.gazetteer.atlas, context.gazetteer.directory.near(unit)
    if not codes:
        return ()
    systems = (atlas.areas[code].system_on(context.day) for code in codes if code in atlas.areas)
    return tuple(
        dict.fromkeys(other for other in systems if other and system and other is not system)
    )


def unknown(context: LookupContext, unit: str, repairs: tuple[str, ...] = ()) -> Answer:
    """A well-formed postcode that is not in the data, or whose place is not known."""
    directory = context.gazetteer.directory
    outward, sector = unit.split(" ", maxsplit=1)[0], unit[:-2]
    status, _ = directory.find(unit)
    if status is UnitStatus.ABSENT:
        message = tell("absent", unit=unit, vintage=context.gazetteer.vintage_date)
    else:
        message = tell("placeless", unit=unit)
    if not context.names:
        return Answer(Outcome.UNKNOWN, message, context.day, Kind.POSTCODE, unit, repairs)
    for piece, sectors in (
        (sector, directory.in_sector(sector)),
        (outward, directory.in_outward(outward)),
    ):
        part, candidates = _shares(context, sectors)
        if candidates:
            message += f" {_where(context, piece, part, candidates)}"
            break
    else:
        candidates = ()
        if status is UnitStatus.ABSENT:
            message += tell("no_outward", outward=outward)
    return Answer(
        Outcome.UNKNOWN, message, context.day, Kind.POSTCODE, unit, repairs, candidates=candidates
    )


def _exists(context: LookupContext, unit: str) -> bool:
    status, _ = context.gazetteer.directory.find(unit)
    return status is not UnitStatus.ABSENT or context.gazetteer.nations.of_unit(unit) is not None


def _outward_is_known(context: LookupContext, unit: str) -> bool:
    outward = unit.split(" ", maxsplit=1)[0]
    return bool(context.gazetteer.directory.in_outward(outward))


def partial(context: LookupContext, typed: str) -> Answer | None:
    """The answer for an area, outward code or sector of a postcode, or for most of one."""
    part = postcodes.read_partial(typed)
    if part is None:
        return None
    directory, nations = context.gazetteer.directory, context.gazetteer.nations
    for name, find in (
        (part.area, directory.in_area),
        (part.outward, directory.in_outward),
        (part.sector, directory.in_sector),
        (part.incomplete, directory.in_sector),
    ):
        if not name:
            continue
        outcome = Outcome.INCOMPLETE if name is part.incomplete else Outcome.PARTIAL
        sectors = find(name)
        status, candidates = _shares(context, sectors)
        if status is not UnitStatus.LIVE and (place := nations.of_part(name)):
            return elsewhere(name, Kind.PARTIAL, context, place)
        if candidates:
            return _partial_answer(context, outcome, name, typed, status, candidates)
        if sectors:
            message = tell("part_placeless", what=name)
            return Answer(Outcome.UNKNOWN, message, context.day, Kind.PARTIAL, name)
    if part.incomplete:
        outward = part.incomplete.split(" ", maxsplit=1)[0]
        status, candidates = _shares(context, directory.in_outward(outward))
        if candidates:
            return _partial_answer(context, Outcome.INCOMPLETE, outward, typed, status, candidates)
    return None


def _partial_answer(
    context: LookupContext,
    outcome: Outcome,
    name: str,
    typed: str,
    status: UnitStatus,
    candidates: tuple[Candidate, ...],
) -> Answer:
    only = candidates[0] if len(candidates) == 1 else None
    most = (
        tell("incomplete", typed=postcodes.capitals(typed)) if outcome is Outcome.INCOMPLETE else ""
    )
    if context.names:
        message = f"{most} {_where_part(context, outcome, name, status, candidates)}".lstrip()
    else:
        message = most or tell("partial", what=name)
    return Answer(
        outcome,
        message,
        context.day,
        Kind.PARTIAL,
        name,
        system=only.system if only else None,
        area=only.area if only else None,
        history=only.area.stays if only and only.area else (),
        candidates=candidates,
    )


def _where_part(
    context: LookupContext,
    outcome: Outcome,
    name: str,
    status: UnitStatus,
    candidates: tuple[Candidate, ...],
) -> str:
    nation = context.gazetteer.nations.shared_with(name)
    what = tell("english_part", what=name) if nation else name
    message = _where(context, what, status, candidates)
    if len(candidates) > 1 and outcome is Outcome.PARTIAL:
        message += tell("type_whole")
    return message + tell("rest", what=name, nation=nation) if nation else message


def _where(
    context: LookupContext, what: str, status: UnitStatus, candidates: tuple[Candidate, ...]
) -> str:
    """A sentence or two on the systems that a part of a postcode touches."""
    if status is UnitStatus.LIVE:
        return touches(context, what, candidates)
    where = name_list([candidate.label for candidate in candidates])
    return tell("part_retired", what=what, where=where)


def _shares(context: LookupContext, sectors: list[str]) -> tuple[UnitStatus, tuple[Candidate, ...]]:
    """The systems that the postcodes of `sectors` are in, with their shares, biggest first.

    The status is LIVE where they are in use, RETIRED where none is any longer.
    """
    status, counts = context.gazetteer.directory.count(sectors)
    atlas = context.gazetteer.atlas
    by_system: Counter[SystemFacts | None] = Counter()
    areas: dict[SystemFacts | None, list[AreaFacts]] = {}
    for code, number in counts.items():
        area = atlas.areas.get(code)
        if area is None:
            continue
        system = area.system_on(context.day)
        by_system[system] += number
        areas.setdefault(system, []).append(area)
    total = by_system.total()
    return status, tuple(
        Candidate(
            label=context.name(system) if system else tell("nowhere"),
            system=system,
            area=areas[system][0] if len(areas[system]) == 1 else None,
            share=per_cent(number, total),
        )
        for system, number in sorted(by_system.items(), key=_most_first)
    )


def _most_first(item: tuple[SystemFacts | None, int]) -> tuple[int, str]:
    system, number = item
    return -number, system.slug if system else ""


def from_longer_text(context: LookupContext, typed: str) -> Answer | None:
    """The answer where a whole postcode is in the text, as it should be written."""
    units = postcodes.find_units(typed) or [
        unit for unit in postcodes.find_units_apart(typed) if _exists(context, unit)
    ]
    if len(units) > 1:
        return _ask(context, units, "ask_more")
    if units and units[0] != postcodes.read_unit(typed):
        return unit_answer(context, units[0], (tell("used_only", unit=units[0]),))
    return None


def mended(context: LookupContext, typed: str) -> Answer | None:
    """The answer after reading O for 0 or I for 1; a question where two readings exist.

    One word of letters alone is rather a name with a slip: Chlsea is not CH1 5EA.
    """
    unit = postcodes.read_unit(typed)
    if len(typed) > MAX_NAME_LENGTH or (unit and _outward_is_known(context, unit)):
        return None
    whole = list(postcodes.repairs(typed))
    slips = whole or [
        repair for piece in postcodes.pieces(typed) for repair in postcodes.repairs(piece)
    ]
    real = {repair.unit: repair for repair in slips if _exists(context, repair.unit)}
    likely = real or {
        repair.unit: repair for repair in slips if whole and _outward_is_known(context, repair.unit)
    }
    if len(likely) > 1:
        return _ask(context, list(likely), "ask_ways")
    (repair,) = likely.values() or (None,)
    is_word = postcodes.LETTERS.fullmatch(postcodes.capitals(typed))
    if repair is None or repair.changes > postcodes.MAX_CHANGES or is_word:
        return None
    words: tuple[str, ...] = (tell("read", words=repair.words, unit=repair.unit),)
    if not whole:
        words += (tell("used_only", unit=repair.unit),)
    return unit_answer(context, repair.unit, words)


def _ask(context: LookupContext, units: list[str], sentence: str) -> Answer:
    candidates = []
    for unit in units[:10]:
        answer = unit_answer(context, unit)
        candidates.append(Candidate(unit, answer.system, answer.area, query=unit))
    listed = " or ".join(candidate.label for candidate in candidates)
    return Answer(
        Outcome.ASK,
        tell(sentence, units=listed),
        context.day,
        Kind.POSTCODE,
        candidates=tuple(candidates),
    )


def why_invalid(typed: str) -> str:
    shown = postcodes.capitals(typed)
    squeezed = shown.replace(" ", "")
    matches = ((why, each.search(squeezed)) for why, each in postcodes.WHY_INVALID.items())
    return next(tell(why, typed=shown, letter=match[1]) for why, match in matches if match)
