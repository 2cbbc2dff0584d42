"""The files that fill this app's tables, in the order in which they are loaded."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone

from systems import models
from systems.loading.loader import Fixture, FixtureError
from systems.maps.outlines import Outlines, OutlinesError
from systems.reference.directory import Directory, DirectoryError
from systems.reference.places import Places, PlacesError


def _loaded_dataset(row: dict[str, str], folder: Path) -> dict[str, Any]:
    """Check that the file of a dataset is the one described, and say when it was loaded."""
    if row["file"]:
        path = folder / row["file"]
        if not path.exists():
            raise FixtureError(f"{path.name} is not there")
        if hashlib.sha256(path.read_bytes()).hexdigest() != row["checksum"]:
            raise FixtureError(f"{path.name} is not the file with this checksum")
        if row["kind"] in _COUNTED:
            _check_rows(path, row["kind"], int(row["rows"]))
    return {"loaded_by": "load_data", "loaded_at": timezone.now(), "in_use": True}


# How many rows a file that is read directly holds, and of what.
_COUNTED: dict[str, tuple[Callable[[Path], int], str]] = {
    "postcodes": (lambda path: Directory.load(path).live_postcodes(), "live postcodes"),
    "places": (lambda path: len(Places.load(path)), "places"),
    "outlines": (lambda path: len(Outlines.load(path)), "borders"),
}


def _check_rows(path: Path, kind: str, rows: int) -> None:
    count, what = _COUNTED[kind]
    try:
        counted = count(path)
    except (DirectoryError, PlacesError, OutlinesError) as error:
        raise FixtureError(str(error)) from error
    if counted != rows:
        raise FixtureError(f"{path.name} has {counted:,} {what} where {rows:,} are expected")


FIXTURES = [
    Fixture(
        "sources.csv",
        models.Source,
        key=("key",),
        columns=("key", "publisher", "title", "published", "dating", "url", "checked_on"),
    ),
    Fixture(
        "datasets.csv",
        models.Dataset,
        key=("kind", "name"),
        columns=(
            "kind",
            "name",
            "publisher",
            "vintage",
            "url",
            "licence",
            "attribution",
            "file",
            "checksum",
            "rows",
        ),
        complete=_loaded_dataset,
    ),
    Fixture("systems.csv", models.System, key=("slug",), columns=("slug", "region", "about")),
    Fixture(
        "system_names.csv",
        models.SystemName,
        key=("system", "date_from"),
        columns=("system", "name", "date_from", "source"),
        references={"system": "systems", "source": "sources"},
    ),
    Fixture(
        "system_aliases.csv",
        models.SystemAlias,
        key=("system", "name"),
        columns=("system", "name", "note", "source"),
        references={"system": "systems", "source": "sources"},
    ),
    Fixture(
        "system_codes.csv",
        models.SystemCode,
        key=("system", "scheme", "date_from"),
        columns=("system", "scheme", "code", "date_from", "note", "source"),
        references={"system": "systems", "source": "sources"},
        added=("note",),
    ),
    Fixture(
        "successions.csv",
        models.Succession,
        key=("predecessor", "successor"),
        columns=("predecessor", "successor", "date", "kind", "source"),
        references={"predecessor": "systems", "successor": "systems", "source": "sources"},
    ),
    Fixture(
        "contacts.csv",
        models.Contact,
        key=("system", "kind"),
        columns=("system", "kind", "value", "note", "source", "confirmed_on"),
        references={"system": "systems", "source": "sources"},
    ),
    Fixture(
        "leaders.csv",
        models.Leader,
        key=("system", "role", "date_from"),
        columns=("system", "role", "name", "date_from", "date_to", "note", "source", "seen_on"),
        references={"system": "systems", "source": "sources"},
    ),
    Fixture(
        "clusters.csv",
        models.Cluster,
        key=("name",),
        columns=(
            *("name", "official_name", "systems", "date_from", "date_to", "shares"),
            *("certainty", "note", "source"),
        ),
        references={"systems": "systems", "source": "sources"},
    ),
    Fixture(
        "areas.csv",
        models.Area,
        key=("code",),
        columns=("code", "slug", "name", "residents", "live_postcodes", "districts", "source"),
        references={"source": "sources"},
    ),
    Fixture(
        "area_codes.csv",
        models.AreaCode,
        key=("area", "scheme", "date_from"),
        columns=("area", "scheme", "code", "body", "name", "date_from", "source"),
        references={"area": "areas", "source": "sources"},
    ),
    Fixture(
        "area_aliases.csv",
        models.AreaAlias,
        key=("area", "name"),
        columns=("area", "name", "codes", "date_from", "date_to", "source"),
        references={"area": "areas", "source": "sources"},
        added=("codes", "date_from", "date_to"),
    ),
    Fixture(
        "area_periods.csv",
        models.AreaPeriod,
        key=("area", "date_from"),
        columns=("area", "date_from", "system", "certainty", "note", "source"),
        references={"area": "areas", "system": "systems", "source": "sources"},
    ),
    Fixture(
        "trusts.csv",
        models.Organisation,
        key=("code",),
        columns=(
            *("code", "kind", "form", "services", "name", "place", "address", "postcode", "area"),
            *("phone", "website", "opened_on", "closed_on", "note", "source"),
        ),
        references={"area": "areas", "source": "sources"},
    ),
    Fixture(
        "councils.csv",
        models.Organisation,
        key=("code",),
        columns=("code", "kind", "form", "name", "website", "former_codes", "note", "source"),
        references={"source": "sources"},
    ),
    Fixture(
        "district_councils.csv",
        models.Organisation,
        key=("code",),
        columns=("code", "kind", "form", "name", "part_of", "former_codes", "note", "source"),
        references={"part_of": "councils", "source": "sources"},
    ),
    Fixture(
        "council_areas.csv",
        models.CouncilArea,
        key=("council", "area"),
        columns=("council", "area", "residents"),
        references={"council": ("councils", "district_councils"), "area": "areas"},
    ),
    Fixture(
        "former_councils.csv",
        models.FormerCouncil,
        key=("code", "successor"),
        columns=("code", "name", "successor", "closed_on", "source"),
        references={"successor": ("councils", "district_councils"), "source": "sources"},
    ),
    Fixture(
        "pcns.csv",
        models.Organisation,
        key=("code",),
        columns=(
            *("code", "kind", "form", "name", "place", "patients", "patients_on"),
            *("note", "source"),
        ),
        references={"source": "sources"},
    ),
    Fixture(
        "practices.csv",
        models.Organisation,
        key=("code",),
        columns=(
            *("code", "kind", "form", "name", "place", "address", "postcode", "area", "phone"),
            *("part_of", "opened_on", "patients", "patients_on", "note", "source"),
        ),
        references={"area": "areas", "part_of": "pcns", "source": "sources"},
    ),
    Fixture(
        "former_practices.csv",
        models.Organisation,
        key=("code",),
        columns=(
            *("code", "kind", "form", "name", "place", "postcode", "area"),
            *("opened_on", "closed_on", "note", "source"),
        ),
        references={"area": "areas", "source": "sources"},
    ),
    *(
        Fixture(
            f"{name}_memberships.csv",
            models.Membership,
            key=("organisation", "system", "role", "date_from"),
            columns=("organisation", "system", "role", "date_from", "date_to", "source"),
            references={"organisation": f"{name}s", "system": "systems", "source": "sources"},
        )
        for name in ("trust", "pcn", "practice")
    ),
    Fixture(
        "organisation_successions.csv",
        models.OrganisationSuccession,
        key=("predecessor", "successor"),
        columns=("predecessor", "successor", "date", "note", "source"),
        references={"predecessor": "trusts", "successor": "trusts", "source": "sources"},
    ),
    Fixture(
        "organisation_aliases.csv",
        models.OrganisationAlias,
        key=("organisation", "name", "place"),
        columns=("organisation", "name", "place", "area", "kind", "source"),
        references={"organisation": "trusts", "area": "areas", "source": "sources"},
        added=("area", "kind"),
    ),
    Fixture("topics.csv", models.Topic, key=("slug",), columns=("slug", "name", "position")),
    Fixture("audiences.csv", models.Audience, key=("slug",), columns=("slug", "name", "position")),
    Fixture("ways.csv", models.Way, key=("slug",), columns=("slug", "name", "position", "meaning")),
    Fixture(
        "schemes.csv",
        models.Scheme,
        key=("slug",),
        columns=(
            *("slug", "name", "place", "what", "for_whom", "how_to_get", "ask"),
            *("topics", "audiences", "ways", "system", "areas"),
            *("known_as_of", "check_by", "status", "status_as_of", "note", "source"),
        ),
        references={
            **{name: name for name in ("topics", "audiences", "ways", "areas")},
            "system": "systems",
            "source": "sources",
        },
    ),
    Fixture(
        "former_slugs.csv",
        models.FormerSlug,
        key=("kind", "slug", "now"),
        columns=("kind", "slug", "now", "note"),
    ),
    Fixture(
        "terms.csv",
        models.Term,
        key=("slug",),
        columns=("slug", "name", "short", "meaning", "source"),
        references={"source": "sources"},
    ),
]
