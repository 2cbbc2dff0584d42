"""What happened, and who said what about it."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from systems.models import Area, Source, System
from systems.models.base import (
    Dated,
    Published,
    PublishedQuerySet,
    not_blank,
    one_of,
    published_in_order,
)
from systems.models.permanent_url import PermanentUrl
from timeline.models.law import LegalInstrument


class Precision(models.TextChoices):
    DAY = "day", "on the day"
    MONTH = "month", "in the month"
    BY = "by", "by the end of the month"
    YEAR = "year", "in the year"
    PLANNED = "planned", "planned for the day"


class EntryKind(models.TextChoices):
    """What an entry of the timeline is. The first group are events, the second announcements."""

    FOOTPRINTS = "footprints", "Planning areas named"
    DEVOLUTION = "devolution", "Powers devolved"
    DESIGNATION = "designation", "Systems named"
    RENAME = "rename", "Renamed"
    STP_MERGER = "stp-merger", "Planning areas merged"
    DECISION = "decision", "Decision"
    LAW = "law", "Law"
    STATUTORY = "statutory", "Set up in law"
    BOUNDARY = "boundary", "Boundary change"
    MERGER = "merger", "Systems merged"
    PLANNED = "planned", "Planned"
    NATIONAL = "national", "National announcement"
    LOCAL = "local", "Local announcement"
    CRITIQUE = "critique", "Criticism and scrutiny"


ANNOUNCED = (EntryKind.NATIONAL, EntryKind.LOCAL, EntryKind.CRITIQUE)
# These are about the systems that they name. All others changed systems on their day.
NAMING = (*ANNOUNCED, EntryKind.PLANNED)


class EntryQuerySet(PublishedQuerySet):
    def known_on(self, day: date, at: datetime | None = None) -> Self:
        """What is public and had happened, been announced or been planned by `day`.

        Public now, or `at` a moment.

        An announcement of which only the month or year is known counts from its end. An event
        counts from its date, as the number of systems does.
        """
        tomorrow = day + timedelta(days=1)
        month, year = tomorrow.replace(day=1), tomorrow.replace(month=1, day=1)
        told = Q(event__isnull=True) & (
            Q(precision=Precision.DAY, date__lte=day)
            | Q(precision__in=[Precision.MONTH, Precision.BY], date__lt=month)
            | Q(precision=Precision.YEAR, date__lt=year)
        )
        happened = Q(event__isnull=False, date__lte=day) & ~Q(kind=EntryKind.PLANNED)
        planned = Q(kind=EntryKind.PLANNED, event__announced_on__lte=day)
        return self.published(at).filter(told | happened | planned)

    def planned_for(self, system: int, area: int | None = None) -> Self:
        """Plans for `system` or all of England; of those for some areas only, those for `area`.

        Both are keys. `is_national` says which are for all of England.
        """
        plans = self.filter(kind=EntryKind.PLANNED).annotate(about=F("systems"))
        plans = plans.filter(Q(about=system) | Q(about=None))
        if area:
            plans = plans.filter(Q(areas=area) | Q(areas=None))
        return plans.annotate(is_national=Q(about=None))

    def before(self, entry: "Entry") -> Self:
        """Earlier entries, the nearest first; on one day by slug, so that none is passed over."""
        same_day = Q(date=entry.date, slug__lt=entry.slug)
        return self.filter(Q(date__lt=entry.date) | same_day).order_by("-date", "-slug")

    def after(self, entry: "Entry") -> Self:
        """Later entries, the nearest first."""
        same_day = Q(date=entry.date, slug__gt=entry.slug)
        return self.filter(Q(date__gt=entry.date) | same_day).order_by("date", "slug")


class Entry(PermanentUrl, Published):
    """An event or announcement, in one table, so that both share slugs, lists and feeds."""

    ADDRESS = "timeline"

    slug = models.SlugField(max_length=100, unique=True)
    date = models.DateField()
    precision = models.CharField(
        max_length=10, choices=Precision.choices, help_text="How exact the date is."
    )
    kind = models.CharField(max_length=20, choices=EntryKind.choices)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    text = models.TextField("in full", blank=True, help_text="Shown only on its own page.")
    note = models.TextField(blank=True, help_text="Anything uncertain or disputed.")
    systems = models.ManyToManyField(
        System, blank=True, related_name="+", help_text="Leave empty for all of England."
    )
    areas = models.ManyToManyField(
        Area, blank=True, related_name="+", help_text="Leave empty for all areas of those systems."
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        ordering = ["date", "slug"]
        constraints = [
            published_in_order("entry_published_in_order"),
            not_blank("title", "entry_title_not_blank"),
            one_of("precision", Precision, "entry_precision_is_known"),
            one_of("kind", EntryKind, "entry_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("timeline:entry", args=[self.slug])


class Unit(models.TextChoices):
    STP = "stp", "sustainability and transformation partnerships"
    ICS = "ics", "integrated care systems"


class Event(Entry):
    """A step of the rollout. Which systems joined, left or moved follows from the area periods."""

    unit = models.CharField("what is counted", max_length=3, choices=Unit.choices)
    official_total = models.PositiveSmallIntegerField(null=True, blank=True)
    announced_on = models.DateField(null=True, blank=True)
    legal_basis = models.ManyToManyField(
        LegalInstrument, blank=True, related_name="+", help_text="Only what a source says it is."
    )

    class Meta:
        constraints = [one_of("unit", Unit, "event_unit_is_known")]


class Announcement(Entry):
    """What somebody published, on a date, about some systems or all."""


class AlsoListed(Dated):
    """From a day on an entry is listed under a successor of a system that it names, too."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="also_listed")
    system = models.ForeignKey(System, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["entry", "system"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "system"], name="also_listed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.entry}, for {self.system} from {self.date_from}"


class Stance(models.TextChoices):
    STATED = "stated", "said"
    QUOTED = "quoted", "said"
    CLAIMED = "claimed", "claims"
    CRITICISED = "criticised", "makes this criticism"
    DIFFERS = "differs", "puts it differently"
    CONTEXT = "context", "also reported"


class StatementQuerySet(models.QuerySet["Statement"]):
    def published(self, at: datetime | None = None) -> Self:
        """Statements of published entries."""
        return self.filter(entry__in=Entry.objects.published(at))


class Statement(models.Model):
    """What somebody said about an entry: a paraphrase, perhaps with a short quotation.

    `number` is that of the fact in the founding documents (S1 to S81), if it comes from them.
    """

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="statements")
    position = models.PositiveSmallIntegerField(default=0)
    number = models.CharField(max_length=4, blank=True)
    organisation = models.CharField(max_length=200)
    speaker = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=150, blank=True)
    stance = models.CharField(max_length=12, choices=Stance.choices)
    text = models.TextField()
    quote = models.CharField(max_length=300, blank=True)
    reading = models.TextField(blank=True, help_text="Our note where the source is wrong.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = StatementQuerySet.as_manager()

    class Meta:
        ordering = ["entry", "position", "pk"]
        constraints = [
            not_blank("text", "statement_text_not_blank"),
            not_blank("organisation", "statement_has_organisation"),
            one_of("stance", Stance, "statement_stance_is_known"),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="statement_number_once"
            ),
            models.UniqueConstraint(fields=["entry", "position"], name="statement_position_once"),
            models.CheckConstraint(
                condition=Q(number="") | Q(number__regex=r"^S[1-9][0-9]?\Z"),
                name="statement_number_is_a_fact",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append a new statement whose position is taken."""
        others = Statement.objects.filter(entry=self.entry)
        if self._state.adding and others.filter(position=self.position).exists():
            self.position = 1 + max(others.values_list("position", flat=True))
        super().save(*args, **kwargs)
