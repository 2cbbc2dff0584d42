"""Who leads a board, and which boards it shares leaders with, on the page of a system."""

from dataclasses import dataclass
from datetime import date

from systems.atlas import Atlas, ClusterFacts, SystemFacts
from systems.facts.footnotes import Footnotes
from systems.facts.leaders import leaders_on
from systems.models import Leader
from systems.models.leaders import LeaderRole


@dataclass(frozen=True)
class ClusterLine:
    """A cluster as one of its systems sees it: the others with their names, and its source."""

    cluster: ClusterFacts
    others: list[tuple[SystemFacts, str]]
    number: int


@dataclass(frozen=True)
class LeaderBlock:
    """What components/leaders.html shows: pairs of a leader and a source, and who is not known."""

    leaders: list[tuple[Leader, int]]
    unknown: str
    clusters: list[ClusterLine]


def leader_block(system: SystemFacts, atlas: Atlas, day: date, footnotes: Footnotes) -> LeaderBlock:
    known = leaders_on(system, day)
    roles = {leader.role for leader in known}
    missing = [role.label.lower() for role in LeaderRole if role not in roles]
    return LeaderBlock(
        [(leader, footnotes.number(leader.source)) for leader in known],
        " or ".join(missing),
        [
            ClusterLine(
                cluster,
                [(other, other.name_on(day)) for other in cluster.others(system, day)],
                footnotes.number(cluster.source),
            )
            for cluster in atlas.clusters_of(system, day)
        ],
    )
