"""How to reach a board, on the pages of systems and of areas."""

from systems.facts.footnotes import Footnotes
from systems.models import Contact, System
from systems.models.systems import ContactKind


def numbered_contacts(system: System | None, footnotes: Footnotes) -> list[tuple[Contact, int]]:
    """The known ways to reach a board, the website first, with the numbers of their sources."""
    order = ContactKind.values
    known = sorted(system.contacts.all(), key=lambda c: order.index(c.kind)) if system else []
    return [(contact, footnotes.number(contact.source)) for contact in known]
