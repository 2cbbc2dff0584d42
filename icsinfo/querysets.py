"""What Django's querysets have no word for."""

from typing import Any

from django.db.models import Count, QuerySet, Window


def part_and_total(rows: QuerySet[Any], part: slice) -> tuple[list[Any], int]:
    """Some of `rows`, and how many there are in all.

    One query; a second only where the part is empty and does not begin with the first. Not for
    rows that are made distinct: they are counted before.
    """
    page = list(rows.annotate(total_rows=Window(Count("*")))[part])
    if page:
        return page, page[0].total_rows
    return [], rows.count() if part.start else 0
