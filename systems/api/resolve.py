"""From a slug or a code in an address of the API to what it stands for."""

from datetime import date

from django.urls import reverse

from icsinfo.http import Absolute
from icsinfo.openapi import FaultError
from systems.atlas import AreaFacts, Atlas, SystemFacts
from systems.text.postcodes import capitals


def find_system(atlas: Atlas, key: str, day: date, absolute: Absolute) -> SystemFacts:
    """The system with this slug, or with this code on `day` or else before. Raises FaultError."""
    if system := atlas.systems.get(key):
        return system
    meanings = atlas.coded(capitals(key), day)
    system = next((one for one in meanings if isinstance(one, SystemFacts)), None)
    if system is None:
        raise _unknown("system", "We do not know of a system with this", meanings, absolute)
    return system


def find_area(atlas: Atlas, key: str, day: date, absolute: Absolute) -> AreaFacts:
    """The area with this slug, or the only one of this code on `day`. Raises FaultError."""
    if area := atlas.areas_by_slug.get(key):
        return area
    meanings = atlas.coded(capitals(key), day)
    areas = [one for one in meanings if isinstance(one, AreaFacts)]
    if len(areas) != 1:
        raise _unknown("area", "We do not know of an area with this", meanings, absolute)
    return areas[0]


def _unknown(
    wanted: str,
    otherwise: str,
    meanings: tuple[SystemFacts | AreaFacts, ...],
    absolute: Absolute,
) -> FaultError:
    """What to answer where a text does not stand for one thing of the kind wanted."""
    if not meanings:
        return FaultError(404, "not_found", f"{otherwise} slug or code.")
    detail = [absolute(_address(meaning)) for meaning in meanings]
    if len(meanings) == 1:
        message = f"This is not the code of {_a(wanted)}. See detail."
        return FaultError(404, "something_else", message, detail)
    message = f"This code stands for {len(meanings)} areas. Choose one of those in detail."
    return FaultError(404, "several", message, detail)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _address(meaning: SystemFacts | AreaFacts) -> str:
    name = "get_system" if isinstance(meaning, SystemFacts) else "get_area"
    return reverse(f"api-1:{name}", args=[meaning.slug])
