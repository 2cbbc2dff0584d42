"""From what somebody typed and a date to one answer.

Everything that answers questions goes through `lookup`: page, API and command line. It reads the
gazetteer and nothing else, so it needs no database and keeps nothing of what was typed.
"""

import re
from datetime import date

from systems.days.as_at import BadDateError, OutOfRangeError, read_day
from systems.gazetteer import Gazetteer
from systems.lookup.context import MAX_NAME_LENGTH, LookupContext
from systems.lookup.elsewhere import elsewhere
from systems.lookup.names import (
    also_a_code,
    named,
    named_by_words,
    site_of_trust,
    spelled_wrong,
    unless_elsewhere,
    what_is_there,
)
from systems.lookup.outcomes import Answer, Kind, Outcome
from systems.lookup.postcode import (
    from_longer_text,
    known_unit,
    mended,
    partial,
    unit_answer,
    unknown,
    why_invalid,
)
from systems.lookup.sentences import tell
from systems.text import postcodes
from systems.text.names import fold, split_body

# Ten digits or more in a row are an NHS number or a telephone number; so are seven or more and
# nothing else. \d is any digit of any script.
_BETWEEN = r"[ ().\-‐‑‒–—/]{0,3}"
_LONG_NUMBER = re.compile(rf"(?<!\d)\+?\(?\d(?:{_BETWEEN}\d){{9,}}")
_ONLY_NUMBER = re.compile(rf"^\+?\(?\d(?:{_BETWEEN}\d){{6,}}\)?$")
_EMAIL = re.compile(r"[^\s@]@[^\s@]|[^\s@] ?@ ?[^\s@]+\.\w")
PRIVATE = (_LONG_NUMBER, _ONLY_NUMBER, _EMAIL)


def lookup(
    text: str, on: str | None = None, *, today: date, gazetteer: Gazetteer, names: bool = True
) -> Answer:
    """Answer `text` (anything that people type) as at `on` (2026-03-31; empty for `today`).

    Without `names` only postcodes count: "Stockport" in a spreadsheet of them is a mistake.
    Never raises for any text or date. About 10 microseconds for a full postcode.
    """
    typed = postcodes.trim(postcodes.tidy(text))
    if not typed:
        message = "Enter a postcode, or the name or code of an ICS." if names else tell("empty")
        return _problem(Outcome.EMPTY, message, on, today)
    unit = postcodes.read_unit(typed)
    if unit is None and _is_private(typed) and not (names and _is_name(gazetteer, typed)):
        return _problem(Outcome.PRIVATE, tell("private"), on, today)
    try:
        day = read_day(on, today)
    except BadDateError as error:
        return Answer(Outcome.BAD_DATE, str(error), None)
    except OutOfRangeError as error:
        return Answer(Outcome.OUT_OF_RANGE, str(error), error.day)
    context = LookupContext(day, today, gazetteer, names)
    if unit is not None and (answer := known_unit(context, unit)):
        return answer
    whole = _whole_text(context, typed) if len(typed) <= MAX_NAME_LENGTH else None
    answer = whole or from_longer_text(context, typed) or _part_or_slip(context, typed, unit)
    return unless_elsewhere(context, typed, answer)


def _problem(outcome: Outcome, message: str, on: str | None, today: date) -> Answer:
    try:
        day: date | None = read_day(on, today)
    except ValueError:
        day = None
    return Answer(outcome, message, day)


def _is_private(typed: str) -> bool:
    return any(pattern.search(typed) for pattern in PRIVATE)


def _is_name(gazetteer: Gazetteer, typed: str) -> bool:
    """Whether an organisation is called this: Kes@Northgate is a practice, not an address."""
    return bool(gazetteer.register.called(*split_body(fold(typed))))


def _whole_text(context: LookupContext, typed: str) -> Answer | None:
    """The answer where the text as a whole is one thing."""
    if place := context.gazetteer.nations.of_odd_code(typed):
        return elsewhere(postcodes.capitals(typed), Kind.POSTCODE, context, place)
    if unit := postcodes.split_by_mark(typed):
        words = tell("joined_up", typed=postcodes.capitals(typed), unit=unit)
        return unit_answer(context, unit, (words,))
    if answer := partial(context, typed):
        return also_a_code(context, answer) if context.names else answer
    return named(context, typed) if context.names else None


def _part_or_slip(context: LookupContext, typed: str, unit: str | None) -> Answer:
    """The answer for some words of a name, or for a postcode or a name with a slip in it."""
    # Words first: Mills is no postcode with three slips in "Audley Mills Surgery, Rayleigh".
    name = context.names and len(typed) <= MAX_NAME_LENGTH and unit is None
    if name and (answer := named_by_words(context, typed)):
        return answer
    if answer := mended(context, typed):
        return answer
    if name and not postcodes.looks_like_postcode(typed):
        return (
            spelled_wrong(context, typed)
            or what_is_there(context, typed)
            or _no_answer(context, typed, unit)
        )
    return _no_answer(context, typed, unit)


def _no_answer(context: LookupContext, typed: str, unit: str | None) -> Answer:
    if unit is not None:
        return unknown(context, unit)
    if context.names and (answer := site_of_trust(context, typed)):
        return answer
    if postcodes.looks_like_postcode(typed):
        return Answer(Outcome.INVALID, why_invalid(typed), context.day, Kind.POSTCODE)
    message = (
        "We could not find anything with that name. Check the spelling, or enter a full postcode."
    )
    return Answer(Outcome.NOT_FOUND, message if context.names else tell("not_found"), context.day)
