"""The chair and chief executive of each board, as far as a source names them."""

from collections.abc import Iterable, Iterator
from datetime import date

from icsinfo.dates import has_passed
from icsinfo.downloads import Column, Table
from icsinfo.http import Absolute
from systems.atlas import SystemFacts
from systems.gazetteer import Gazetteer
from systems.models import Leader


def leaders_on(system: SystemFacts, day: date) -> list[Leader]:
    """Who led a system's board on `day`, the chair first; nobody while it is not open."""
    return _holding(Leader.objects.of(system.pk), day) if system.open_on(day) else []


def _holding(leaders: Iterable[Leader], day: date) -> list[Leader]:
    """Of the leaders of one system, earliest first, the last one in each role by `day`.

    If that one has left, nobody is known: whoever had the role before does not have it again.
    """
    latest = {one.role: one for one in leaders if has_passed(one.date_from, day)}
    return [one for one in latest.values() if one.date_to is None or one.date_to > day]


def _rows(gazetteer: Gazetteer, day: date, absolute: Absolute) -> Iterator[tuple]:
    leaders: dict[int, list[Leader]] = {}
    for one in Leader.objects.select_related("source"):
        leaders.setdefault(one.system_id, []).append(one)
    for system in gazetteer.atlas.open_on(day):
        for one in _holding(leaders.get(system.pk, ()), day):
            yield (
                system.slug,
                system.name_on(day),
                one.role,
                one.name,
                one.date_from,
                one.date_to or system.closed_on,
                one.seen_on,
                one.note or None,
                absolute(system.get_absolute_url()),
                [one.source],
            )


LEADERS = Table(
    "leaders",
    "Chairs and chief executives",
    "Who chairs each integrated care board and who is its chief executive on the date, as far as "
    "we know. People change: see when each was last reported.",
    ("system", "role"),
    (
        Column("system", "The slug of the system.", always=True, points_at="systems"),
        Column("system_name", "The name of the system on the date.", always=True),
        Column("role", "chair or chief_executive.", always=True),
        Column("name", "The person's name, as the source writes it.", always=True),
        Column(
            "from",
            "The first date for which a source names them, perhaps that of an announcement, as "
            "exact as known: 2025, 2025-09 or 2025-09-01.",
            always=True,
        ),
        Column("to", "The first day they no longer were; empty if we do not know one.", "date"),
        Column("seen_on", "When they were last seen; empty: on the date of the source.", "date"),
        Column("note", "Anything uncertain."),
        Column("url", "The address of the system's page.", always=True),
    ),
    (),
    _rows,
)
