"""The API. For now it has one address, `POST /api/v1/lookup`; the rest comes with its own issue."""

from http import HTTPStatus
from typing import Annotated, Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import ConfigDict, Field, model_validator

from icsinfo.api import error
from icsinfo.unavailable import UnavailableError
from systems import gazetteer
from systems.answers import answer_as_json
from systems.lookup import lookup

MOST_QUERIES = 1000

api = NinjaAPI(
    title="ICS Info",
    version="1",
    description="Which integrated care system a postcode, name or code belongs to, on any date.",
    docs_url=None,
    urls_namespace="api-1",
)


class LookupIn(Schema):
    """One text in `q`, or up to 1,000 in `queries`; `on` is the date, today unless told."""

    model_config = ConfigDict(extra="forbid", strict=True)

    q: str | None = None
    queries: Annotated[list[str], Field(max_length=MOST_QUERIES)] | None = None
    on: str | None = Field(None, description="year-month-day", examples=["2026-03-31"])

    @model_validator(mode="after")
    def _one_or_many(self) -> "LookupIn":
        if (self.q is None) == (self.queries is None):
            raise ValueError("Send either q, one text, or queries, a list of texts.")
        return self


class SystemOut(Schema):
    slug: str
    name: str
    ods_code: str | None
    ons_code: str | None
    url: str
    closed_on: str | None = Field(description="The first day on which it no longer existed.")


class AreaOut(Schema):
    slug: str
    name: str
    url: str


class QueryOut(Schema):
    kind: str
    read_as: str
    repairs: list[str]


class StayOut(Schema):
    system: SystemOut
    from_: str = Field(alias="from")
    to: str | None


class CandidateOut(Schema):
    system: SystemOut | None
    area: AreaOut | None
    label: str
    share: float | None


class DataOut(Schema):
    postcodes: str


class AnswerOut(Schema):
    outcome: str
    on: str | None
    query: QueryOut
    system: SystemOut | None
    area: AreaOut | None
    history: list[StayOut]
    candidates: list[CandidateOut]
    message: str
    data: DataOut


class AnswersOut(Schema):
    on: str | None
    results: list[AnswerOut]


class Problem(Schema):
    code: str
    message: str
    detail: list[str]


class ErrorOut(Schema):
    error: Problem


# The responses are described here and built by `answers`; checking each again would cost more
# than answering a thousand postcodes does.
_RESPONSES = {
    200: AnswerOut | AnswersOut,
    frozenset({400, 413, 422, 503}): ErrorOut,
}


@api.post("/lookup", response=_RESPONSES, by_alias=True, summary="Find an ICS")
def post_lookup(request: HttpRequest, body: LookupIn) -> Any:
    """Which system a postcode, part of one, name or code belongs to, on any date since 2017."""
    held = gazetteer.current()
    today = timezone.localdate()
    texts = [body.q] if body.q is not None else body.queries or []
    results = [
        answer_as_json(
            lookup(text, body.on, today=today, gazetteer=held),
            today,
            held,
            request.build_absolute_uri,
        )
        for text in texts
    ]
    if body.q is not None:
        return JsonResponse(results[0])
    # The date alone, asked with an empty text, so that it is read as for every text.
    on = lookup("", body.on, today=today, gazetteer=held).on
    return JsonResponse({"on": on and on.isoformat(), "results": results})


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, problem: HttpError) -> HttpResponse:
    if problem.status_code == HTTPStatus.BAD_REQUEST:
        return error(400, "not_json", "The body is not JSON.")
    return error(problem.status_code, "error", str(problem))


@api.exception_handler(ValidationError)
def _wrong_form(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    if not request.body.strip():
        return error(400, "not_json", "The body is empty. Send JSON.")
    detail = []
    for fault in problem.errors:
        # The place and the rule only: what was sent, an unknown key too, is not repeated.
        known = [
            part for part in fault["loc"][2:] if part in LookupIn.model_fields or type(part) is int
        ]
        place = ".".join(map(str, known)) or "body"
        detail.append(f"{place}: {fault['msg'].removeprefix('Value error, ')}")
    return error(
        422,
        "wrong_form",
        'Send {"q": "SW1A 1AA"} or {"queries": [...]} with at most 1,000 texts, '
        'and "on" as year-month-day if you like.',
        detail,
    )


@api.exception_handler(OperationalError)
@api.exception_handler(UnavailableError)
@api.exception_handler(InterfaceError)
def _away(request: HttpRequest, problem: Exception) -> HttpResponse:
    response = error(503, "unavailable", "The data cannot be read just now. Try again shortly.")
    response["Retry-After"] = "30"
    return response
