"""Answers for codes that are not in England, or are no place at all."""

from functools import cache

from django.conf import settings

from systems.lookup.context import LookupContext
from systems.lookup.outcomes import Answer, Kind, Outcome
from systems.reference.guides import Guide, load_guides
from systems.reference.nations import Elsewhere

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


@cache
def _guides() -> dict[str, tuple[Guide, ...]]:
    return load_guides(settings.NATION_GUIDES_FILE)


def elsewhere(
    read_as: str,
    kind: Kind,
    context: LookupContext,
    place: Elsewhere,
    repairs: tuple[str, ...] = (),
) -> Answer:
    outcome = _OUTCOME_OF.get(place.nation, Outcome.OVERSEAS)
    itself = read_as == place.nation
    if place.nation.startswith("England"):  # a retired outward code whose place is not known
        outcome = Outcome.UNKNOWN
        message = (
            f"Postcodes that begin with {place.key} are no longer in use, and none of our "
            "sources says where they were. Try another postcode nearby."
        )
    elif outcome is Outcome.NATION:
        where = "" if itself else f"{read_as} is in {place.nation}. "
        message = (
            f"{where}Integrated care systems are in England only; "
            f"health care in {place.nation} is run by {_RUN_THERE[place.nation]}."
        )
    elif outcome is Outcome.CROWN_DEPENDENCY:
        nation = _the(place.nation)
        where = f"{nation[0].upper()}{nation[1:]}" if itself else f"{read_as} is in {nation}, which"
        message = (
            f"{where} runs its own health service. Integrated care systems are in England only."
        )
    elif outcome is Outcome.FORCES:
        message = (
            f"{read_as} is a British Forces (BFPO) postcode, so it is not in any ICS. "
            "Enter the postcode of where you live."
        )
    elif outcome is Outcome.NHS_PSEUDO:
        message = (
            f"{read_as} is a placeholder that NHS computers use when there is no postcode. "
            "Enter the postcode of where you live or stay."
        )
    elif outcome is Outcome.NON_GEOGRAPHIC:
        message = f"{read_as} is a mailing code, not a place. Enter the postcode of where you live."
    else:
        message = (
            f"{read_as} is in {_the(place.nation)}. Integrated care systems are in England only."
        )
    guides = _guides().get(place.nation, ())
    return Answer(outcome, message, context.day, kind, read_as, repairs, guides=guides)


def _the(nation: str) -> str:
    with_article = ("British", "Cayman", "Falkland", "Isle of", "Pitcairn", "Turks")
    return f"the {nation}" if nation.startswith(with_article) else nation
