"""The editing policies of the timeline's models. What an ICS's editor writes is local."""

from django.db import models
from django.db.models import Q

from systems.editing.rights import ALL, LOOK, Policy, Verb
from timeline.models import (
    AlsoListed,
    Announcement,
    Decision,
    EntryKind,
    Event,
    LegalInstrument,
    Merger,
    MergerChange,
    Placement,
    Statement,
    Successor,
)

POLICIES: dict[type[models.Model], Policy] = {
    # What others say of an ICS is not for that ICS to change.
    Announcement: Policy(
        own_verbs=ALL, system_path="systems", changeable_if=lambda rights: Q(kind=EntryKind.LOCAL)
    ),
    Statement: Policy(
        own_verbs=ALL,
        system_path="entry__systems",
        changeable_if=lambda rights: Q(entry__kind=EntryKind.LOCAL),
    ),
    # It has no page, and goes when its announcement is deleted.
    AlsoListed: Policy(
        own_verbs=LOOK | {Verb.DELETE},
        system_path="entry__systems",
        changeable_if=lambda rights: Q(entry__kind=EntryKind.LOCAL),
    ),
    # The central editors' alone. At the merger desk they also move rights that somebody has.
    **dict.fromkeys(
        [Event, LegalInstrument, Merger, Successor, Placement, Decision, MergerChange], Policy()
    ),
}
