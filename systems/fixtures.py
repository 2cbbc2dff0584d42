"""The files that fill this app's tables, in the order in which they are loaded."""

import hashlib
from pathlib import Path
from typing import Any

from django.utils import timezone

from systems import models
from systems.directory import Directory, DirectoryError
from systems.loading import Fixture, FixtureError


def _loaded_dataset(row: dict[str, str], folder: Path) -> dict[str, Any]:
    """Check that the file of a dataset is the one described, and say when it was loaded."""
    if row["file"]:
        path = folder / row["file"]
        if not path.exists():
            raise FixtureError(f"{path.name} is not there")
        if hashlib.sha256(path.read_bytes()).hexdigest() != row["checksum"]:
            raise FixtureError(f"{path.name} is not the file with this checksum")
        if row["kind"] == "postcodes":
            _check_directory(path, int(row["rows"]))
    return {"loaded_by": "load_data", "loaded_at": timezone.now(), "in_use": True}


def _check_directory(path: Path, rows: int) -> None:
    try:
        live = Directory.load(path).live_postcodes()
    except DirectoryError as error:
        raise FixtureError(str(error)) from error
    if live != rows:
        raise FixtureError(f"{path.name} has {live:,} live postcodes where {rows:,} are expected")


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
        columns=("system", "scheme", "code", "date_from", "source"),
        references={"system": "systems", "source": "sources"},
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
        columns=("area", "name", "source"),
        references={"area": "areas", "source": "sources"},
    ),
    Fixture(
        "area_periods.csv",
        models.AreaPeriod,
        key=("area", "date_from"),
        columns=("area", "date_from", "system", "certainty", "note", "source"),
        references={"area": "areas", "system": "systems", "source": "sources"},
    ),
]
