"""What one lookup is asked, and how its answers are put into words."""

from dataclasses import dataclass
from datetime import date
from math import floor

from icsinfo.dates import say
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup.sentences import tell
from systems.outcomes import Candidate

# No name or code is longer; in a longer text only a whole postcode is looked for.
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What stays the same through one lookup. Without `names` only postcodes are looked for."""

    day: date
    today: date
    gazetteer: Gazetteer
    names: bool = True

    def name(self, system: SystemFacts) -> str:
        return system.name_on(self.day)

    def is_one(self, what: str) -> str:
        """A clause without its full stop: "Frimley was an integrated care system on ..."."""
        if self.day == self.today:
            return f"{what} is an integrated care system"
        return f"{what} {self._verb()} an integrated care system on {say(self.day)}"

    def _verb(self) -> str:
        return "was" if self.day < self.today else "will be"

    def is_in(self, what: str, where: str) -> str:
        """A clause without its full stop: "SW1A 1AA was in Frimley on 31 March 2026"."""
        if self.day == self.today:
            return tell("in_now", what=what, where=where)
        when = "in_then" if self.day < self.today else "in_later"
        return tell(when, what=what, where=where, day=say(self.day))


def in_system(asked: Asked, what: str, area: AreaFacts, system: SystemFacts | None) -> str:
    if system:
        return f"{asked.is_in(what, asked.name(system))}."
    sentence = asked.is_in(what, tell("nowhere"))
    later = next((s for s in area.spans if s.value and s.start > asked.day), None)
    if later is None or later.value is None:
        return f"{sentence}."
    name = asked.gazetteer.atlas.systems[later.value].name_on(later.start)
    return f"{sentence}{tell('joined', name=name, day=say(later.start))}."


def touches(asked: Asked, what: str, candidates: tuple[Candidate, ...]) -> str:
    if len(candidates) == 1:
        only = tell("no_other") if candidates[0].system else ""
        whole = what if what.startswith("The ") else tell("all_of", what=what)
        return f"{asked.is_in(whole, candidates[0].label)}{only}."
    names = [f"{candidate.label} ({say_share(candidate.share)})" for candidate in candidates]
    return f"{asked.is_in(what, name_list(names))}."


def name_list(names: list[str]) -> str:
    """Names in a sentence. A semicolon parts them where one has a comma of its own."""
    if len(names) < 2:
        return "".join(names)
    mark = ";" if any("," in name for name in names) else ","
    return f"{f'{mark} '.join(names[:-1])}{mark if mark == ';' else ''} and {names[-1]}"


def per_cent(part: float, whole: float) -> float:
    """A share to one decimal that is never rounded to nothing, nor to all.

    Halves go up, here and in `say_share`, as they do in a browser.
    """
    if part == whole:
        return 100.0
    return min(99.9, max(0.1, floor(1000 * part / whole + 0.5) / 10))


def say_share(share: float | None) -> str:
    """A share in a sentence: 62%, or "under 1%"."""
    if share is None:
        return ""
    if share < 1:
        return tell("under")
    return tell("over") if 99 < share < 100 else f"{floor(share + 0.5)}%"
