"""Results that depend on the public content and their arguments, made once for each version."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection

from icsinfo.rendering import Content

Params = ParamSpec("Params")
Result = TypeVar("Result")

# That of the server, which says without the database whether anything has changed. Commands and
# tests have none, and make everything anew.
content: Content | None = None

_version: object = None  # of what all results that are kept were made of
_clear: list[Callable[[], None]] = []


def cached_by_content(
    maxsize: int,
) -> Callable[[Callable[Params, Result]], Callable[Params, Result]]:
    """Decorate a function whose results hold until public pages change, by an edit or by the clock.

    The day is to be among its arguments, which must be hashable. All threads get the same result,
    so nobody may change it. A transaction may have written what nobody else sees: it has its own.
    """

    def decorate(function: Callable[Params, Result]) -> Callable[Params, Result]:
        @lru_cache(maxsize)
        def cached(version: object, *args: Any, **kwargs: Any) -> Result:
            return function(*args, **kwargs)

        _clear.append(cached.cache_clear)

        @wraps(function)
        def result(*args: Params.args, **kwargs: Params.kwargs) -> Result:
            if content is None or connection.in_atomic_block:
                return function(*args, **kwargs)
            return cached(_current_version(content), *args, **kwargs)  # type: ignore[arg-type]

        return result

    return decorate


def _current_version(content: Content) -> object:
    """The version, once all that was made of an earlier one has been let go."""
    global _version
    version = (content.version(), content.next_change())
    if version != _version:
        for clear in _clear:
            clear()
        _version = version
    return version
