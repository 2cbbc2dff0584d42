"""Hospitals that NHS trusts run, with the area in which each stands."""

from collections.abc import Iterator
from datetime import date

from icsinfo.downloads import Column, Table
from icsinfo.http import Absolute
from systems.gazetteer import Gazetteer
from systems.models import Organisation, OrganisationAlias
from systems.models.organisations import OrganisationAliasQuerySet


def hospital_sites(day: date) -> OrganisationAliasQuerySet:
    """The hospitals of the trusts that are open on `day`, by name. What no source says is left out.

    No source says since when a trust runs a hospital, so the day decides about the trust alone.
    """
    return (
        OrganisationAlias.objects.hospitals()
        .confirmed()
        .filter(organisation__in=Organisation.objects.open_on(day))
        .select_related("organisation", "area", "source")
        .order_by("name", "place", "organisation__code")
    )


def _rows(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    for site in hospital_sites(day):
        area = gazetteer.atlas.areas.get(site.area.code) if site.area else None
        system = area.system_on(day) if area else None
        yield (
            site.name,
            site.place or None,
            *((area.slug, area.name) if area else (None, None)),
            *((system.slug, system.name_on(day)) if system else (None, None)),
            site.organisation.code,
            site.organisation.name,
            absolute(site.organisation.get_absolute_url()),
            [site.source],
        )


HOSPITAL_SITES = Table(
    "hospital-sites",
    "Hospital sites",
    "Hospitals by the names people use, with the NHS trust that runs each and the area "
    "it is in. Some lists are years old, as their sources say; there may be more hospitals.",
    ("name", "town", "trust"),
    (
        Column("name", "The name of the hospital.", always=True),
        Column("town", "The town it is in."),
        Column("area", "The slug of its area, worked out from its town or postcode."),
        Column("area_name", "The name of that area."),
        Column("system", "The slug of the area's system on the date.", points_at="systems"),
        Column("system_name", "The name of that system on the date."),
        Column("trust", "The ODS code of the trust that runs it.", always=True),
        Column("trust_name", "The name of that trust.", always=True),
        Column("url", "The address of the trust's page.", always=True),
    ),
    ("organisations",),
    _rows,
    listed=True,
)
