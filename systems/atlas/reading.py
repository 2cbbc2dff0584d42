"""From the rows of the database to the values of the atlas, in a query for each table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from systems.atlas.clusters import ClusterFacts
from systems.atlas.facts import (
    AliasFact,
    AreaCodeFact,
    AreaFacts,
    CodeFact,
    Fact,
    FormerGroup,
    PeriodFact,
    Stay,
    SuccessionFact,
    SystemFacts,
)
from systems.days.spans import Span, joined, spans
from systems.models import (
    Area,
    AreaAlias,
    AreaCode,
    AreaPeriod,
    Cluster,
    Source,
    Succession,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
)
from systems.models.areas import Body, Certainty
from systems.models.base import CodeScheme
from systems.models.leaders import ClusterCertainty, Shared
from systems.models.systems import SuccessionKind

# Of what it is read: when one of these is written, it is read again.
MODELS: tuple[type[Model], ...] = (
    *(Area, AreaAlias, AreaCode, AreaPeriod, Cluster, Cluster.systems.through),
    *(Source, Succession, System, SystemAlias, SystemCode, SystemName),
)


@dataclass(frozen=True)
class Facts:
    """All that the atlas holds. Areas are in the order of their names."""

    sources: dict[int, Source]
    systems: list[SystemFacts]
    areas: list[AreaFacts]
    successions: list[SuccessionFact]
    clusters: list[ClusterFacts]


def read() -> Facts:
    sources = Source.objects.in_bulk()
    periods = _grouped(
        AreaPeriod.objects.order_by("date_from").values_list(
            "area_id", "date_from", "system_id", "certainty", "note", "source_id", named=True
        )
    )
    systems = _systems(sources, periods.values())
    return Facts(
        sources,
        list(systems.values()),
        _areas(sources, systems, periods),
        [
            SuccessionFact(
                systems[row.predecessor_id],
                systems[row.successor_id],
                row.date,
                SuccessionKind(row.kind),
                sources[row.source_id],
            )
            for row in Succession.objects.order_by("date", "pk")
        ],
        _clusters(sources, systems),
    )


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Rows by whose they are, which is their first value."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _systems(sources: dict[int, Source], periods: Iterable[list[Any]]) -> dict[int, SystemFacts]:
    names = _grouped(
        SystemName.objects.order_by("date_from").values_list(
            "system_id", "date_from", "name", "source_id", named=True
        )
    )
    codes = _grouped(
        SystemCode.objects.order_by("date_from", "-scheme").values_list(
            "system_id", "date_from", "code", "source_id", "scheme", "note", named=True
        )
    )
    aliases = _grouped(
        SystemAlias.objects.order_by("name").values_list(
            "system_id", "name", "source_id", "note", named=True
        )
    )
    times = _times_by_system(periods)
    return {
        row.pk: SystemFacts(
            row.pk,
            row.slug,
            row.region,
            row.about,
            sources[row.about_source_id] if row.about_source_id else None,
            tuple(Fact(one.date_from, one.name, sources[one.source_id]) for one in names[row.pk]),
            tuple(
                CodeFact(
                    one.date_from,
                    one.code,
                    sources[one.source_id],
                    CodeScheme(one.scheme),
                    note=one.note,
                )
                for one in codes[row.pk]
            ),
            tuple(AliasFact(one.name, sources[one.source_id], one.note) for one in aliases[row.pk]),
            tuple(joined(times[row.pk])),
        )
        for row in System.objects.all()
    }


def _clusters(sources: dict[int, Source], systems: dict[int, SystemFacts]) -> list[ClusterFacts]:
    members = _grouped(Cluster.systems.through.objects.values_list("cluster_id", "system_id"))
    return [
        ClusterFacts(
            row.name,
            row.official_name,
            tuple(systems[key] for _, key in members[row.pk]),
            row.date_from,
            row.date_to,
            Shared(row.shares) if row.shares else None,
            ClusterCertainty(row.certainty),
            row.note,
            sources[row.source_id],
        )
        for row in Cluster.objects.order_by("date_from", "name")
    ]


def _times_by_system(periods: Iterable[list[Any]]) -> dict[int, list[Span[None]]]:
    """The times in which each area is in a system, by the system's key."""
    times: dict[int, list[Span[None]]] = defaultdict(list)
    for rows in periods:
        for span in spans(rows, lambda row: row.system_id):
            if span.value:
                times[span.value].append(Span(None, span.start, span.end))
    return times


def _areas(
    sources: dict[int, Source],
    systems: dict[int, SystemFacts],
    periods: dict[int, list[Any]],
) -> list[AreaFacts]:
    codes = _grouped(
        AreaCode.objects.order_by("scheme", "date_from").values_list(
            "area_id", "date_from", "code", "source_id", "scheme", "body", "name", named=True
        )
    )
    aliases = _grouped(
        AreaAlias.objects.order_by("name").values_list(
            "area_id", "name", "source_id", "codes", "date_from", "date_to", named=True
        )
    )
    return [
        AreaFacts(
            row.pk,
            row.code,
            row.slug,
            row.name,
            row.residents,
            row.live_postcodes,
            row.districts,
            sources[row.source_id],
            _stays(
                [
                    PeriodFact(
                        one.date_from,
                        systems[one.system_id] if one.system_id else None,
                        Certainty(one.certainty),
                        one.note,
                        sources[one.source_id],
                    )
                    for one in periods[row.pk]
                ]
            ),
            tuple(
                AreaCodeFact(
                    one.date_from,
                    one.code,
                    sources[one.source_id],
                    CodeScheme(one.scheme),
                    Body(one.body),
                    one.name,
                )
                for one in codes[row.pk]
            ),
            tuple(
                FormerGroup(
                    one.name,
                    sources[one.source_id],
                    codes=tuple(one.codes.split()),
                    date_from=one.date_from,
                    date_to=one.date_to,
                )
                for one in aliases[row.pk]
            ),
        )
        for row in Area.objects.order_by("name")
    ]


def _stays(periods: list[PeriodFact]) -> tuple[Stay, ...]:
    """The periods of one area, earliest first, with neighbours in one system joined."""
    return tuple(
        Stay(
            span.value,
            span.start,
            span.end,
            tuple(period for period in periods if span.covers(period.date_from)),
        )
        for span in spans(periods, lambda period: period.system)
    )
