"""`/datasets`: the official releases that the facts rest on."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from icsinfo.openapi import responses
from systems.api.parameters import Query
from systems.api.schemas import ListOut, OrNull, Out
from systems.models import Dataset

router = Router(tags=["Datasets"])

DATASETS = Query()


class DatasetOut(Out):
    kind: str = Field(description="What it is used for.")
    name: str
    publisher: str
    vintage: str = Field(description="As given by its publisher.")
    url: OrNull
    licence: str
    attribution: str
    checksum: OrNull = Field(description="SHA-256 of the file, if one is read directly.")
    rows: int = Field(description="How many of its rows are used.")
    loaded_on: date


@router.get(
    "/datasets",
    response=responses(ListOut[DatasetOut], 422),
    by_alias=True,
    summary="Releases in use",
    openapi_extra={"query": DATASETS},
)
def get_datasets(request: HttpRequest) -> Any:
    """The official releases in use, with their licences; the same for every date."""
    params = DATASETS.read(request)
    datasets = Dataset.objects.filter(in_use=True).order_by("kind", "name")
    results = [DatasetOut.of(one, loaded_on=one.loaded_at.date()) for one in datasets[params.part]]
    return ListOut(count=datasets.count(), results=results).response()
