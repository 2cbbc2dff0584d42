"""The files that fill this app's tables, in the order in which they are loaded."""

from systems.loading import Fixture
from timeline import models

FIXTURES = [
    Fixture(
        "events.csv",
        models.Event,
        key=("slug",),
        columns=(
            "slug",
            "date",
            "precision",
            "kind",
            "unit",
            "title",
            "note",
            "official_total",
            "systems",
            "source",
        ),
        references={"systems": "systems", "source": "sources"},
    ),
]
