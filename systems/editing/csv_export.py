"""CSV files that are sent while they are written."""

import csv
from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.text import slugify


class Echo:
    """What a writer of CSV writes, handed back instead of kept."""

    def write(self, text: str) -> str:
        return text


def streamed(rows: Iterable[list[str]]) -> Iterable[str]:
    """A CSV file line by line, with the mark by which Excel knows that it is UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


def csv_response(name: str, rows: Iterable[list[str]]) -> StreamingHttpResponse:
    """The download of a CSV file, named after what is in it and the day."""
    response = StreamingHttpResponse(streamed(rows), content_type="text/csv; charset=utf-8")
    filename = f"{slugify(name)}-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
