"""`/datasets`: the official releases that the facts rest on."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router, Schema
from pydantic import Field

from icsinfo.openapi import responses
from systems.api.parameters import Query
from systems.api.schemas import ListOut
from systems.models import Dataset

router = Router(tags=["Datasets"])

DATASETS = Query()


class DatasetOut(Schema):
    kind: str = Field(description="What it is used for.")
    name: str
    publisher: str
    vintage: str = Field(description="As its publisher says it.")
    url: str | None
    licence: str
    attribution: str
    checksum: str | None = Field(description="SHA-256 of the file, where one is read directly.")
    rows: int = Field(description="How many of its rows are used.")
    loaded_on: str


@router.get(
    "/datasets",
    response=responses(ListOut[DatasetOut], 422),
    by_alias=True,
    summary="Releases in use",
    openapi_extra={"query": DATASETS},
)
def get_datasets(request: HttpRequest) -> Any:
    """The official releases in use, with their licences; the same for every date."""
    asked = DATASETS.read(request)
    found = Dataset.objects.filter(in_use=True).order_by("kind", "name")
    results = [
        {
            **{key: getattr(one, key) for key in ("kind", "name", "publisher", "vintage")},
            **{key: getattr(one, key) for key in ("licence", "attribution", "rows")},
            "url": one.url or None,
            "checksum": one.checksum or None,
            "loaded_on": one.loaded_at.date().isoformat(),
        }
        for one in found[asked.part]
    ]
    return JsonResponse({"count": found.count(), "results": results})
