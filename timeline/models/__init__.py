"""What happened, who said what about it, and the changes that are being planned."""

from timeline.models.entries import (
    ANNOUNCED,
    NAMING,
    AlsoListed,
    Announcement,
    Entry,
    EntryKind,
    Event,
    Precision,
    Stance,
    Statement,
    Unit,
)
from timeline.models.law import LegalInstrument
from timeline.models.mergers import Decision, Merger, MergerChange, Placement, Successor

__all__ = [
    "ANNOUNCED",
    "NAMING",
    "AlsoListed",
    "Announcement",
    "Decision",
    "Entry",
    "EntryKind",
    "Event",
    "LegalInstrument",
    "Merger",
    "MergerChange",
    "Placement",
    "Precision",
    "Stance",
    "Statement",
    "Successor",
    "Unit",
]
