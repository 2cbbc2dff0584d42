"""The API as its description has it: faults, what every answer may be, and what addresses take.

An operation whose `openapi_extra` is `{"query": ...}` takes what that object describes after the
question mark. It is asked each time the description is, with what the app holds in memory, as the
choices of filters change with the facts.
"""

from typing import Any, Protocol

from ninja import NinjaAPI, Schema


class FaultError(Exception):
    """A fault of the request. Raise it anywhere; it is answered in the API's one shape."""

    def __init__(
        self, status: int, code: str, message: str, detail: list[str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.detail = status, code, message, detail


class Problem(Schema):
    code: str
    message: str
    detail: list[str]


class ErrorOut(Schema):
    error: Problem


class TakesQuery(Protocol):
    """What an address takes after its question mark."""

    def parameters(self, facts: Any) -> list[dict[str, Any]]: ...

    def schemas(self) -> dict[str, Any]:
        """What the parameters refer to."""


_TEXT = {"type": "string"}
_SECONDS = {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds to wait."}
_DESCRIPTIONS = {
    "200": "The answer.",
    "304": "Nothing has changed since the answer whose ETag was sent as If-None-Match.",
    "400": "The body is not JSON.",
    "404": "There is nothing of this name or code; detail says what else it may stand for.",
    "413": "The body is larger than 256 kB.",
    "422": "The request has another form; detail says what is wrong with each part.",
    "429": "Too many requests in a minute. Wait as many seconds as Retry-After says.",
    "503": "The data cannot be read just now. Try again after Retry-After seconds.",
}


class ReadOnlyAPI(NinjaAPI):
    """An API whose description says all that its middleware and queries do."""

    def get_openapi_schema(self, *, facts: Any = None, **kwargs: Any) -> Any:
        """The description. `facts` are what queries need to know the choices that they offer."""
        document = super().get_openapi_schema(**kwargs)
        for path in document["paths"].values():
            for method, details in path.items():
                query: TakesQuery | None = details.pop("query", None)
                if query is not None:
                    details["parameters"] += query.parameters(facts)
                    document["components"]["schemas"] |= query.schemas()
                _describe_responses(method, details)
        return document


def _describe_responses(method: str, details: dict[str, Any]) -> None:
    responses = {str(status): response for status, response in details["responses"].items()}
    if method == "get":
        responses["200"]["headers"] = {"ETag": {"schema": _TEXT}}
        responses["304"] = {}
    for status in {"429", "503"} & set(responses):
        responses[status]["headers"] = {"Retry-After": _SECONDS}
    for status, response in responses.items():
        response["description"] = _DESCRIPTIONS[status]
    details["responses"] = dict(sorted(responses.items()))


def answered(model: Any, *faults: int) -> dict[Any, Any]:
    """The responses of an operation: its answer, these faults, and those of every address."""
    return {200: model, frozenset({*faults, 429, 503}): ErrorOut}
