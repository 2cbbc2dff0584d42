"""What is stored: systems, areas, the dated facts that join them, and where each came from."""

from systems.models.areas import Area, AreaAlias, AreaCode, AreaPeriod
from systems.models.loading import LoadedRow, Revision
from systems.models.sources import Dataset, Source
from systems.models.systems import Contact, Succession, System, SystemAlias, SystemCode, SystemName

__all__ = [
    "Area",
    "AreaAlias",
    "AreaCode",
    "AreaPeriod",
    "Contact",
    "Dataset",
    "LoadedRow",
    "Revision",
    "Source",
    "Succession",
    "System",
    "SystemAlias",
    "SystemCode",
    "SystemName",
]
