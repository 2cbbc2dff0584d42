"""How to reach a board, on the pages of systems and of areas."""

from collections.abc import Iterable
from dataclasses import dataclass

from systems.atlas import Atlas
from systems.facts.footnotes import Footnotes
from systems.models import Contact
from systems.models.systems import ContactKind

COMPLAINTS = {kind for kind in ContactKind if kind.startswith("complaints")}
# NHS England's list of how to complain to each board, for those of which no way is known.
NATIONAL_LIST = "nhs-england-contact-your-icb"


@dataclass(frozen=True)
class ContactBlock:
    """What components/contacts.html shows.

    `contacts` are pairs with the numbers of their sources, the website first. `doubt` says how sure
    those are that nobody has confirmed. `national` is where to look how to complain, and the number
    of its source, where no way of the board's own is known.
    """

    contacts: list[tuple[Contact, int]]
    doubt: str
    national: tuple[str, int] | None


def contact_block(
    contacts: Iterable[Contact], atlas: Atlas, footnotes: Footnotes, *, is_closed: bool
) -> ContactBlock:
    order = ContactKind.values
    known = sorted(contacts, key=lambda contact: order.index(contact.kind))
    numbered = [(contact, footnotes.number(contact.source)) for contact in known]
    national = None
    if not is_closed and not COMPLAINTS & {ContactKind(contact.kind) for contact in known}:
        listed = next((one for one in atlas.sources.values() if one.key == NATIONAL_LIST), None)
        national = (listed.url, footnotes.number(listed)) if listed else None
    return ContactBlock(numbered, _doubt(known, is_closed=is_closed), national)


def _doubt(known: list[Contact], *, is_closed: bool) -> str:
    """Where the contacts are from that nobody has confirmed, and how old that is."""
    unconfirmed = [contact for contact in known if not contact.confirmed_on]
    if not unconfirmed:
        return ""
    years = sorted({contact.source.published[:4] for contact in unconfirmed})
    undated, dated = not years[0], list(filter(None, years))
    when = " to ".join(dict.fromkeys([*dated[:1], *dated[-1:]]))
    published = f"sources published in {when}" if dated else "sources with no date"
    more = ", and some with no date" if dated and undated else ""
    which = "The others are from" if len(unconfirmed) < len(known) else "From"
    check = "" if is_closed else ": check its website"
    return f"{which} {published}{more}. Not confirmed by the ICB{check}."
