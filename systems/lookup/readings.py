"""What a name or code can mean, and which systems each meaning leads to on the day asked."""

from collections.abc import Iterable
from dataclasses import dataclass

from icsinfo.wording import per_cent
from systems.atlas import AreaFacts, Part, SystemFacts, group_by_system, residents_of
from systems.lookup.context import LookupContext
from systems.lookup.outcomes import Kind
from systems.models.organisations import OrganisationKind
from systems.reference.organisations import OrganisationFacts, Site
from systems.reference.places import Place

# A council or place with less than this per cent of its residents in a system only touches it.
SLIVER = 2

Meaning = SystemFacts | AreaFacts | OrganisationFacts | Place


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a text can mean, with its parts, the biggest first.

    `name` is what to call it in a sentence, `label` what tells it from others of its name.
    """

    kind: Kind
    name: str
    label: str
    size: float
    parts: tuple[Part, ...]
    system: SystemFacts | None = None  # where it is a system itself
    organisation: OrganisationFacts | None = None
    site: Site | None = None  # where it is a hospital of the organisation
    nation: str = ""  # where it is not in England

    @property
    def where(self) -> set[tuple[str | None, tuple[str, ...]]]:
        """What it leads to: systems, each with the areas by which it does."""
        return {
            (part.system.slug if part.system else None, tuple(area.code for area in part.areas))
            for part in self.parts
        }

    def share(self, part: Part) -> float | None:
        """The per cent of its residents that live in a part; None where that is not known."""
        if any(other.residents is None for other in self.parts):
            return None
        # All its residents, those in slivers too, so that every page gives the same share.
        total = self.size or sum(other.residents or 0 for other in self.parts)
        return per_cent(part.residents or 0, total) if total else None


def read(context: LookupContext, meaning: Meaning) -> Reading:
    """A meaning as it is on the day asked."""
    if isinstance(meaning, SystemFacts):
        return _system(context, meaning)
    if isinstance(meaning, AreaFacts):
        return of_areas(context, meaning.name, [meaning])
    if isinstance(meaning, Place):
        return _place(context, meaning)
    return _organisation(context, meaning)


def of_areas(context: LookupContext, label: str, areas: Iterable[AreaFacts]) -> Reading:
    """One thing that is made of whole areas."""
    whole = list(areas)
    parts = group_by_system(((area, area.residents) for area in whole), context.day)
    return Reading(Kind.AREA, label, label, residents_of(whole), parts)


def _system(context: LookupContext, system: SystemFacts) -> Reading:
    parts = context.gazetteer.atlas.areas_by_system(system, context.day)
    residents = sum(part.residents or 0 for part in parts)
    if system.open_on(context.day):
        parts = (Part(system, (), residents),)
    name = context.name(system)
    return Reading(Kind.SYSTEM, name, name, residents, parts, system=system)


def _place(context: LookupContext, place: Place) -> Reading:
    areas = context.gazetteer.atlas.areas
    shares = [
        (areas[code], None if share is None else place.weight * share / 100)
        for code, share in place.shares
        if code in areas and (share is None or share >= SLIVER)
    ]
    kind = Kind.COUNCIL if place.kind == "council" else Kind.PLACE
    parts = group_by_system(shares, context.day)
    return Reading(kind, place.name, place.label, place.weight, parts, nation=place.nation)


def _organisation(context: LookupContext, organisation: OrganisationFacts) -> Reading:
    atlas = context.gazetteer.atlas
    if organisation.kind is OrganisationKind.COUNCIL:
        total = sum(number for _, number in organisation.residents)
        shares = [
            (atlas.areas[code], float(number))
            for code, number in organisation.residents
            if code in atlas.areas and 100 * number >= SLIVER * total
        ]
        parts = group_by_system(shares, context.day)
        return Reading(
            Kind.COUNCIL,
            organisation.name,
            organisation.label,
            total,
            parts,
            organisation=organisation,
        )
    area = atlas.areas.get(organisation.area or "")
    ties = tuple(
        Part(system, (area,) if area else (), None)
        for slug in organisation.systems_on(context.day)
        if (system := atlas.systems.get(slug)) and system.opened_on
    )
    return Reading(
        Kind.ORGANISATION, organisation.name, organisation.label, 0, ties, organisation=organisation
    )
