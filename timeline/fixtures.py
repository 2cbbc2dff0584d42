"""The files that fill this app's tables, in the order in which they are loaded."""

from systems.loading.loader import Fixture
from timeline import models

_ENTRY = (
    "slug",
    "date",
    "precision",
    "kind",
    "title",
    "summary",
    "note",
    "systems",
    "areas",
    "source",
)
_REFERENCES: dict[str, str | tuple[str, ...]] = {
    "systems": "systems",
    "areas": "areas",
    "source": "sources",
}

FIXTURES = [
    Fixture(
        "legal_instruments.csv",
        models.LegalInstrument,
        key=("slug",),
        columns=(
            *("slug", "title", "number", "made_by", "made", "in_force_on", "effect", "note"),
            "source",
        ),
        references={"source": "sources"},
    ),
    Fixture(
        "events.csv",
        models.Event,
        key=("slug",),
        columns=(*_ENTRY, "unit", "official_total", "announced_on", "legal_basis"),
        references=_REFERENCES | {"legal_basis": "legal_instruments"},
        added=("areas", "legal_basis"),
    ),
    Fixture(
        "announcements.csv",
        models.Announcement,
        key=("slug",),
        columns=_ENTRY,
        references=_REFERENCES,
        added=("areas",),
    ),
    Fixture(
        "statements.csv",
        models.Statement,
        key=("entry", "position"),
        columns=(
            "entry",
            "position",
            "number",
            "organisation",
            "speaker",
            "role",
            "stance",
            "text",
            "quote",
            "reading",
            "source",
        ),
        references={"entry": ("announcements", "events"), "source": "sources"},
    ),
]
