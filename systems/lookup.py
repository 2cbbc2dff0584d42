"""From what somebody typed and a date to one answer.

Everything that answers questions goes through `lookup`: page, API and command line. It reads the
gazetteer and nothing else, so it needs no database and keeps nothing of what was typed.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

from icsinfo.dates import say
from systems import postcodes
from systems.asked_date import BadDateError, OutOfRangeError, read_day
from systems.atlas import AreaFacts, SystemFacts
from systems.directory import Status
from systems.gazetteer import Gazetteer
from systems.names import Body, fold, split_body
from systems.nations import Elsewhere
from systems.outcomes import Answer, Candidate, Kind, Outcome

# Ten digits or more in a row are an NHS number or a telephone number; so are seven or more and
# nothing else. \d is any digit of any script.
_LONG_NUMBER = re.compile(r"(?<!\d)\+?\(?\d(?:[ ().-]{0,2}\d){9,}")
_ONLY_NUMBER = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){6,}\)?")
_EMAIL = re.compile(r"[^\s@]@[^\s@]")

# No name or code is longer; in a longer text only a whole postcode is looked for.
LONGEST_NAME = 200

_OUTCOME_OF = {
    "Wales": Outcome.NATION,
    "Scotland": Outcome.NATION,
    "Northern Ireland": Outcome.NATION,
    "Guernsey": Outcome.CROWN_DEPENDENCY,
    "Jersey": Outcome.CROWN_DEPENDENCY,
    "Isle of Man": Outcome.CROWN_DEPENDENCY,
    "British Forces (BFPO)": Outcome.FORCES,
    "NHS placeholder": Outcome.NHS_PSEUDO,
    "not a place": Outcome.NON_GEOGRAPHIC,
}
_RUN_THERE = {
    "Wales": "its seven local health boards",
    "Scotland": "its 14 regional NHS boards",
    "Northern Ireland": "its five health and social care trusts",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What stays the same through one lookup."""

    day: date
    today: date
    gazetteer: Gazetteer

    def name(self, system: SystemFacts) -> str:
        return system.name_on(self.day)

    def is_in(self, what: str, where: str) -> str:
        """A clause without its full stop: "SW1A 1AA was in Frimley on 31 March 2026"."""
        if self.day == self.today:
            return f"{what} is in {where}"
        verb = "was" if self.day < self.today else "will be"
        return f"{what} {verb} in {where} on {say(self.day)}"


def lookup(text: str, on: str | None = None, *, today: date, gazetteer: Gazetteer) -> Answer:
    """Answer `text` (anything that people type) as at `on` (2026-03-31; empty for `today`).

    Never raises for any text or date. About 10 microseconds for a full postcode.
    """
    typed = postcodes.trim(postcodes.tidy(text))
    if not typed:
        return _problem(Outcome.EMPTY, "Type a postcode, or the name or code of an ICS.", on, today)
    unit = postcodes.read_unit(typed)
    if unit is None and _is_private(typed):
        return _problem(
            Outcome.PRIVATE,
            "That looks like an NHS number, a phone number or an e-mail address. "
            "We did not search for it or keep it; type a postcode instead.",
            on,
            today,
        )
    try:
        day = read_day(on, today)
    except BadDateError as error:
        return Answer(Outcome.BAD_DATE, str(error), None)
    except OutOfRangeError as error:
        return Answer(Outcome.OUT_OF_RANGE, str(error), error.day)
    asked = _Asked(day, today, gazetteer)
    if unit is not None and (answer := _known_unit(asked, unit)):
        return answer
    if len(typed) <= LONGEST_NAME and (answer := _whole_text(asked, typed)):
        return answer
    return _from_longer_text(asked, typed) or _no_answer(asked, typed, unit)


def _problem(outcome: Outcome, message: str, on: str | None, today: date) -> Answer:
    try:
        day: date | None = read_day(on, today)
    except ValueError:
        day = None
    return Answer(outcome, message, day)


def _is_private(typed: str) -> bool:
    return bool(_LONG_NUMBER.search(typed) or _ONLY_NUMBER.fullmatch(typed) or _EMAIL.search(typed))


def _whole_text(asked: _Asked, typed: str) -> Answer | None:
    """The answer where the text as a whole is one thing."""
    if elsewhere := asked.gazetteer.nations.of_odd_code(typed):
        return _elsewhere(postcodes.capitals(typed), Kind.POSTCODE, asked, elsewhere)
    if unit := postcodes.split_by_mark(typed):
        return _unit(asked, unit, (f"We read {postcodes.capitals(typed)} as {unit}.",))
    return _partial(asked, typed) or _named(asked, typed)


def _from_longer_text(asked: _Asked, typed: str) -> Answer | None:
    """The answer where a postcode, whole or with a slip that can be mended, is in the text."""
    if found := postcodes.find_units(typed):
        if len(found) > 1:
            return _ask(asked, found, "There is more than one postcode in that text")
        if found[0] != postcodes.read_unit(typed):
            kept = f"We kept only the postcode {found[0]} from what you typed."
            return _unit(asked, found[0], (kept,))
        return None if _outward_is_known(asked, found[0]) else _mended(asked, typed)
    return _mended(asked, typed) if len(typed) <= LONGEST_NAME else None


def _mended(asked: _Asked, typed: str) -> Answer | None:
    """The answer after reading O for 0 or I for 1; a question where two readings exist."""
    whole = list(postcodes.repairs(typed))
    mended = whole or [
        repair for piece in postcodes.pieces(typed) for repair in postcodes.repairs(piece)
    ]
    real = {repair.unit: repair for repair in mended if _exists(asked, repair.unit)}
    likely = real or {
        repair.unit: repair for repair in mended if whole and _outward_is_known(asked, repair.unit)
    }
    if len(likely) > 1:
        return _ask(asked, list(likely), "That can be read in more than one way")
    if not likely:
        return None
    (repair,) = likely.values()
    words: tuple[str, ...] = (repair.words,)
    if not whole:
        words += (f"We kept only the postcode {repair.unit} from what you typed.",)
    return _unit(asked, repair.unit, words)


def _exists(asked: _Asked, unit: str) -> bool:
    status, _ = asked.gazetteer.directory.find(unit)
    return status is not Status.ABSENT or asked.gazetteer.nations.of_unit(unit) is not None


def _outward_is_known(asked: _Asked, unit: str) -> bool:
    outward = unit.split(" ", maxsplit=1)[0]
    return bool(asked.gazetteer.directory.in_outward(outward))


def _unit(asked: _Asked, unit: str, repairs: tuple[str, ...] = ()) -> Answer:
    return _known_unit(asked, unit, repairs) or _unknown(asked, unit, repairs)


def _known_unit(asked: _Asked, unit: str, repairs: tuple[str, ...] = ()) -> Answer | None:
    """The answer for a full postcode that is in the data, or None."""
    gazetteer = asked.gazetteer
    status, code = gazetteer.directory.find(unit)
    area = gazetteer.atlas.areas.get(code) if code else None
    if status is not Status.LIVE:
        nations = gazetteer.nations
        # A sector that is all Welsh today can hold retired English postcodes.
        elsewhere = nations.across_border(unit) if area else nations.of_unit(unit)
        if elsewhere:
            return _elsewhere(unit, Kind.POSTCODE, asked, elsewhere, repairs)
    if area is None:
        return None
    system = gazetteer.atlas.system_of(area, asked.day)
    if status is Status.LIVE:
        outcome = Outcome.REPAIRED if repairs else Outcome.MATCH
        message = _in_system(asked, unit, area, system)
    else:
        outcome = Outcome.RETIRED
        message = (
            f"{unit} is no longer in use. It was likely in {area.name}. "
            f"{_in_system(asked, 'That area', area, system)}"
        )
    return Answer(
        outcome, message, asked.day, Kind.POSTCODE, unit, repairs, system, area, area.spans
    )


def _in_system(asked: _Asked, what: str, area: AreaFacts, system: SystemFacts | None) -> str:
    if system:
        return f"{asked.is_in(what, asked.name(system))}."
    sentence = asked.is_in(what, "no integrated care system")
    later = next((s for s in area.spans if s.value and s.start > asked.day), None)
    if later is None or later.value is None:
        return f"{sentence}."
    name = asked.gazetteer.atlas.systems[later.value].name_on(later.start)
    return f"{sentence}; it joined {name} on {say(later.start)}."


def _elsewhere(
    read_as: str, kind: Kind, asked: _Asked, place: Elsewhere, repairs: tuple[str, ...] = ()
) -> Answer:
    outcome = _OUTCOME_OF.get(place.nation, Outcome.OVERSEAS)
    if place.nation.startswith("England"):  # a retired outward code whose place is not known
        outcome = Outcome.UNKNOWN
        message = (
            f"Postcodes that begin with {place.key} are no longer in use, and no source says "
            "where they were. Try another postcode nearby."
        )
    elif outcome is Outcome.NATION:
        message = (
            f"{read_as} is in {place.nation}. Integrated care systems are in England only; "
            f"health care in {place.nation} is run by {_RUN_THERE[place.nation]}."
        )
    elif outcome is Outcome.CROWN_DEPENDENCY:
        message = (
            f"{read_as} is in {_the(place.nation)}, which runs its own health service. "
            "Integrated care systems are in England only."
        )
    elif outcome is Outcome.FORCES:
        message = (
            f"{read_as} is a British Forces address, which is no place in England. "
            "Type the postcode of where you live."
        )
    elif outcome is Outcome.NHS_PSEUDO:
        message = (
            f"{read_as} is a placeholder that NHS computers use when there is no postcode. "
            "Type the postcode of where you live or stay."
        )
    elif outcome is Outcome.NON_GEOGRAPHIC:
        message = f"{read_as} is a mailing code, not a place. Type the postcode of where you live."
    else:
        message = (
            f"{read_as} is in {_the(place.nation)}. Integrated care systems are in England only."
        )
    return Answer(outcome, message, asked.day, kind, read_as, repairs)


def _the(nation: str) -> str:
    plural = ("Islands", "Isle of", "British")
    return f"the {nation}" if any(word in nation for word in plural) else nation


def _unknown(asked: _Asked, unit: str, repairs: tuple[str, ...] = ()) -> Answer:
    """A well-formed postcode that is not in the data, or whose place is not known."""
    directory = asked.gazetteer.directory
    outward, sector = unit.split(" ", maxsplit=1)[0], unit[:-2]
    status, _ = directory.find(unit)
    if status is Status.ABSENT:
        message = f"{unit} is not in our data of {asked.gazetteer.vintage_date}. "
        message += "It may be new, or mistyped."
    else:
        message = f"{unit} is a real postcode, but our data does not say where it is."
    for piece, sectors in (
        (sector, directory.in_sector(sector)),
        (outward, directory.in_outward(outward)),
    ):
        if candidates := _shares(asked, sectors):
            message += f" {_touches(asked, piece, candidates)}"
            break
    else:
        candidates = ()
        message += f" No postcode that we know of begins with {outward}."
    return Answer(
        Outcome.UNKNOWN, message, asked.day, Kind.POSTCODE, unit, repairs, candidates=candidates
    )


def _partial(asked: _Asked, typed: str) -> Answer | None:
    """The answer for an area, outward code or sector of a postcode, or for most of one."""
    part = postcodes.read_partial(typed)
    if part is None:
        return None
    directory, nations = asked.gazetteer.directory, asked.gazetteer.nations
    for name, find in (
        (part.area, directory.in_area),
        (part.outward, directory.in_outward),
        (part.sector, directory.in_sector),
        (part.incomplete, directory.in_sector),
    ):
        if not name:
            continue
        outcome = Outcome.INCOMPLETE if name is part.incomplete else Outcome.PARTIAL
        if candidates := _shares(asked, find(name)):
            return _partial_answer(asked, outcome, name, typed, candidates)
        if elsewhere := nations.of_part(name):
            return _elsewhere(name, Kind.PARTIAL, asked, elsewhere)
    if part.incomplete:
        outward = part.incomplete.split(" ", maxsplit=1)[0]
        if candidates := _shares(asked, directory.in_outward(outward)):
            return _partial_answer(asked, Outcome.INCOMPLETE, outward, typed, candidates)
    return None


def _partial_answer(
    asked: _Asked, outcome: Outcome, name: str, typed: str, candidates: tuple[Candidate, ...]
) -> Answer:
    message = _touches(asked, name, candidates)
    only = candidates[0] if len(candidates) == 1 else None
    if outcome is Outcome.INCOMPLETE:
        start = f"{postcodes.capitals(typed)} is not a whole postcode: a letter is missing."
        message = f"{start} {message}"
    elif not only:
        message += " Type the whole postcode to see which one is yours."
    if nation := asked.gazetteer.nations.shared_with(name):
        message += f" Part of {name} is in {nation}."
    return Answer(
        outcome,
        message,
        asked.day,
        Kind.PARTIAL,
        name,
        system=only.system if only else None,
        area=only.area if only else None,
        history=only.area.spans if only and only.area else (),
        candidates=candidates,
    )


def _shares(asked: _Asked, sectors: list[str]) -> tuple[Candidate, ...]:
    """The systems that the postcodes of `sectors` are in, with their shares, biggest first."""
    _, counts = asked.gazetteer.directory.count(sectors)
    atlas = asked.gazetteer.atlas
    by_system: Counter[str | None] = Counter()
    areas: dict[str | None, list[AreaFacts]] = {}
    for code, number in counts.items():
        area = atlas.areas.get(code)
        if area is None:
            continue
        slug = area.system_on(asked.day)
        by_system[slug] += number
        areas.setdefault(slug, []).append(area)
    total = by_system.total()
    return tuple(
        Candidate(
            label=asked.name(atlas.systems[slug]) if slug else "no integrated care system",
            system=atlas.systems[slug] if slug else None,
            area=areas[slug][0] if len(areas[slug]) == 1 else None,
            share=per_cent(number, total),
        )
        for slug, number in sorted(by_system.items(), key=lambda item: (-item[1], item[0] or ""))
    )


def per_cent(part: int, whole: int) -> float:
    """A share to one decimal that is never rounded to nothing, nor to all."""
    if part == whole:
        return 100.0
    return min(99.9, max(0.1, round(100 * part / whole, 1)))


def _touches(asked: _Asked, what: str, candidates: tuple[Candidate, ...]) -> str:
    if len(candidates) == 1:
        only = ", and no other" if candidates[0].system else ""
        return f"{asked.is_in(f'All of {what}', candidates[0].label)}{only}."
    names = [f"{candidate.label} ({say_share(candidate.share)})" for candidate in candidates]
    return f"{asked.is_in(what, _list(names))}."


def _list(names: list[str]) -> str:
    """Names in a sentence. A semicolon parts them where one has a comma of its own."""
    if len(names) < 2:
        return "".join(names)
    mark = ";" if any("," in name for name in names) else ","
    return f"{f'{mark} '.join(names[:-1])}{mark if mark == ';' else ''} and {names[-1]}"


def say_share(share: float | None) -> str:
    """A share in a sentence: 62%, or "under 1%"."""
    if share is None:
        return ""
    if share < 1:
        return "under 1%"
    return "over 99%" if 99 < share < 100 else f"{share:.0f}%"


def _ask(asked: _Asked, units: list[str], why: str) -> Answer:
    candidates = []
    for unit in units[:10]:
        answer = _unit(asked, unit)
        candidates.append(Candidate(unit, answer.system, answer.area, query=unit))
    listed = " or ".join(candidate.label for candidate in candidates)
    return Answer(
        Outcome.ASK,
        f"{why}: {listed}. Choose the one that you mean.",
        asked.day,
        Kind.POSTCODE,
        candidates=tuple(candidates),
    )


def _named(asked: _Asked, typed: str) -> Answer | None:
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
    asked: _Asked, meanings: tuple[SystemFacts | AreaFacts, ...], kind: Kind, read_as: str
) -> Answer:
    """One answer from all that a name or code stands for."""
    reached = _reached(asked, meanings)
    first = meanings[0] if isinstance(meanings[0], SystemFacts) else None
    if len(meanings) == 1 and first and first.closed_on and first.closed_on <= asked.day:
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
        message = f"{asked.name(system)} is an integrated care system."
    elif area:
        message = _in_system(asked, area.name, area, system)
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
    asked: _Asked, system: SystemFacts, kind: Kind, read_as: str, choices: tuple[Candidate, ...]
) -> Answer:
    assert system.closed_on  # noqa: S101 - the caller has looked
    names = [asked.name(choice.system) for choice in choices if choice.system]
    message = f"{asked.name(system)} closed on {say(system.closed_on)}."
    if names:
        message += f" {_list(names)} followed it"
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


def _reached(asked: _Asked, meanings: tuple[SystemFacts | AreaFacts, ...]) -> _Reached:
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


def _residents(asked: _Asked, system: SystemFacts | None, areas: list[AreaFacts]) -> int:
    if system and not areas:
        areas = asked.gazetteer.atlas.areas_of(system, asked.day)
    return sum(area.residents for area in areas)


def _choices(asked: _Asked, reached: _Reached) -> tuple[Candidate, ...]:
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


def _no_answer(asked: _Asked, typed: str, unit: str | None) -> Answer:
    if unit is not None:
        return _unknown(asked, unit)
    if postcodes.looks_like_postcode(typed):
        return Answer(Outcome.INVALID, _why_invalid(typed), asked.day, Kind.POSTCODE)
    return Answer(
        Outcome.NOT_FOUND,
        "We found nothing by that name. Check the spelling, or type a full postcode.",
        asked.day,
    )


def _why_invalid(typed: str) -> str:
    squeezed = postcodes.capitals(typed.replace(" ", ""))
    start = f"{postcodes.capitals(typed)} cannot be a postcode"
    if not squeezed.isalnum():
        return f"{start}: it has a mark in the middle. Type only letters and numbers."
    if squeezed[0] in "QVX":
        return f"{start}: none begins with {squeezed[0]}. Check the first letter."
    if squeezed[1] in "IJZ":
        return f"{start}: none has {squeezed[1]} as its second letter. Check the beginning."
    wrong = next((letter for letter in squeezed[-2:] if letter in "CIKMOV"), None)
    if wrong and postcodes.LOOKS_LIKE_UNIT.fullmatch(squeezed):
        return f"{start}: none has {wrong} among its last two letters. Check the end."
    return f"{start}. Check each letter and number."
