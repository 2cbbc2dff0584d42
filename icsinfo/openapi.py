"""The OpenAPI description: its errors, responses and query parameters.

An operation with `openapi_extra={"query": ...}` has a `TakesQuery` there for its query parameters.
It is called each time the description is built, with what the app holds in memory, as the choices
of filters change with the facts.
"""

from typing import Any, Protocol

from ninja import NinjaAPI, Schema


class FaultError(Exception):
    """Raise it in an operation to answer with this status and the API's error body."""

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
    """Describes the query parameters of an operation."""

    def parameters(self, facts: Any) -> list[dict[str, Any]]: ...

    def schemas(self) -> dict[str, Any]:
        """The component schemas that the parameters refer to, by name."""


_TEXT = {"type": "string"}
_SECONDS = {"schema": {"type": "integer", "minimum": 0}, "description": "Seconds to wait."}
_DESCRIPTIONS = {
    "200": "The answer.",
    "304": "Nothing has changed since the answer whose ETag was sent as If-None-Match.",
    "400": "The body is not JSON.",
    "404": "There is nothing with this name or code; detail says what else it may mean.",
    "413": "The body is larger than 256 kB.",
    "422": "The request is not valid; detail says what is wrong with each part.",
    "429": "Too many requests in a minute. Wait for the number of seconds in Retry-After.",
    "503": "The data cannot be read at the moment. Try again after Retry-After seconds.",
}


class ReadOnlyAPI(NinjaAPI):
    """An API whose description includes what its middleware and `TakesQuery` objects add."""

    def get_content_type(self) -> str:
        """JSON is always UTF-8 (RFC 8259), so no charset is named."""
        return self.renderer.media_type or "application/json"

    def get_openapi_schema(self, *, facts: Any = None, **kwargs: Any) -> Any:
        """The OpenAPI document. `facts` is passed to `TakesQuery.parameters`."""
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


def responses(model: Any, *errors: int) -> dict[Any, Any]:
    """The `response=` of an operation: 200 with `model`, and these errors with those of all."""
    return {200: model, frozenset({*errors, 429, 503}): ErrorOut}
