"""What happened, who said what about it, and the changes that are being planned."""

from timeline.models.entries import (
    ANNOUNCED,
    AlsoListed,
    Announcement,
    Entry,
    Event,
    Kind,
    Precision,
    Stance,
    Statement,
    Unit,
)
from timeline.models.mergers import Decision, Merger, Placement, Successor, Written

__all__ = [
    "ANNOUNCED",
    "AlsoListed",
    "Announcement",
    "Decision",
    "Entry",
    "Event",
    "Kind",
    "Merger",
    "Placement",
    "Precision",
    "Stance",
    "Statement",
    "Successor",
    "Unit",
    "Written",
]
