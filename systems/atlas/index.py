"""What the codes and names of the atlas stand for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property

from systems.atlas.facts import AreaFacts, CodeFact, SystemFacts
from systems.days.spans import Span, next_start
from systems.models.areas import Body
from systems.text.names import NamedBody, fold, split_body

Meaning = SystemFacts | AreaFacts
Meanings = tuple[Meaning, ...]
Name = tuple[str, NamedBody | None]  # folded, with the body that it is asked for as


class Index:
    """Codes, and folded names with the kind of body that the words around a name ask for.

    They lead to no system that has never had an area: a look-up has no use for it.
    """

    def __init__(self, systems: Iterable[SystemFacts], areas: Iterable[AreaFacts]) -> None:
        self._codes: dict[str, list[Span[Meaning]]] = defaultdict(list)
        self._names: dict[Name, dict[Meaning, None]] = defaultdict(dict)
        for system in systems:
            if system.opened_on:
                self._add_system(system)
        for area in areas:
            self._add_area(area)

    @cached_property
    def codes(self) -> dict[str, Meanings]:
        return {
            code: tuple(dict.fromkeys(span.value for span in spans))
            for code, spans in self._codes.items()
        }

    def coded(self, code: str, day: date) -> Meanings:
        """What a code stands for on `day`, or else did last before, or else was the first to."""
        spans = self._codes.get(code, [])
        found = [span for span in spans if span.covers(day)]
        if not found and (ends := [span.end for span in spans if span.end and span.end <= day]):
            found = [span for span in spans if span.end == max(ends)]
        if not found and spans:
            first = min(span.start for span in spans)
            found = [span for span in spans if span.start == first]
        return tuple(dict.fromkeys(span.value for span in found))

    @cached_property
    def names(self) -> dict[Name, Meanings]:
        return {name: tuple(meanings) for name, meanings in self._names.items()}

    def _name(self, text: str, meaning: Meaning, *bodies: NamedBody | None) -> None:
        name, _ = split_body(fold(text))
        for body in bodies:
            self._names[name, body][meaning] = None

    def _alias(self, text: str, system: SystemFacts) -> None:
        """Let "Bristol ICB" stand for its system, and leave Bristol to the city."""
        _, body = split_body(fold(text))
        self._name(text, system, NamedBody.SYSTEM, body)

    def _add_system(self, system: SystemFacts) -> None:
        for fact in system.names:
            self._name(fact.value, system, None, NamedBody.SYSTEM)
        for alias in system.aliases:
            self._alias(alias.name, system)
        self._add_codes(system, system.codes)

    def _add_codes(self, meaning: Meaning, codes: Sequence[CodeFact]) -> None:
        for code in codes:
            of_scheme = [other for other in codes if other.scheme == code.scheme]
            end = next_start(of_scheme, code)
            self._codes[code.value].append(Span(meaning, code.date_from, end))

    def _add_area(self, area: AreaFacts) -> None:
        self._name(area.name, area, None)
        self._add_codes(area, area.codes)
        if all(code.value != area.code for code in area.codes):
            self._codes[area.code].append(Span(area, date.min, None))
        for code in area.codes:
            if code.name:
                body = NamedBody.CCG if code.body == Body.CCG else NamedBody.SYSTEM
                self._name(code.name, area, body)
        for alias in area.aliases:
            self._name(alias.name, area, NamedBody.CCG)
            for value in alias.codes:
                self._codes[value].append(Span(area, alias.date_from or date.min, alias.date_to))
