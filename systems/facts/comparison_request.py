"""Which systems a comparison is asked for, and what is wrong with the choice, in sentences."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils.http import urlencode

from icsinfo.dates import say
from icsinfo.wording import name_list
from systems.atlas import Atlas, SystemFacts
from systems.days.as_at import AsAtDate

MIN_SYSTEMS, MAX_SYSTEMS = 2, 6
NAMED = 3  # of those that we do not know; who made up a long address can read it
BY_NAME = "name"  # the order of a table that nobody has sorted
SLUG = re.compile(r"[-a-z0-9]{1,100}")


@dataclass(frozen=True, slots=True)
class Gone:
    """A system that was asked for and is not open on the day.

    `successors` are those that have its areas on the day, as pairs of name and slug; `sentence`
    says what became of it, and ends where they are named.
    """

    name: str
    successors: list[tuple[str, str]]
    sentence: str


@dataclass(frozen=True, slots=True)
class SystemsChoice:
    """Systems open on the day, in the order asked for and six at most; none stands for all."""

    systems: list[SystemFacts]
    gone: list[Gone]
    errors: list[str]

    @classmethod
    def of(cls, slugs: list[str], atlas: Atlas, as_at: AsAtDate) -> Self:
        """Read what an address asks for; each system once, however often it is named."""
        chosen = list(dict.fromkeys(slug for slug in slugs if slug))
        known = [atlas.systems[slug] for slug in chosen if slug in atlas.systems]
        unknown = [slug for slug in chosen if slug not in atlas.systems]
        there = [system for system in known if system.open_on(as_at.day)]
        gone = [_gone(system, atlas, as_at) for system in known if system not in there]
        return cls(there[:MAX_SYSTEMS], gone, list(_errors(chosen, unknown, there, as_at.day)))

    @property
    def slugs(self) -> list[str]:
        return [system.slug for system in self.systems]

    @property
    def instead(self) -> list[str]:
        """What to compare where each that is gone gives way to those that have its areas."""
        successors = [slug for gone in self.gone for _, slug in gone.successors]
        return list(dict.fromkeys([*successors, *self.slugs]))[:MAX_SYSTEMS] if successors else []


def _gone(system: SystemFacts, atlas: Atlas, as_at: AsAtDate) -> Gone:
    day, name = as_at.day, system.name_on(as_at.day)
    parts = atlas.areas_by_system(system, day)
    successors = sorted((one.system.name_on(day), one.system.slug) for one in parts if one.system)
    if system.closed_by(day):
        became = f"{name} closed at the end of {say(system.last_day)}."
    elif system.opened_on:
        verb = "is planned to begin" if system.opened_on > as_at.today else "began"
        became = f"{name} {verb} on {say(system.opened_on)}."
    else:
        became = f"{name} has no areas yet."
    verb = "were" if as_at.is_past else "are"
    return Gone(name, successors, f"{became} On {say(day)} its areas {verb} in")


def _errors(
    chosen: list[str], unknown: list[str], there: list[SystemFacts], day: date
) -> Iterator[str]:
    if unknown:
        named = [f"“{slug}”" for slug in unknown if SLUG.fullmatch(slug)][:NAMED]
        more = [f"{len(unknown) - len(named)} more"] if len(unknown) > len(named) else []
        yield (
            f"We do not know an ICS called {name_list(named + more)}."
            if named
            else "The address of this page names an ICS we do not know."
        )
    if len(there) > MAX_SYSTEMS:
        left = name_list([system.name_on(day) for system in there[MAX_SYSTEMS:]])
        yield (
            f"Choose at most {MAX_SYSTEMS} ICSs. You chose {len(there)}, so this page shows the "
            f"first {MAX_SYSTEMS} and leaves out {left}."
        )
    if len(there) == len(chosen) == MIN_SYSTEMS - 1:
        yield "Choose at least 2 ICSs to compare."


def comparison_query(slugs: Iterable[str], as_at: AsAtDate, sort: str = BY_NAME) -> str:
    """What an address of a comparison has after its path; nothing for all systems today."""
    given = [("system", slug) for slug in slugs]
    given += [("on", as_at.day.isoformat())] if as_at.query else []
    given += [("sort", sort)] if sort != BY_NAME else []
    return f"?{urlencode(given)}" if given else ""
