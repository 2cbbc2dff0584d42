"""What one lookup is asked, and how its answers are put into words."""

from dataclasses import dataclass
from datetime import date

from icsinfo.dates import say
from icsinfo.wording import name_list, say_share, to_be
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup.outcomes import Candidate
from systems.lookup.sentences import tell

# No name or code is longer; in a longer text only a whole postcode is looked for.
MAX_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class LookupContext:
    """What stays the same through one lookup. Without `names` only postcodes are looked for."""

    day: date
    today: date
    gazetteer: Gazetteer
    names: bool = True

    def name(self, system: SystemFacts) -> str:
        return system.name_on(self.day)

    def ics(self, system: SystemFacts) -> str:
        """What a sentence calls a system: Frimley ICS."""
        return tell("ics", name=self.name(system))

    def is_one(self, what: str) -> str:
        """A clause without its full stop: "Frimley was an integrated care system on ..."."""
        clause = f"{what} {to_be(self.day, self.today)} an integrated care system"
        return clause if self.day == self.today else f"{clause} on {say(self.day)}"

    def is_in(self, what: str, where: str) -> str:
        """A clause without its full stop: "SW1A 1AA was in Frimley ICS on 31 March 2026"."""
        return self.tell("in", what=what, where=where, day=say(self.day))

    def tell(self, sentence: str, **values: str) -> str:
        """The form of a sentence of the table for the day that is asked about."""
        if self.day == self.today:
            return tell(f"{sentence}_now", **values)
        return tell(f"{sentence}_{'then' if self.day < self.today else 'later'}", **values)


def in_system(
    context: LookupContext, what: str, area: AreaFacts, system: SystemFacts | None
) -> str:
    if system:
        return f"{context.is_in(what, context.ics(system))}."
    sentence = context.is_in(what, tell("nowhere"))
    later = next((stay for stay in area.stays if stay.system and stay.start > context.day), None)
    if later is None or later.system is None:
        return f"{sentence}."
    name = later.system.name_on(later.start)
    return f"{sentence}{tell('joined', name=name, day=say(later.start))}."


def touches(context: LookupContext, what: str, candidates: tuple[Candidate, ...]) -> str:
    if len(candidates) == 1:
        system = candidates[0].system
        whole = what if what.startswith("The ") else tell("all_of", what=what)
        return f"{context.is_in(whole, context.ics(system) if system else tell('nowhere'))}."
    names = [f"{candidate.label} ({say_share(candidate.share)})" for candidate in candidates]
    return f"{context.is_in(what, name_list(names))}."
