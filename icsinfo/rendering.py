"""What is noted of a public answer while Django makes it, for the page cache in front.

What an answer depends on of a query is what was read of it, as `No-Vary-Search` would say:
https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/No-Vary-Search.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse, QueryDict

from icsinfo.http import View
from icsinfo.http_caching import NEVER_KEPT

ALL = "*"  # an answer that depends on whatever is in the query
TYPED = {"words"}  # parameters that hold what somebody typed into a box
ENVIRON_KEY = "icsinfo.rendering"


class Content(Protocol):
    """What answers are made of, as one value that is another one after each change."""

    def version(self) -> object: ...

    def next_change(self) -> datetime:
        """When answers change by themselves. Asked for within a request."""


@dataclass
class Rendering:
    """What is noted of an answer while Django makes it."""

    content: Content
    read: set[str] = field(default_factory=set)
    changes_at: datetime | None = None  # None: it is for once only


def rendering_of(request: HttpRequest) -> Rendering | None:
    """The notes on the answer to this request, if it may be kept."""
    return request.META.get(ENVIRON_KEY)


def do_not_keep(request: HttpRequest) -> None:
    """The answer to this request is for once only."""
    if rendering := rendering_of(request):
        rendering.changes_at = None


class NotingQueryDict(QueryDict):
    """A query that notes which parameters are asked for by name.

    Whoever goes through it gets those alone, so that links to other pages of a list carry no more.
    """

    def __init__(self, query: str, encoding: str | None, read: set[str]) -> None:
        self._read: set[str] = set()
        super().__init__(query, encoding=encoding)  # asks too
        self._read = read

    def __getitem__(self, key: str) -> Any:  # `get` asks for this too
        self._read.add(key)
        return super().__getitem__(key)

    def getlist(self, key: str, default: Any = None) -> list[str]:
        self._read.add(key)
        return super().getlist(key, default)

    def __contains__(self, key: object) -> bool:
        self._read.add(str(key))
        return super().__contains__(key)

    def __bool__(self) -> bool:
        """Always: whoever asked whether there is any would depend on all, and not be noted."""
        return True

    def __iter__(self) -> Iterator[str]:
        return (key for key in super().__iter__() if key in self._read)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        """Whoever asks depends on all that is in the query."""
        self._read.add(ALL)
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> Any:
        return dict.fromkeys(self).keys()

    def lists(self) -> Any:
        return [(key, self.getlist(key)) for key in self]

    def items(self) -> Any:
        return [(key, self[key]) for key in self]

    def values(self) -> Any:
        return [self[key] for key in self]

    def copy(self) -> QueryDict:  # type: ignore[override]
        copied = QueryDict(mutable=True, encoding=self.encoding)
        for key, values in self.lists():
            copied.setlist(key, values)
        return copied

    __copy__ = copy  # type: ignore[assignment]

    def __deepcopy__(self, memo: object) -> QueryDict:  # type: ignore[override]
        return self.copy()


class QueryParametersMiddleware:
    """Note what of the query an answer depends on. The API refuses what it does not know: all."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        rendering = rendering_of(request)
        read = rendering.read if rendering else set()
        if request.path.startswith("/api/"):
            read.add(ALL)
        elif not request.path.startswith(NEVER_KEPT):
            query = request.META.get("QUERY_STRING", "")
            request.GET = NotingQueryDict(query, request.encoding, read)  # type: ignore[assignment]
        # Before it is made: a page that midnight passes by is yesterday's.
        changes_at = rendering.content.next_change() if rendering else None
        response = self.get_response(request)
        if TYPED & request.GET.keys():
            response["Cache-Control"] = "no-store"  # in no cache on the way either
        elif rendering and response.status_code == HTTPStatus.OK:
            rendering.changes_at = changes_at
        return response
