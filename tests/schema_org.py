"""Checks JSON-LD against the vocabulary of schema.org, as a package brings it.

The package's models take every property that a type has, with values of the right kind, and nothing
else. They do not know that a value may be of a narrower type than asked for (a Country as a Place),
so each inner thing is checked by its own type and then stands for its wider one.
"""

import json
from datetime import date, datetime
from typing import Any

from bs4 import BeautifulSoup
from schema_org import registry


def things_of(html: bytes | str) -> list[dict[str, Any]]:
    """Everything that a page says in JSON-LD."""
    soup = BeautifulSoup(html, "html.parser")
    return [json.loads(tag.string) for tag in soup.select('script[type="application/ld+json"]')]


def check(thing: dict[str, Any]) -> None:
    """Raises a ValidationError that names what schema.org does not have or does not allow there."""
    assert thing.pop("@context", "https://schema.org") == "https://schema.org"
    _validate(thing)


def _validate(thing: dict[str, Any]) -> None:
    model = registry.get_model(thing["@type"])
    ranges = {one.schema_name: one.ranges for one in model.SCHEMA_PROPERTIES}
    model.model_validate({n: _inner(value, ranges.get(n, ())) for n, value in thing.items()})


def _inner(value: Any, allowed: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [_inner(item, allowed) for item in value]
    if isinstance(value, str) and "Date" in allowed:  # the models want dates, not ISO texts
        is_date = len(value) == len("2026-04-01")
        return date.fromisoformat(value) if is_date else datetime.fromisoformat(value)
    if not isinstance(value, dict):
        if allowed and set(allowed) <= registry.ENUM_BY_SCHEMA.keys():
            return registry.ENUM_BY_SCHEMA[allowed[0]](value)  # ValueError for no member
        return value
    _validate(value)
    wider = registry.get_model(value["@type"]).SCHEMA_TYPES
    return {"@type": next((name for name in wider if name in allowed), value["@type"])}
