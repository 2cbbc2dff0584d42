"""Answers as the API writes them. The keys are a contract with other programs."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse

from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer
from systems.outcomes import Answer

Absolute = Callable[[str], str]


def system_as_json(system: SystemFacts, day: date, absolute: Absolute) -> dict[str, Any]:
    """A system with the name and codes that it had on `day`."""
    return {
        "slug": system.slug,
        "name": system.name_on(day),
        "ods_code": system.ods_code_on(day),
        "ons_code": system.ons_code_on(day),
        "url": absolute(reverse("systems:system", args=[system.slug])),
        "closed_on": system.closed_on and system.closed_on.isoformat(),
    }


def area_as_json(area: AreaFacts, absolute: Absolute) -> dict[str, Any]:
    return {
        "slug": area.slug,
        "name": area.name,
        "url": absolute(reverse("systems:area", args=[area.slug])),
    }


def answer_as_json(
    answer: Answer, today: date, gazetteer: Gazetteer, absolute: Absolute
) -> dict[str, Any]:
    """`absolute` makes a whole address of a path."""
    day = answer.on or today
    systems = gazetteer.atlas.systems
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
                "system": system_as_json(systems[span.value], day, absolute),
                "from": span.start.isoformat(),
                "to": span.end and span.end.isoformat(),
            }
            for span in answer.history
            if span.value
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
