"""The shapes that several answers of the API have in common.

An answer is made of these, which check it, write it and describe it: its keys stand nowhere else.
They are a contract with other programs.
"""

from datetime import date
from typing import Annotated, Any, Generic, Protocol, Self, TypeVar

from django.http import HttpResponse
from ninja import P, PathEx
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from icsinfo.http import Absolute
from systems.atlas import SystemFacts
from systems.models import Source

Item = TypeVar("Item")
Day = date  # which a key of that name would hide
OrNull = Annotated[str | None, BeforeValidator(lambda text: text or None)]  # null where empty

# What stands in the path of an address.
SystemKey = PathEx[
    str,
    P(
        description="The slug of a system, or any ODS or ONS code it has had.",
        example="devon",
    ),
]
AreaKey = PathEx[
    str,
    P(
        description="The slug of an area, or an NHS code that stands for that area alone.",
        example="tameside",
    ),
]
OrganisationCode = PathEx[
    str,
    P(
        description="An ODS code, or the ONS code of a council, including former ones.",
        example="RH8",
    ),
]

FIRST_CLOSED = "The first day it no longer existed."
FROM = "The first day it applies."
TO = "The first day it no longer applies; null while it does."


class HasPage(Protocol):
    def get_absolute_url(self) -> str: ...


class Out(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(serialize_by_alias=True)

    @classmethod
    def of(cls, row: object, **values: Any) -> Self:
        """From `values`, and what they do not give from the attributes of `row`."""
        for name in cls.model_fields:
            if name not in values:
                values[name] = getattr(row, name)
        return cls(**values)

    @classmethod
    def at(cls, row: HasPage, absolute: Absolute, **values: Any) -> Self:
        """The same, with the `url` of the page of `row`."""
        return cls.of(row, url=absolute(row.get_absolute_url()), **values)

    def response(self) -> HttpResponse:
        """The answer as JSON, without keys that were not asked for and not set."""
        return HttpResponse(
            self.model_dump_json(exclude_unset=True), content_type="application/json"
        )


class ListOut(Out, Generic[Item]):
    count: int = Field(description="How many there are in total, regardless of the limit.")
    results: list[Item]


class SourceOut(Out):
    """Something published, and the keys beside it that rest on it."""

    for_: list[str] = Field(serialization_alias="for")
    publisher: str
    title: str
    published: OrNull = Field(description="As exact as known: 2018, 2018-02 or 2018-02-22.")
    dating: str = Field(description="In words, what else is known about its date.")
    url: OrNull
    checked_on: date | None


class Cited:
    """The sources of one object of an answer, each once, with the keys that rest on it."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[Source, list[str]]] = {}

    def add(self, key: str, *sources: Source) -> None:
        for source in sources:
            _, keys = self._keys.setdefault(source.key, (source, []))
            if key not in keys:
                keys.append(key)

    def sources(self) -> list[SourceOut]:
        return [SourceOut.of(source, for_=keys) for source, keys in self._keys.values()]


def sources_of_all(*sources: Source) -> list[SourceOut]:
    """The sources of an object all of whose keys rest on them."""
    cited = Cited()
    cited.add("all", *sources)
    return cited.sources()


class SystemOut(Out):
    slug: str
    name: str
    ods_code: str | None
    ons_code: str | None
    url: str
    closed_on: date | None = Field(description=FIRST_CLOSED)

    @classmethod
    def on(cls, day: date, system: SystemFacts, absolute: Absolute, **values: Any) -> Self:
        """A system with the name and codes that it had on `day`."""
        return cls.at(
            system,
            absolute,
            name=system.name_on(day),
            ods_code=system.ods_code_on(day),
            ons_code=system.ons_code_on(day),
            **values,
        )


class AreaOut(Out):
    slug: str
    name: str
    url: str


class OrganisationOut(Out):
    code: str
    name: str
    kind: str
    url: str
