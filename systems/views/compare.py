"""Systems side by side as at a date, as a page and as a download."""

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from itertools import groupby
from typing import Any, Self

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from icsinfo.content_cache import cached_by_content
from icsinfo.dates import say
from icsinfo.downloads import csv_download
from icsinfo.wording import name_list, per_cent, say_share
from systems.atlas import Atlas, ClusterFacts, SystemFacts
from systems.days.as_at import AsAtDate
from systems.facts.comparison import Figure, FigureColumn, columns
from systems.facts.comparison_request import BY_NAME, MAX_SYSTEMS, SystemsChoice, comparison_query
from systems.facts.footnotes import Footnotes
from systems.gazetteer import GazetteerRequest
from systems.models import Source
from systems.models.systems import Region

NAMED_IN_TITLE = 3
# Where it is said why more people are registered than live in England.
WHY_MORE = "nhs-digital-2022-registered-and-resident"
# Columns that say something of a system; the others are of what this site knows of it.
COUNTED = ("residents", "patients", "councils", "trusts", "pcns", "practices", "per_practice")
ORDINALS = ("", "second ", "third ", "fourth ", "fifth ")
MAX_RANKS = 2
EXACT = 100  # a median below this is shown with its half
WIDTH, HEIGHT = 360, 120  # of the picture, in its own units


@dataclass(frozen=True)
class ComparisonRequest:
    """What an address asks for: the day, the systems, and the order of the table."""

    as_at: AsAtDate
    choice: SystemsChoice
    columns: dict[str, FigureColumn]
    rows: dict[str, dict[str, str]]
    sort: str
    errors: list[str]
    there: list[SystemFacts]

    @classmethod
    def of(cls, request: GazetteerRequest) -> Self:
        as_at, atlas = AsAtDate.of(request), request.gazetteer.atlas
        choice = SystemsChoice.of(request.GET.getlist("system"), atlas, as_at)
        figures, rows = _table(atlas, as_at.day)
        sort, unsorted = _sort(request, figures)
        errors = [*choice.errors, *unsorted]
        return cls(as_at, choice, figures, rows, sort, errors, atlas.open_on(as_at.day))

    @property
    def shown(self) -> list[SystemFacts]:
        """The systems of the table in its order; what is not known comes last either way."""
        listed = [s for s in self.there if s in self.choice.systems or not self.choice.systems]
        key, reverse = self.sort.removeprefix("-"), self.sort.startswith("-")
        if key == BY_NAME:
            return listed[::-1] if reverse else listed
        values: dict[str, Any] = self.columns[key].values
        known = [system for system in listed if values[system.slug] is not None]
        rest = [system for system in listed if values[system.slug] is None]
        return sorted(known, key=lambda system: values[system.slug], reverse=reverse) + rest


@require_safe
def compare(request: GazetteerRequest) -> HttpResponse:
    """Two to six systems side by side, or all, beside England and how far apart they are."""
    it = ComparisonRequest.of(request)
    day, choice, figures, shown = it.as_at.day, it.choice, it.columns, it.shown
    footnotes = Footnotes()
    sources = request.gazetteer.atlas.sources
    why = next((source for source in sources.values() if source.key == WHY_MORE), None)
    context = {
        "as_at": it.as_at,
        "choice": choice,
        "errors": it.errors,
        "most": MAX_SYSTEMS,
        "title": _title(choice, day),
        "stands_out": _stands_out(figures, choice, it.as_at),
        "spread": _spread(figures["residents"], choice, shown, it.as_at),
        "picture": _picture(figures["residents"], choice),
        "regions": _regions(it.there, day),
        "total": len(it.there),
        "sort": it.sort,
        "sorts": _sorts(figures),
        "headers": _headers(figures, choice, it.as_at, it.sort),
        "rows": [it.rows[system.slug] for system in shown],
        "sums": _sums(figures),
        "columns": figures,
        "numbers": _numbers(figures, sources, footnotes),
        "clusters": [
            (cluster, _names(cluster, day), footnotes.number(cluster.source))
            for cluster in _clusters(request.gazetteer.atlas, shown, day)
        ],
        "why": footnotes.number(why) if why else None,
        "footnotes": footnotes,
        "query": comparison_query(choice.slugs, it.as_at, it.sort),
        "instead": comparison_query(choice.instead, it.as_at) if len(choice.instead) > 1 else "",
    }
    status = HTTPStatus.BAD_REQUEST if it.errors else it.as_at.status
    return render(request, "systems/compare.html", context, status=status)


@require_safe
def compare_csv(request: GazetteerRequest) -> HttpResponse:
    """The table of the page, England and all, for spreadsheets."""
    it = ComparisonRequest.of(request)
    day, figures, atlas = it.as_at.day, it.columns, request.gazetteer.atlas
    gone = [f"{gone.name} is not an ICS on {say(day)}." for gone in it.choice.gone]
    # A file that holds something else than was asked for would mislead.
    if errors := [*filter(None, [it.as_at.error]), *it.errors, *gone]:
        text = "\n".join(errors)
        return HttpResponse(text, content_type="text/plain; charset=utf-8", status=400)
    days = [day.isoformat() for day in figures["patients"].days]
    tail = [" to ".join(dict.fromkeys([*days[:1], *days[-1:]])), day.isoformat()]
    rows: list[list[Any]] = [
        [system.slug, system.name_on(day)]
        + [column.values[system.slug] for column in figures.values()]
        + [_partners(atlas, system, day), *tail]
        for system in it.shown
    ]
    rows += [
        ["", name, *(getattr(column, key) for column in figures.values()), "", *tail]
        for key, name in SUMS.items()
    ]
    header = ["slug", "name", *figures, "shares_leaders_with", "patients_on", "as_at"]
    return csv_download(f"ics-compared-{day:%Y-%m-%d}.csv", header, rows)


# --- Which of them share leaders -------------------------------------------------------------


def _clusters(atlas: Atlas, shown: list[SystemFacts], day: date) -> list[ClusterFacts]:
    """The clusters that one of the systems shown is in."""
    among = set(shown)
    return [one for one in atlas.clusters_on(day) if among.intersection(one.members_on(day))]


def _names(cluster: ClusterFacts, day: date) -> str:
    return name_list([system.name_on(day) for system in cluster.members_on(day)])


def _partners(atlas: Atlas, system: SystemFacts, day: date) -> str:
    """The slugs of the systems with which one is in a cluster."""
    others = [
        other for cluster in atlas.clusters_of(system, day) for other in cluster.others(system, day)
    ]
    return "; ".join(dict.fromkeys(other.slug for other in others))


# --- Which systems, and in which order -------------------------------------------------------


def _sort(request: GazetteerRequest, figures: dict[str, FigureColumn]) -> tuple[str, list[str]]:
    """The column to sort by, with a minus for the highest first; and what is wrong with it."""
    sort = request.GET.get("sort") or BY_NAME
    if sort.removeprefix("-") in {BY_NAME, *figures}:
        return sort, []
    return BY_NAME, ["You cannot sort the table by that. Choose an order from the list."]


def _regions(there: list[SystemFacts], day: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be chosen: slugs and names by NHS region."""
    named = sorted(there, key=lambda system: (not system.region, system.region))
    return [
        (
            Region(region).label if region else "No region",
            [(system.slug, system.name_on(day)) for system in group],
        )
        for region, group in groupby(named, key=lambda system: system.region)
    ]


# --- What the table says ---------------------------------------------------------------------

SUMS = {
    "england": "England",
    "lowest": "Lowest",
    "middle": "Middle (median)",
    "highest": "Highest",
}


def _say(figure: Figure) -> str:
    if isinstance(figure, date):
        return f"{figure.day}\u00a0{figure:%b}\u00a0{figure:%Y}"
    if figure is None:
        return ""
    return f"{figure:,.1f}" if isinstance(figure, float) and figure < EXACT else f"{figure:,.0f}"


@cached_by_content(maxsize=8)
def _table(atlas: Atlas, day: date) -> tuple[dict[str, FigureColumn], dict[str, dict[str, str]]]:
    """The columns by their keys, and the rows by the slugs of all systems open on `day`."""
    figures = {column.key: column for column in columns(atlas, day)}
    return figures, {system.slug: _row(system, figures, day) for system in atlas.open_on(day)}


def _row(system: SystemFacts, figures: dict[str, FigureColumn], day: date) -> dict[str, str]:
    """A row of the table, its cells as HTML: the same in whatever order and company it stands."""
    cells = [
        (column, _say(value := column.values[system.slug]), column.per_cent_of_highest(value))
        for column in figures.values()
    ]
    return {
        "url": system.get_absolute_url(),
        "name": system.name_on(day),
        "cells": render_to_string("systems/compare_cells.html", {"cells": cells}),
    }


def _sums(figures: dict[str, FigureColumn]) -> list[tuple[str, list[tuple[FigureColumn, str]]]]:
    """The rows for England, and for how far apart its systems are."""
    return [
        (name, [(column, _say(getattr(column, key))) for column in figures.values()])
        for key, name in SUMS.items()
    ]


def _headers(
    figures: dict[str, FigureColumn], choice: SystemsChoice, as_at: AsAtDate, sort: str
) -> list[dict[str, Any]]:
    """The heads of the table: each sorts by its column, and the other way the second time."""
    heads = [
        (BY_NAME, "Name", "", False),
        *((c.key, c.label, c.when, True) for c in figures.values()),
    ]
    rows = []
    for key, label, when, is_figure in heads:
        first = f"-{key}" if is_figure and not figures[key].is_date else key
        second = key if first.startswith("-") else f"-{key}"
        state = "descending" if sort.startswith("-") else "ascending"
        rows.append(
            {
                "label": label,
                "when": when,
                "is_figure": is_figure,
                "sorted": state if sort.removeprefix("-") == key else "",
                "url": comparison_query(choice.slugs, as_at, second if sort == first else first),
            }
        )
    return rows


def _sorts(figures: dict[str, FigureColumn]) -> list[tuple[str, str]]:
    """The same orders as a list to choose from: on a phone the table has no heads."""
    sorts = [(BY_NAME, "Name"), (f"-{BY_NAME}", "Name, Z first")]
    for column in figures.values():
        low, high = ("earliest", "latest") if column.is_date else ("lowest", "highest")
        sorts += [
            (f"-{column.key}", f"{column.label}, {high} first"),
            (column.key, f"{column.label}, {low} first"),
        ]
    return sorts


def _title(choice: SystemsChoice, day: date) -> str:
    if not choice.systems:
        return "Compare integrated care systems"
    if len(choice.systems) > NAMED_IN_TITLE:
        return f"Compare {len(choice.systems)} integrated care systems"
    return f"Compare {name_list([system.name_on(day) for system in choice.systems])}"


def _spread(
    residents: FigureColumn, choice: SystemsChoice, shown: list[SystemFacts], as_at: AsAtDate
) -> str:
    """How many times as many residents one of the systems shown has as another."""
    if not shown:
        return f"There are no ICSs to compare{as_at.on_day}."
    values: dict[str, Any] = residents.values
    by_size = sorted(shown, key=lambda system: values[system.slug])
    least, most = by_size[0], by_size[-1]
    beginning = f"{most.name_on(as_at.day)} {'had' if as_at.is_past else 'has'}"
    if len(choice.systems) == 1:
        england: Any = residents.england
        share = say_share(per_cent(values[most.slug], england))
        return f"{beginning} {share} of England’s residents."
    times = round(values[most.slug] / values[least.slug], 1) if values[least.slug] else 0
    much = f"{times} times" if times > 1 else "about"
    return f"{beginning} {much} as many residents as {least.name_on(as_at.day)}."


def _stands_out(figures: dict[str, FigureColumn], choice: SystemsChoice, as_at: AsAtDate) -> str:
    """How the system that the reader came from, the first chosen, differs most from the others."""
    if not choice.systems:
        return ""
    system = choice.systems[0]
    name, verb = system.name_on(as_at.day), "had" if as_at.is_past else "has"
    ranks = sorted(
        (rank, f"{ORDINALS[rank - 1]}{word} {_in_sentence(figures[key].label)}")
        for key in COUNTED
        for rank, word in figures[key].ranks_of(system.slug)
        if rank <= len(ORDINALS)
    )
    if ranks:
        total = len(figures["residents"].values)
        named = name_list([f"the {said}" for _, said in ranks[:MAX_RANKS]])
        return f"Of the {total} ICSs, {name} {verb} {named}."
    column = max((figures[key] for key in COUNTED), key=lambda one: one.distance_of(system.slug))
    if not column.distance_of(system.slug):
        return ""
    figure = f"{_say(column.values[system.slug])} {_in_sentence(column.label)}"
    return f"{name} {verb} {figure}. The middle value of all ICSs is {_say(column.middle)}."


def _in_sentence(label: str) -> str:
    """The name of a column as a sentence has it: residents, NHS trusts."""
    label = label.partition(",")[0]
    return label if label[1].isupper() else label[0].lower() + label[1:]


def _picture(residents: FigureColumn, choice: SystemsChoice) -> dict[str, Any]:
    """Every system as an upright bar as high as its residents, the smallest first."""
    heights = [
        (round(HEIGHT * (residents.per_cent_of_highest(value) or 0) / 100, 1), slug)
        for slug, value in residents.values.items()
    ]
    step = WIDTH / (len(heights) or 1)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "bars": [
            (round(step * place, 1), HEIGHT - height, height, slug in choice.slugs)
            for place, (height, slug) in enumerate(sorted(heights))
        ],
        "bar": round(0.8 * step, 1),
        "lowest": _say(residents.lowest),
        "highest": _say(residents.highest),
    }


def _numbers(
    figures: dict[str, FigureColumn], sources: dict[int, Source], footnotes: Footnotes
) -> dict[str, list[int]]:
    """The numbers of the sources of each column, by its key."""
    return {
        key: [footnotes.number(sources[pk]) for pk in column.sources if pk in sources]
        for key, column in figures.items()
    }
