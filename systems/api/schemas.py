"""The shapes that several answers of the API have in common, for its description.

Answers are built by hand and described by these; a test holds every answer to them.
"""

from typing import Generic, TypeVar

from ninja import P, PathEx, Schema
from pydantic import Field

Item = TypeVar("Item")

# What stands in the path of an address.
SystemKey = PathEx[
    str,
    P(
        description="The slug of a system, or any ODS or ONS code that it has had.",
        example="devon",
    ),
]
AreaKey = PathEx[
    str,
    P(
        description="The slug of an area, or a code of an NHS body that stands for it alone.",
        example="tameside",
    ),
]
OrganisationCode = PathEx[
    str,
    P(
        description="An ODS code, or the ONS code of a council; a former one too.",
        example="RH8",
    ),
]

FIRST_CLOSED = "The first day on which it no longer existed."
FROM = "The first day on which it holds."
TO = "The first day on which it no longer holds; null while it does."


class ListOut(Schema, Generic[Item]):
    count: int = Field(description="How many there are in all, whatever the limit.")
    results: list[Item]


class SourceOut(Schema):
    """Something published, and the keys beside it that rest on it."""

    for_: list[str] = Field(alias="for")
    publisher: str
    title: str
    published: str | None = Field(description="As exact as known: 2018, 2018-02 or 2018-02-22.")
    dating: str = Field(description="In words, what else is known of its date.")
    url: str | None
    checked_on: str | None


class SystemOut(Schema):
    slug: str
    name: str
    ods_code: str | None
    ons_code: str | None
    url: str
    closed_on: str | None = Field(description=FIRST_CLOSED)


class AreaOut(Schema):
    slug: str
    name: str
    url: str


class OrganisationOut(Schema):
    code: str
    name: str
    kind: str
    url: str
