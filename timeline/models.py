"""What happened, and who said so."""

from django.db import models

from systems.models import Source, System
from systems.models.base import not_blank, one_of


class Precision(models.TextChoices):
    DAY = "day", "on the day"
    MONTH = "month", "in the month"
    BY = "by", "by the end of the month"
    YEAR = "year", "by the end of the year"
    PLANNED = "planned", "planned for the day"


class EventKind(models.TextChoices):
    FOOTPRINTS = "footprints", "planning areas named"
    DEVOLUTION = "devolution", "powers devolved"
    DESIGNATION = "designation", "systems named"
    RENAME = "rename", "renamed"
    STP_MERGER = "stp-merger", "planning areas merged"
    DECISION = "decision", "decision"
    LAW = "law", "law"
    STATUTORY = "statutory", "set up in law"
    BOUNDARY = "boundary", "boundary change"
    MERGER = "merger", "systems merged"
    PLANNED = "planned", "planned"


class Unit(models.TextChoices):
    STP = "stp", "sustainability and transformation partnerships"
    ICS = "ics", "integrated care systems"


class Event(models.Model):
    """A step of the rollout. Which systems joined, left or moved follows from the area periods."""

    slug = models.SlugField(max_length=100, unique=True)
    date = models.DateField()
    precision = models.CharField(max_length=10, choices=Precision.choices)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    unit = models.CharField("what is counted", max_length=3, choices=Unit.choices)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    official_total = models.PositiveSmallIntegerField(null=True, blank=True)
    systems = models.ManyToManyField(
        System, blank=True, related_name="+", help_text="The systems that a plan is about."
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["date", "slug"]
        constraints = [
            not_blank("title", "event_title_not_blank"),
            one_of("precision", Precision, "event_precision_is_known"),
            one_of("kind", EventKind, "event_kind_is_known"),
            one_of("unit", Unit, "event_unit_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.title}"
