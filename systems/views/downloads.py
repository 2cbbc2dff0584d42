"""Tables as at a date, as CSV and JSON, and the description of them all."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from icsinfo.api import error
from icsinfo.downloads import Table, csv_download, package
from icsinfo.http import absolute_paths, open_to_all
from systems.days.as_at import AsAtDate
from systems.gazetteer import GazetteerRequest
from systems.models import Dataset

OPEN_GOVERNMENT_LICENCE = {
    "name": "OGL-UK-3.0",
    "title": "Open Government Licence v3.0",
    "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}


def _table(name: str) -> Table:
    if name not in package.tables:
        raise Http404("There is no table with this name.")
    return package.tables[name]


@require_safe
@open_to_all
@conditional_page
def table_csv(request: GazetteerRequest, name: str) -> HttpResponse:
    """A table as at a date, for spreadsheets."""
    table, as_at = _table(name), AsAtDate.of(request)
    if as_at.error:  # a file that says today where another day was meant would mislead
        return HttpResponse(as_at.error, content_type="text/plain; charset=utf-8", status=400)
    rows = table.rows_on(request.gazetteer, as_at.day, absolute_paths(request))
    return csv_download(f"{name}-{as_at.day:%Y-%m-%d}.csv", table.header, rows)


@require_safe
@open_to_all
@conditional_page
def table_json(request: GazetteerRequest, name: str) -> HttpResponse:
    """A table as at a date, for programs."""
    table, as_at = _table(name), AsAtDate.of(request)
    if as_at.error:
        return error(400, "bad_date", as_at.error)
    rows = [
        {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in zip(table.header, row, strict=True)
        }
        for row in table.rows_on(request.gazetteer, as_at.day, absolute_paths(request))
    ]
    return JsonResponse({"on": as_at.day.isoformat(), "count": len(rows), "results": rows})


@require_safe
@open_to_all
@conditional_page
def datapackage(request: HttpRequest) -> HttpResponse:
    """All tables as at a date as a Data Package (datapackage.org)."""
    as_at = AsAtDate.of(request)
    if as_at.error:
        return error(400, "bad_date", as_at.error)
    absolute = absolute_paths(request)
    datasets = list(Dataset.objects.filter(in_use=True).order_by("kind", "name"))
    lines = dict.fromkeys(dataset.attribution for dataset in datasets)
    body = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "ics-info",
        "title": f"England's integrated care systems as at {as_at.day:%Y-%m-%d}",
        "description": " ".join(["Say where it comes from:", *lines]),
        "homepage": absolute(reverse("systems:data")),
        "licenses": [OPEN_GOVERNMENT_LICENCE],
        "sources": [_source(dataset) for dataset in datasets],
        "resources": [
            _resource(table, as_at, datasets, absolute) for table in package.tables.values()
        ],
    }
    return JsonResponse(body)


def _resource(
    table: Table, as_at: AsAtDate, datasets: list[Dataset], absolute: Any
) -> dict[str, Any]:
    sources = [_source(one) for one in datasets if one.kind in table.datasets]
    return {
        "name": table.name,
        "title": table.title,
        "description": table.description,
        "path": absolute(reverse("systems:table-csv", args=[table.name]) + as_at.query),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "licenses": [OPEN_GOVERNMENT_LICENCE],
        **({"sources": sources} if sources else {}),
        "schema": table.schema(),
    }


def _source(dataset: Dataset) -> dict[str, str]:
    title = f"{dataset.publisher}: {dataset.name}, {dataset.vintage}"
    return {"title": title} | ({"path": dataset.url} if dataset.url else {})
