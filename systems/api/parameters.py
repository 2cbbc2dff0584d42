"""What the addresses of the API take after the question mark: a date, filters, part of a list."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from icsinfo.dates import pattern_of_days
from icsinfo.openapi import FaultError
from systems.days.as_at import (
    FIRST_DAY,
    BadDateError,
    OutOfRangeError,
    last_day,
    read_day,
)
from systems.filters import DatedFilters
from systems.gazetteer import Gazetteer, GazetteerRequest
from systems.models import System

DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 100, 1000, 100_000
_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class ListParams:
    """A question to the API that could be read."""

    day: date
    today: date
    limit: int
    offset: int

    @property
    def part(self) -> slice:
        """Which rows of a list are asked for."""
        return slice(self.offset, self.offset + self.limit)


class Query:
    """What one address takes. `filters` are those of the page that shows the same list."""

    def __init__(self, filters: type[DatedFilters] | None = None, *, paged: bool = True) -> None:
        self._filters = filters
        self._paged = paged

    def read(self, request: HttpRequest) -> ListParams:
        """The date and the part of the list that are asked for. Raises FaultError with all faults.

        Nothing that was sent is repeated, as somebody may have put a postcode there.
        """
        faults = [*self._strange(request)]
        numbers = {"limit": DEFAULT_LIMIT, "offset": 0}
        for name, (least, most) in {"limit": (1, MAX_LIMIT), "offset": (0, MAX_OFFSET)}.items():
            text = request.GET.get(name)
            if text is None or not self._paged:
                continue
            if _NUMBER.fullmatch(text) and least <= int(text) <= most:
                numbers[name] = int(text)
            else:
                faults.append(f"{name}: Send a whole number from {least} to {most:,}.")
        if faults:
            raise wrong_query(faults)
        today = timezone.localdate()
        try:
            day = read_day(request.GET.get("on"), today)
        except BadDateError as error:
            raise FaultError(422, "bad_date", str(error), [f"on: {error}"]) from error
        except OutOfRangeError as error:
            raise FaultError(422, "out_of_range", str(error), [f"on: {error}"]) from error
        return ListParams(day, today, **numbers)

    def filtered(
        self, request: GazetteerRequest, params: ListParams, queryset: QuerySet
    ) -> QuerySet:
        """The rows that the filters let through on the day asked. Raises FaultError."""
        return self.filters(request, params, queryset).qs

    def filters(
        self, request: GazetteerRequest, params: ListParams, queryset: QuerySet | None = None
    ) -> DatedFilters:
        """The filters as they were asked for. Raises FaultError where one cannot be read."""
        assert self._filters is not None  # noqa: S101 - a query without filters filters nothing
        atlas = request.gazetteer.atlas
        filters = self._filters(request.GET, queryset, atlas=atlas, day=params.day)
        if filters.form.is_valid():
            return filters
        raise wrong_query(
            f"{name}: {_say(error)}"
            for name, errors in filters.form.errors.as_data().items()
            for error in errors
        )

    def _strange(self, request: HttpRequest) -> list[str]:
        """What is wrong with the names that were sent, whatever their values."""
        names = self.names()
        faults = [f"{name}: Send it once." for name in names if len(request.GET.getlist(name)) > 1]
        if set(request.GET) - set(names):
            faults.append(f"This address only takes: {', '.join(names)}.")
        return faults

    def schemas(self) -> dict[str, Any]:
        """The days that can be asked about, from the first system to some years ahead of today."""
        last = last_day(timezone.localdate())
        pattern = pattern_of_days(FIRST_DAY, last)
        words = f"A day from {FIRST_DAY} to {last}, year-month-day."
        return {"Day": {"type": "string", "description": words, "pattern": f"^({pattern})?$"}}

    def names(self) -> list[str]:
        return [parameter["name"] for parameter in self.parameters()]

    def parameters(self, gazetteer: Gazetteer | None = None) -> list[dict[str, Any]]:
        """The same for the description, with the choices that there are now.

        Without a gazetteer it leaves out the choices, and asks the database nothing.
        """
        today = timezone.localdate()
        parameters = [
            parameter(
                "on",
                "The date asked about, year-month-day; today by default.",
                {"$ref": "#/components/schemas/Day"},
            )
        ]
        if self._filters and gazetteer:
            form = self._filters({}, System.objects.none(), atlas=gazetteer.atlas, day=today).form
            parameters += [_of_field(name, field) for name, field in form.fields.items()]
        elif self._filters:
            parameters += [parameter(name, "", {}) for name in self._filters.base_filters]
        if self._paged:
            parameters += [
                _whole("limit", "The most results to send.", 1, MAX_LIMIT, DEFAULT_LIMIT),
                _whole("offset", "How many results to skip.", 0, MAX_OFFSET, 0),
            ]
        return parameters


def parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "in": "query",
        "name": name,
        "required": False,
        "description": description,
        "schema": schema,
    }


def _whole(name: str, description: str, least: int, most: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return parameter(name, description, schema)


def _of_field(name: str, field: forms.Field) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(field, forms.ChoiceField):
        schema["enum"] = [value for value in dict(field.choices) if value]  # type: ignore[arg-type]
    else:
        schema |= {"pattern": r"^[^\u0000]*$", "maxLength": field.max_length}  # type: ignore[attr-defined]
    words = f"{field.label}. {field.help_text}".strip()
    return parameter(name, words, schema)


def wrong_query(faults: Any) -> FaultError:
    message = "Part of the request is not valid; see detail."
    return FaultError(422, "wrong_query", message, list(faults))


def _say(error: forms.ValidationError) -> str:
    if error.code == "invalid_choice":
        return "That is not one of its values. See openapi.json for a list."
    return " ".join(error.messages)
