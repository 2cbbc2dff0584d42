"""Answers as the API writes them. The keys are a contract with other programs."""

from datetime import date
from typing import Any

from icsinfo.http import Absolute
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup.outcomes import Answer
from systems.models import Organisation, Source


def system_as_json(system: SystemFacts, day: date, absolute: Absolute) -> dict[str, Any]:
    """A system with the name and codes that it had on `day`."""
    return {
        "slug": system.slug,
        "name": system.name_on(day),
        "ods_code": system.ods_code_on(day),
        "ons_code": system.ons_code_on(day),
        "url": absolute(system.get_absolute_url()),
        "closed_on": iso(system.closed_on),
    }


def area_as_json(area: AreaFacts, absolute: Absolute) -> dict[str, Any]:
    return {
        "slug": area.slug,
        "name": area.name,
        "url": absolute(area.get_absolute_url()),
    }


def organisation_as_json(one: Organisation, absolute: Absolute) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "url": absolute(one.get_absolute_url()),
    }


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


class Cited:
    """The sources of one object of an answer, each once, with the keys that rest on it."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[Source, list[str]]] = {}

    def add(self, key: str, *sources: Source) -> None:
        for source in sources:
            _, keys = self._keys.setdefault(source.key, (source, []))
            if key not in keys:
                keys.append(key)

    def as_json(self) -> list[dict[str, Any]]:
        return [
            {
                "for": keys,
                "publisher": source.publisher,
                "title": source.title,
                "published": source.published or None,
                "dating": source.dating,
                "url": source.url or None,
                "checked_on": iso(source.checked_on),
            }
            for source, keys in self._keys.values()
        ]


def sources_as_json(*sources: Source) -> list[dict[str, Any]]:
    """The sources of an object all of whose keys rest on them."""
    cited = Cited()
    for source in sources:
        cited.add("all", source)
    return cited.as_json()


def answer_as_json(
    answer: Answer, today: date, gazetteer: Gazetteer, absolute: Absolute
) -> dict[str, Any]:
    """`absolute` makes a whole address of a path."""
    day = answer.on or today
    return {
        "outcome": answer.outcome.value,
        "on": answer.on and answer.on.isoformat(),
        "query": {
            "kind": answer.kind.value,
            "read_as": answer.read_as,
            "repairs": list(answer.repairs),
        },
        "system": answer.system and system_as_json(answer.system, day, absolute),
        "area": answer.area and area_as_json(answer.area, absolute),
        "history": [
            {
                "system": system_as_json(stay.system, day, absolute),
                "from": iso(stay.start),
                "to": iso(stay.end),
            }
            for stay in answer.history
            if stay.system
        ],
        "candidates": [
            {
                "system": candidate.system and system_as_json(candidate.system, day, absolute),
                "area": candidate.area and area_as_json(candidate.area, absolute),
                "label": candidate.label,
                "share": candidate.share,
            }
            for candidate in answer.candidates
        ],
        "message": answer.message,
        "data": {"postcodes": gazetteer.vintage},
    }
