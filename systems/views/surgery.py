"""Where somebody lives and their GP surgery side by side, and who deals with what."""

from datetime import date
from typing import Any

from systems.atlas import AreaFacts
from systems.facts.footnotes import Footnotes
from systems.lookup.outcomes import Answer
from systems.models.organisations import OrganisationKind
from systems.views.help import cite

CITED = ("steps", "primary_care", "pals", "councils")


def beside_home(home: AreaFacts, surgery: Answer, day: date) -> dict[str, Any]:
    """What the page says of an area and of what was found for a surgery: a practice or a place."""
    footnotes = Footnotes()
    lives_in, there, found = home.system_on(day), surgery.system, surgery.organisation
    funded = bool(there and found and found.kind == OrganisationKind.PRACTICE)
    return {
        "home": home,
        "lives_in": lives_in,
        "lives_in_name": lives_in.name_on(day) if lives_in else "",
        "there": there,
        "there_name": there.name_on(day) if there else "",
        "is_same": lives_in is there,
        "funded": funded,
        "surgery": found.name if found else surgery.read_as,
        "cite": cite(footnotes, CITED),
        "footnotes": footnotes,
    }
