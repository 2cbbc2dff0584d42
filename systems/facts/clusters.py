"""Boards that share leaders, as a table: a row for each system in a cluster."""

from collections.abc import Iterator
from datetime import date

from icsinfo.downloads import Column, Table
from icsinfo.http import Absolute
from systems.gazetteer import Gazetteer


def _rows(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    for cluster in gazetteer.atlas.clusters_on(day):
        for system in cluster.members_on(day):
            yield (
                cluster.name,
                cluster.official_name or None,
                system.slug,
                system.name_on(day),
                cluster.date_from,
                cluster.left_on(system),
                cluster.shares,
                cluster.certainty,
                cluster.note or None,
                absolute(system.get_absolute_url()),
                [cluster.source],
            )


CLUSTERS = Table(
    "clusters",
    "Clusters",
    "Integrated care boards that share leaders on the date, a row for each. By law they stay "
    "separate.",
    ("cluster", "system"),
    (
        Column("cluster", "What we call the cluster.", always=True),
        Column("official_name", "What it calls itself; empty if we do not know."),
        Column("system", "The slug of a system in it.", always=True, points_at="systems"),
        Column("system_name", "The name of that system on the date.", always=True),
        Column(
            "from",
            "When the cluster began, as exact as known: 2025, 2025-09 or 2025-09-01. The note says "
            "what the date is of.",
            always=True,
        ),
        Column("to", "The first day the system was no longer in it; empty if it is.", "date"),
        Column(
            "shares",
            "What they share from then on: chair, chief_executive, both or board; empty if no "
            "source says.",
        ),
        Column("certainty", "sure or likely.", always=True),
        Column("note", "Anything uncertain."),
        Column("url", "The address of the system's page.", always=True),
    ),
    (),
    _rows,
)
