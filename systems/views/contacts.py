"""How to reach a board, on the pages of systems and of areas."""

from collections.abc import Iterable

from systems.facts.footnotes import Footnotes
from systems.models import Contact
from systems.models.systems import ContactKind


def numbered_contacts(
    contacts: Iterable[Contact], footnotes: Footnotes
) -> list[tuple[Contact, int]]:
    """The known ways to reach a board, the website first, with the numbers of their sources."""
    order = ContactKind.values
    known = sorted(contacts, key=lambda contact: order.index(contact.kind))
    return [(contact, footnotes.number(contact.source)) for contact in known]
