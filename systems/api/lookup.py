"""`POST /api/v1/lookup`: from a text and a date to an answer."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, ConfigDict, Field, model_validator

from icsinfo.http import Absolute
from icsinfo.openapi import FaultError, responses
from systems.api.schemas import AreaOut, OrganisationOut, Out, SystemOut
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.lookup import lookup
from systems.lookup.explanation import explain, planned_changes
from systems.lookup.outcomes import Answer

MAX_QUERIES = 1000

router = Router(tags=["Find"])


def _without_surrogates(text: str) -> str:
    """Half a character, which JSON can escape and UTF-8 cannot hold, as forms are read: U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


Text = Annotated[str, AfterValidator(_without_surrogates)]


class LookupIn(Schema):
    """One text in `q`, or up to 1,000 in `queries`; `on` is the date, today unless told."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "oneOf": [
                {"required": [one], "properties": {one: {"type": kind}, other: {"type": "null"}}}
                for one, kind, other in (("q", "string", "queries"), ("queries", "array", "q"))
            ]
        },
    )

    q: Text | None = None
    queries: Annotated[list[Text], Field(max_length=MAX_QUERIES)] | None = None
    on: Text | None = Field(None, description="year-month-day", examples=["2026-03-31"])
    explain: bool = Field(False, description="Whether to say how each answer came about.")

    @model_validator(mode="after")
    def _one_or_many(self) -> "LookupIn":
        if (self.q is None) == (self.queries is None):
            raise ValueError("Send either q, one text, or queries, a list of texts.")
        return self


class QueryOut(Out):
    kind: str
    read_as: str
    repairs: list[str]


class StayOut(Out):
    system: SystemOut
    from_: date = Field(serialization_alias="from")
    to: date | None


class CandidateOut(Out):
    system: SystemOut | None
    area: AreaOut | None
    label: str
    share: float | None


class FoundOrganisationOut(OrganisationOut):
    place: str


class PlannedOut(Out):
    on: date
    title: str
    url: str


class GuideOut(Out):
    title: str
    url: str


class DataOut(Out):
    postcodes: str


class AnswerOut(Out):
    outcome: str
    on: date | None
    query: QueryOut
    system: SystemOut | None
    area: AreaOut | None
    history: list[StayOut]
    candidates: list[CandidateOut]
    organisation: FoundOrganisationOut | None = Field(
        description="With the outcome organisation, and where a name was repaired to one's."
    )
    planned: list[PlannedOut] = Field(
        description="What changes for the area, or else the system, after the date asked about."
    )
    message: str
    guide: GuideOut | None = Field(
        description="Of another nation: a page of its own that says where to go."
    )
    near_border: list[SystemOut] = Field(
        description="Other systems that are within 300 metres of a postcode, as the crow flies."
    )
    data: DataOut
    explain: list[str] = Field([], description="Only if it was asked for.")


class AnswersOut(Out):
    on: date | None
    results: list[AnswerOut]


@router.post(
    "/lookup",
    response=responses(AnswerOut | AnswersOut, 400, 413, 422),
    by_alias=True,
    summary="Find an ICS",
)
def post_lookup(request: GazetteerRequest, body: LookupIn) -> Any:
    """Which system a postcode, part of one, name or code belongs to, on any date since 2017."""
    gazetteer = request.gazetteer
    today = timezone.localdate()
    texts = [body.q] if body.q is not None else body.queries or []
    absolute = request.build_absolute_uri
    results = [
        _answer(
            lookup(text, body.on, today=today, gazetteer=gazetteer),
            body.explain,
            today,
            gazetteer,
            absolute,
        )
        for text in texts
    ]
    if body.q is not None:
        return results[0].response()
    # The date alone, asked with an empty text, so that it is read as for every text.
    on = lookup("", body.on, today=today, gazetteer=gazetteer).on
    return AnswersOut(on=on, results=results).response()


def _answer(
    answer: Answer, explained: bool, today: date, gazetteer: Gazetteer, absolute: Absolute
) -> AnswerOut:
    day = answer.on or today
    organisation = answer.organisation
    return AnswerOut(
        outcome=answer.outcome.value,
        on=answer.on,
        query=QueryOut(
            kind=answer.kind.value, read_as=answer.read_as, repairs=list(answer.repairs)
        ),
        system=SystemOut.on(day, answer.system, absolute) if answer.system else None,
        area=AreaOut.at(answer.area, absolute) if answer.area else None,
        history=[
            StayOut(system=SystemOut.on(day, stay.system, absolute), from_=stay.start, to=stay.end)
            for stay in answer.history
            if stay.system
        ],
        candidates=[
            CandidateOut(
                system=SystemOut.on(day, one.system, absolute) if one.system else None,
                area=AreaOut.at(one.area, absolute) if one.area else None,
                label=one.label,
                share=one.share,
            )
            for one in answer.candidates
        ],
        organisation=FoundOrganisationOut.of(
            organisation,
            url=absolute(reverse("systems:organisation", args=[organisation.code])),
        )
        if organisation
        else None,
        planned=[
            PlannedOut.of(change, url=absolute(change.page.get_absolute_url()))
            for change in planned_changes(answer, today)
        ],
        message=answer.message,
        guide=GuideOut.of(answer.guide) if answer.guide else None,
        near_border=[SystemOut.on(day, system, absolute) for system in answer.near],
        **({"explain": explain(answer, gazetteer)} if explained else {}),
        data=DataOut(postcodes=gazetteer.vintage),
    )


def wrong_form(request: HttpRequest, problem: ValidationError) -> FaultError:
    """What to answer to a body of another form."""
    if not request.body.strip():
        return FaultError(400, "not_json", "The body is empty. Send JSON.")
    detail = []
    for fault in problem.errors:
        # The place and the rule only: what was sent, an unknown key too, is not repeated.
        known = [
            part for part in fault["loc"][2:] if part in LookupIn.model_fields or type(part) is int
        ]
        place = ".".join(map(str, known)) or "body"
        detail.append(f"{place}: {fault['msg'].removeprefix('Value error, ')}")
    return FaultError(
        422,
        "wrong_form",
        'Send {"q": "SW1A 1AA"} or {"queries": [...]} with at most 1,000 texts, '
        'and "on" as year-month-day if you like.',
        detail,
    )
