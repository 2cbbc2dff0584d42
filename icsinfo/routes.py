"""All routes of the URLconf."""

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes() -> Iterator[tuple[str, str]]:
    """Every (namespaced name, route): ("systems:system", "ics/<slug:slug>/")."""
    yield from _under(get_resolver().url_patterns, "", "")


def _under(
    patterns: Iterable[URLPattern | URLResolver], prefix: str, space: str
) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _under(pattern.url_patterns, route, inner)
        else:
            yield f"{space}{pattern.name}", route
