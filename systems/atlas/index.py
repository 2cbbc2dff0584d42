"""What the codes and names of the atlas stand for."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from systems.atlas.facts import AreaFacts, SystemFacts
from systems.models.areas import Body
from systems.text.names import NamedBody, fold, split_body

Meanings = tuple[SystemFacts | AreaFacts, ...]
Name = tuple[str, NamedBody | None]  # folded, with the body that it is asked for as


class Index:
    """Codes, and folded names with the kind of body that the words around a name ask for.

    They lead to no system that has never had an area: a look-up has no use for it.
    """

    def __init__(self, systems: Iterable[SystemFacts], areas: Iterable[AreaFacts]) -> None:
        self._codes: dict[str, dict[SystemFacts | AreaFacts, None]] = defaultdict(dict)
        self._names: dict[Name, dict[SystemFacts | AreaFacts, None]] = defaultdict(dict)
        for system in systems:
            if system.opened_on:
                self._add_system(system)
        for area in areas:
            self._add_area(area)

    @cached_property
    def codes(self) -> dict[str, Meanings]:
        return {code: tuple(meanings) for code, meanings in self._codes.items()}

    @cached_property
    def names(self) -> dict[Name, Meanings]:
        return {name: tuple(meanings) for name, meanings in self._names.items()}

    def _name(self, text: str, meaning: SystemFacts | AreaFacts, *bodies: NamedBody | None) -> None:
        name, _ = split_body(fold(text))
        for body in bodies:
            self._names[name, body][meaning] = None

    def _add_system(self, system: SystemFacts) -> None:
        for name in [*(fact.value for fact in system.names), *(a.name for a in system.aliases)]:
            self._name(name, system, None, NamedBody.SYSTEM)
        for code in system.codes:
            self._codes[code.value][system] = None

    def _add_area(self, area: AreaFacts) -> None:
        self._name(area.name, area, None)
        self._codes[area.code][area] = None
        for code in area.codes:
            self._codes[code.value][area] = None
            if code.body == Body.CCG and code.name:
                self._name(code.name, area, NamedBody.CCG)
        for alias in area.aliases:
            self._name(alias.name, area, NamedBody.CCG)
