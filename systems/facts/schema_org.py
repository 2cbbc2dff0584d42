"""A system in the words of schema.org. The addresses are absolute and the dates ISO."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from systems.atlas import AreaFacts, SystemFacts
from systems.models import Contact
from systems.models.systems import ContactKind

ENGLAND = {"@type": "Place", "name": "England"}


def government_organisation(
    system: SystemFacts,
    day: date,
    address: str,
    *,
    contacts: Iterable[Contact],
    areas: Iterable[AreaFacts],
) -> dict[str, Any]:
    """A system as it was on `day`, by its page's `address`. Contacts are those of its board."""
    known = {contact.kind: contact.value for contact in contacts}
    properties: dict[str, Any] = {
        "@type": "GovernmentOrganization",
        "@id": address,
        "name": f"{system.name_on(day)} integrated care system (ICS)",
        "url": known.get(ContactKind.WEBSITE, address),
        "mainEntityOfPage": address,
        "identifier": [
            {
                "@type": "PropertyValue",
                "propertyID": code.scheme.label,
                "value": code.value,
            }
            for code in system.codes
            if code.date_from <= day
        ],
        "alternateName": sorted({alias.name for alias in system.also_known_as}),
        "areaServed": [{"@type": "AdministrativeArea", "name": area.name} for area in areas],
        "foundingDate": system.opened_on and system.opened_on.isoformat(),
        "dissolutionDate": system.closed_on and system.closed_on.isoformat(),
        "telephone": known.get(ContactKind.PHONE),
        "email": known.get(ContactKind.EMAIL),
        "address": known.get(ContactKind.ADDRESS),
    }
    return {name: value for name, value in properties.items() if value}
