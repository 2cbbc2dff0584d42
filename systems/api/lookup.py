"""`POST /api/v1/lookup`: from a text and a date to an answer."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NotRequired

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import AfterValidator, ConfigDict, Field, model_validator
from typing_extensions import TypedDict

from icsinfo.http import Absolute, absolute_paths, json_response
from icsinfo.openapi import FaultError, responses
from systems.api.schemas import AreaOut, OrganisationOut, SystemOut
from systems.atlas import AreaFacts, SystemFacts
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.lookup import lookup
from systems.lookup.explanation import explain, planned_changes
from systems.lookup.outcomes import Answer
from systems.reference.organisations import OrganisationFacts

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


class QueryOut(TypedDict):
    kind: str
    read_as: str
    repairs: Sequence[str]


StayOut = TypedDict("StayOut", {"system": SystemOut, "from": date, "to": date | None})


class CandidateOut(TypedDict):
    system: SystemOut | None
    area: AreaOut | None
    label: str
    share: float | None


class FoundOrganisationOut(OrganisationOut):
    place: str


class PlannedOut(TypedDict):
    on: date
    title: str
    url: str


class GuideOut(TypedDict):
    title: str
    url: str


class TopicGuideOut(GuideOut):
    topic: str
    text: str
    source: Annotated[str, Field(description="Of the text: its publisher and title.")]


class DataOut(TypedDict):
    postcodes: str


class PlaceOut(TypedDict):
    """What an answer says of where it leads to."""

    system: SystemOut | None
    area: AreaOut | None
    history: list[StayOut]
    planned: list[PlannedOut]


class AnswerOut(TypedDict):
    outcome: str
    on: date | None
    query: QueryOut
    system: SystemOut | None
    area: AreaOut | None
    history: list[StayOut]
    candidates: list[CandidateOut]
    organisation: Annotated[
        FoundOrganisationOut | None,
        Field(
            description="With the outcome organisation, or if a name was repaired to that of one."
        ),
    ]
    planned: Annotated[
        list[PlannedOut],
        Field(
            description="What changes for the area, or otherwise the system, after the date "
            "asked about."
        ),
    ]
    message: str
    guide: Annotated[
        GuideOut | None,
        Field(description="For another nation: a page of its own that says where to go."),
    ]
    guides: Annotated[
        list[TopicGuideOut],
        Field(description="For another nation: urgent care, who runs the NHS and how to complain."),
    ]
    near_border: Annotated[
        list[SystemOut],
        Field(description="Other systems within 300 metres of a postcode, in a straight line."),
    ]
    data: DataOut
    explain: NotRequired[Annotated[list[str], Field(description="Only if requested.")]]


class AnswersOut(TypedDict):
    on: date | None
    results: list[AnswerOut]


@router.post(
    "/lookup",
    response=responses(AnswerOut | AnswersOut, 400, 413, 422),
    by_alias=True,
    summary="Find an ICS",
)
def post_lookup(request: GazetteerRequest, body: LookupIn) -> HttpResponse:
    """Which system a postcode, part of one, name or code belongs to, on any date since 2017."""
    gazetteer = request.gazetteer
    today = timezone.localdate()
    answers = Answers(gazetteer, today, absolute_paths(request), body.explain)
    if body.q is not None:
        return json_response(answers.of(lookup(body.q, body.on, today=today, gazetteer=gazetteer)))
    results = [
        answers.of(lookup(text, body.on, today=today, gazetteer=gazetteer))
        for text in body.queries or []
    ]
    # The date alone, asked with an empty text, so that it is read as for every text.
    on = lookup("", body.on, today=today, gazetteer=gazetteer).on
    made: AnswersOut = {"on": on, "results": results}
    return json_response(made)


class Answers:
    """Puts the answers to one request into the form of the API.

    What a thousand answers have in common is made once.
    """

    def __init__(
        self, gazetteer: Gazetteer, today: date, absolute: Absolute, is_explained: bool
    ) -> None:
        self._gazetteer = gazetteer
        self._today = today
        self._absolute = absolute
        self._is_explained = is_explained
        self._data: DataOut = {"postcodes": gazetteer.vintage}
        self._systems: dict[tuple[SystemFacts, date], Any] = {}
        self._places: dict[tuple[object, ...], PlaceOut] = {}

    def of(self, answer: Answer) -> AnswerOut:
        day, organisation, guides = answer.on or self._today, answer.organisation, answer.guides
        place = self._place(answer)
        made: AnswerOut = {
            "outcome": answer.outcome,
            "on": answer.on,
            "query": {
                "kind": answer.kind,
                "read_as": answer.read_as,
                "repairs": answer.repairs,
            },
            "system": place["system"],
            "area": place["area"],
            "history": place["history"] if answer.history else [],
            "candidates": [
                {
                    "system": self._system(one.system, day) if one.system else None,
                    "area": self._area(one.area) if one.area else None,
                    "label": one.label,
                    "share": one.share,
                }
                for one in answer.candidates
            ],
            "organisation": self._organisation(organisation) if organisation else None,
            "planned": place["planned"],
            "message": answer.message,
            "guide": {"title": guides[0].title, "url": guides[0].url} if guides else None,
            "guides": [
                {
                    "topic": guide.topic,
                    "text": guide.text,
                    "title": guide.title,
                    "url": guide.url,
                    "source": str(guide.source),
                }
                for guide in guides
            ],
            "near_border": [self._system(system, day) for system in answer.near],
            "data": self._data,
        }
        if self._is_explained:
            made["explain"] = explain(answer, self._gazetteer)
        return made

    def _place(self, answer: Answer) -> PlaceOut:
        key = (answer.system, answer.area, answer.on)
        if key not in self._places:
            self._places[key] = self._place_of(answer, answer.on or self._today)
        return self._places[key]

    def _place_of(self, answer: Answer, day: date) -> PlaceOut:
        return {
            "system": self._system(answer.system, day) if answer.system else None,
            "area": self._area(answer.area) if answer.area else None,
            "history": [
                {"system": self._system(stay.system, day), "from": stay.start, "to": stay.end}
                for stay in (answer.area.stays if answer.area else ())
                if stay.system
            ],
            "planned": [
                {
                    "on": change.on,
                    "title": change.title,
                    "url": self._absolute(change.page.get_absolute_url()),
                }
                for change in planned_changes(answer, self._today)
            ],
        }

    def _system(self, system: SystemFacts, day: date) -> Any:
        if (system, day) not in self._systems:
            made = SystemOut.on(day, system, self._absolute)
            self._systems[system, day] = made.model_dump()
        return self._systems[system, day]

    def _area(self, area: AreaFacts) -> Any:
        return AreaOut.at(area, self._absolute).model_dump()

    def _organisation(self, organisation: OrganisationFacts) -> Any:
        url = self._absolute(reverse("systems:organisation", args=[organisation.code]))
        return FoundOrganisationOut.of(organisation, url=url).model_dump()


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
