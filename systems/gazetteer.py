"""Everything a lookup or a map needs, in memory: atlas, register, places, postcodes, outlines.

A process reads it once and again only when `Revision` says that facts have changed. While the
database is away the last reading goes on being used.
"""

import uuid
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import Context
from django.utils.functional import SimpleLazyObject

from icsinfo.http import View
from systems.atlas import Atlas
from systems.maps.drawing import Maps
from systems.maps.outlines import Outlines
from systems.models import Dataset, Revision
from systems.reference.directory import Directory
from systems.reference.nations import Nations
from systems.reference.organisations import Register
from systems.reference.places import Places
from systems.reference.prefix_index import Names
from systems.reference.spelling import Spelling


@dataclass(frozen=True)
class Gazetteer:
    """`vintage` names the release of the postcodes: "OS Code-Point Open, October 2025"."""

    atlas: Atlas
    register: Register
    places: Places
    spelling: Spelling
    directory: Directory
    nations: Nations
    outlines: Outlines
    vintage: str

    @property
    def vintage_date(self) -> str:
        return self.vintage.rpartition(", ")[2]

    @cached_property
    def names(self) -> Names:
        """All names by how they begin: for suggestions, and made when the first is asked for."""
        return Names.of(self.atlas, self.register, self.places)

    @cached_property
    def maps(self) -> Maps:
        """The maps of all dates, each drawn when it is first asked for."""
        return Maps(self.atlas, self.outlines)


_load_directory = lru_cache(maxsize=2)(Directory.load)
_load_nations = lru_cache(maxsize=2)(Nations.load)
_load_places = lru_cache(maxsize=2)(Places.load)
_load_outlines = lru_cache(maxsize=2)(Outlines.load)
_held: tuple[uuid.UUID, Gazetteer] | None = None


def read() -> Gazetteer:
    """Read the gazetteer afresh from the database and the files that its datasets name."""
    used = {dataset.kind: dataset for dataset in Dataset.objects.filter(in_use=True)}
    postcodes = used.get("postcodes")
    atlas, register = Atlas.read(), Register.read()
    places = _load_places(_path(used.get("places"), settings.PLACES_FILE))
    return Gazetteer(
        atlas,
        register,
        places,
        Spelling([*(name for name, _ in atlas.names), *register.names(), *places.by_name]),
        _load_directory(_path(postcodes, settings.POSTCODE_DIRECTORY)),
        _load_nations(_path(used.get("other-nations"), settings.NATIONS_FILE)),
        _load_outlines(_path(used.get("outlines"), settings.OUTLINES_FILE)),
        str(postcodes) if postcodes else "",
    )


def _path(dataset: Dataset | None, otherwise: Path) -> Path:
    return dataset.path if dataset and dataset.file else otherwise


def current() -> Gazetteer:
    """The gazetteer as it is now: one small query, unless facts have changed.

    Raises OperationalError or InterfaceError if the database is away and nothing was read before.
    """
    global _held
    try:
        token = Revision.objects.values_list("token", flat=True).first()
        if _held is None or token is None or _held[0] != token:
            _held = (token or uuid.uuid4(), read())
    except (OperationalError, InterfaceError):
        if _held is None:
            raise
    return _held[1]


class GazetteerRequest(HttpRequest):
    """A request as views get it: its whole answer is made of one reading of the gazetteer.

    `gazetteer` is found out at its first use, and raises then what `current` raises.
    """

    gazetteer: Gazetteer


def with_gazetteer(get_response: View) -> View:
    """Middleware: give the request its `gazetteer`. The first, as error pages use it too."""

    def middleware(request: GazetteerRequest) -> HttpResponse:
        request.gazetteer = cast(Gazetteer, SimpleLazyObject(current))
        return get_response(request)

    return middleware


def held_by(context: Context) -> Gazetteer:
    """The gazetteer of the request for which a template is rendered."""
    held: Gazetteer = context["request"].gazetteer
    return held
