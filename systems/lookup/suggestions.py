"""Names to suggest while somebody types. Nothing of what is typed is kept."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from icsinfo.dates import say
from systems.atlas import SystemFacts
from systems.days.as_at import read_day
from systems.gazetteer import Gazetteer
from systems.lookup import lookup
from systems.lookup.context import MAX_NAME_LENGTH, LookupContext
from systems.lookup.outcomes import Kind
from systems.lookup.readings import Reading, read
from systems.models.organisations import OrganisationKind
from systems.reference.organisations import OrganisationFacts
from systems.reference.places import Place
from systems.reference.prefix_index import Alias, Named
from systems.text import postcodes
from systems.text.names import NamedBody, fold, split_body

MAX_SUGGESTIONS = 8
MAX_KEPT = 5000  # of all that can be suggested; 300 bytes each
SHORTEST = 2  # letters
# With a digit it may be a postcode, an address or somebody's number; with an @, an e-mail address.
# static/js/suggest.js does not even send such a text.
PERHAPS_PRIVATE = re.compile(r"[\d@]")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name to choose: what tells it from others, what it is, and what to look up to get it."""

    label: str
    qualifier: str
    value: str


def suggest(
    text: str,
    on: str | None = None,
    *,
    today: date,
    gazetteer: Gazetteer,
    limit: int = MAX_SUGGESTIONS,
) -> list[Suggestion]:
    """Names that begin with `text`, or have a later word that does, as at `on`; the best first.

    Never raises for any text or date. Takes about a millisecond.
    """
    if len(text) > MAX_NAME_LENGTH or PERHAPS_PRIVATE.search(postcodes.tidy(text)):
        return []
    folded = fold(text)
    if len(folded) < SHORTEST:
        return []
    try:
        day = read_day(on, today)
    except ValueError:
        return []
    return _first(limit, _found(LookupContext(day, today, gazetteer), folded))


def _first(limit: int, suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """The first different ones; two practices of one name in one town show their codes."""
    kept: dict[str, Suggestion] = {}
    for suggestion in suggestions:
        kept.setdefault(suggestion.value, suggestion)
        if len(kept) >= limit:
            break
    times = Counter(suggestion.label for suggestion in kept.values())
    return [
        replace(suggestion, label=f"{suggestion.label} ({suggestion.value})")
        if times[suggestion.label] > 1 and suggestion.value != suggestion.label
        else suggestion
        for suggestion in kept.values()
    ]


def _found(context: LookupContext, folded: str) -> Iterator[Suggestion]:
    """What is called that; open systems; what begins with it; what has a later word that does.

    Closed systems, and names that a system does not have on the day, come after the others.
    """
    names = context.gazetteer.names
    bare, body = split_body(folded)
    # Devon ICB is the board of the system Devon; Devon Council is not.
    wanted = bare if bare and body in {NamedBody.SYSTEM, None} else folded
    opened: list[list[Suggestion]] = [[], [], []]
    former: list[list[Suggestion]] = [[], [], []]
    for fit, matches in enumerate(names.systems.find(wanted)):
        for system, name in matches:
            if system.open_on(context.day) and name == context.name(system):
                opened[fit].append(_system(context, system, name))
            elif system.opened_by(context.day):
                former[fit].append(_system(context, system, name))
    exact, beginning, later = (
        (_other(context, named) for named in matches if _is_for(context, named, folded))
        for matches in names.others.find(folded)
    )
    return chain(
        *(opened[0], exact, former[0]),
        *(opened[1], opened[2]),
        *(beginning, former[1]),
        *(later, former[2]),
    )


def _is_for(context: LookupContext, named: Named, folded: str) -> bool:
    """Whether to suggest it: not what is not there on the day, and nothing a second time."""
    if isinstance(named, Alias):
        named = named.organisation
    if isinstance(named, OrganisationFacts):
        opened = named.opened_on is None or named.opened_on <= context.day
        return opened and not named.closed_by(context.day)
    if isinstance(named, Place) and named.kind == "alias":
        return f" {folded}" not in f" {fold(named.label)}"  # or else it comes by its proper name
    return True


def _system(context: LookupContext, system: SystemFacts, called: str) -> Suggestion:
    name = context.name(system)
    what = "integrated care system (ICS)"
    if system.closed_by(context.day):
        what = f"ICS until {say(system.last_day)}"
    if called != name:
        what += f", also called {called}"
    return Suggestion(name, what, f"{name} ICS")


def _other(context: LookupContext, named: Named) -> Suggestion:
    """What to suggest for a name. Whether a name finds one thing takes a look-up, so it is kept."""
    kept = context.gazetteer.suggestions
    key = (context.day, context.today, id(named))
    if key not in kept:
        if len(kept) >= MAX_KEPT:
            kept.clear()
        kept[key] = _suggestion_for(context, named)
    return kept[key]


def _suggestion_for(context: LookupContext, named: Named) -> Suggestion:
    if isinstance(named, Alias):
        body = named.organisation
        return _organisation(context, body, body.name, named.label, named.name)
    if isinstance(named, OrganisationFacts):
        return _organisation(context, named, named.form, named.label, named.name)
    reading = read(context, named)
    where = _where(context, reading)
    what = f"area, {where}" if reading.kind is Kind.AREA else where
    return Suggestion(reading.label, what, reading.label)


def _organisation(
    context: LookupContext, organisation: OrganisationFacts, what: str, label: str, name: str
) -> Suggestion:
    where = _where(context, read(context, organisation))
    value = _value(context, organisation, label, name)
    return Suggestion(label, f"{what}, {where}" if where else what, value)


def _where(context: LookupContext, reading: Reading) -> str:
    """Its system on the day, or how many it is in."""
    if reading.nation:
        return "not in England"
    systems = [part.system for part in reading.parts if part.system]
    if len(systems) > 1:
        return f"in {len(systems)} ICSs"
    return f"{context.name(systems[0])} ICS" if systems else ""


def _value(context: LookupContext, organisation: OrganisationFacts, *texts: str) -> str:
    """The first text that finds just this organisation, or else its code."""
    if organisation.kind is OrganisationKind.COUNCIL:
        return organisation.name  # a council leads to its areas
    for text in texts:
        match = lookup(text, today=context.today, gazetteer=context.gazetteer).organisation
        if match and match.code == organisation.code:
            return text
    return organisation.code
