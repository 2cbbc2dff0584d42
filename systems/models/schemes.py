"""Schemes: local services and projects, as somebody last reported them."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.urls import reverse

from icsinfo.dates import say_partial, years_after
from systems.models.areas import Area
from systems.models.base import (
    PartialDateField,
    Published,
    PublishedQuerySet,
    not_blank,
    one_of,
    partial_date,
    published_in_order,
    validate_slug,
)
from systems.models.permanent_url import PermanentUrl
from systems.models.sources import Source
from systems.models.systems import System

YEARS_LISTED = 2  # after the day on which it should have been confirmed again


class SchemeStatus(models.TextChoices):
    """As last reported; "not known" unless a source says otherwise."""

    RUNNING = "running", "Running"
    ENDED = "ended", "Ended"
    NOT_KNOWN = "not-known", "Not known"


class Freshness(models.IntegerChoices):
    """How far what is known of a scheme can be relied on, the most first."""

    FRESH = 1, "Reported in the last year or so"
    OLD = 2, "Not confirmed recently"
    ENDED = 3, "Ended"


class Label(models.Model):
    """One of a few words by which schemes are found."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        validate_slug(self.slug)


class Topic(Label):
    """What a scheme is about: blood pressure, work and health."""


class Audience(Label):
    """Whom a scheme is for: carers, older people."""


class Way(Label):
    """How to get it: walk in, refer yourself, be referred, be invited."""

    meaning = models.CharField(max_length=200, help_text="What to do, in a sentence.")


def _listed_since(day: date) -> date:
    """Until when a scheme should have been confirmed to be no longer listed on `day`."""
    return years_after(day, -YEARS_LISTED)


class SchemeQuerySet(PublishedQuerySet):
    def known_on(self, day: date) -> Self:
        """Public schemes that somebody had reported by `day`, or on a date that is not known."""
        return self.published().filter(known_as_of__lte=day.isoformat())

    def listed_on(self, day: date) -> Self:
        """Without those that nobody has confirmed for `YEARS_LISTED` after their check date."""
        return self.filter(check_by__gt=_listed_since(day))

    def withdrawn_by(self, day: date) -> Self:
        """The others, which keep their pages."""
        return self.filter(check_by__lte=_listed_since(day))

    def in_places(self, areas: Iterable[Area], systems: Iterable[System]) -> Self:
        """Schemes for some of `areas`, or for the whole of one of `systems`."""
        here = Scheme.objects.filter(areas__in=areas).values("pk")
        whole = Scheme.objects.filter(areas=None, system__in=systems).values("pk")
        return self.filter(Q(pk__in=here) | Q(pk__in=whole))

    def fresh_first(self, day: date) -> Self:
        """Annotate `freshness` on `day` and put what was confirmed lately before what was not.

        What has ended comes last, however lately somebody said so. Among the others, those that
        were said to be running come first.
        """
        return self.annotate(
            state=Case(When(status=SchemeStatus.RUNNING, then=Value(1)), default=Value(2)),
            freshness=Case(
                When(status=SchemeStatus.ENDED, then=Value(Freshness.ENDED.value)),
                When(check_by__gt=day, then=Value(Freshness.FRESH.value)),
                default=Value(Freshness.OLD.value),
            ),
        ).order_by("freshness", "state", "name", "place")


class Scheme(PermanentUrl, Published):
    """A local service or project: what, where, for whom, how to get it, and how sure that is.

    `system` is the one it was reported from, `areas` those that it is really for; without areas it
    is for all of the system, and without a system for all of England. `check_by` is the day on
    which what is known of it is too old to rely on.
    """

    ADDRESS = "schemes"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    what = models.TextField()
    text = models.TextField(
        "more about it", blank=True, help_text="More detail, shown only on its own page."
    )
    for_whom = models.CharField(max_length=300)
    how_to_get = models.CharField("how to get it", max_length=300)
    ask = models.CharField("who to ask", max_length=200, blank=True)
    topics = models.ManyToManyField(Topic, related_name="schemes")
    audiences = models.ManyToManyField(Audience, related_name="schemes", blank=True)
    ways = models.ManyToManyField(Way, related_name="schemes", blank=True)
    system = models.ForeignKey(
        System, models.PROTECT, null=True, blank=True, related_name="schemes"
    )
    areas = models.ManyToManyField(Area, related_name="schemes", blank=True)
    known_as_of = PartialDateField(
        blank=True, help_text="As exact as you know: 2018, February 2018 or 22 February 2018."
    )
    check_by = models.DateField("check again by")
    status = models.CharField(
        max_length=10, choices=SchemeStatus.choices, default=SchemeStatus.NOT_KNOWN
    )
    status_as_of = PartialDateField(blank=True, help_text="As exact as you know.")
    note = models.CharField(max_length=400, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = SchemeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "place"]
        constraints = [
            published_in_order("scheme_published_in_order"),
            not_blank("slug", "scheme_has_slug"),
            not_blank("name", "scheme_name_not_blank"),
            one_of("status", SchemeStatus, "scheme_status_is_known"),
            partial_date("known_as_of", "scheme_known_as_of_is_a_date"),
            partial_date("status_as_of", "scheme_status_as_of_is_a_date"),
            models.CheckConstraint(
                condition=~Q(status=SchemeStatus.ENDED) | ~Q(status_as_of=""),
                name="scheme_end_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("systems:scheme", args=[self.slug])

    def is_withdrawn_by(self, day: date) -> bool:
        """As `SchemeQuerySet.withdrawn_by`."""
        return self.check_by <= _listed_since(day)

    @property
    def known_when(self) -> str:
        """When somebody last reported it, in words, as exact as known; empty if that is not."""
        return say_partial(self.known_as_of)

    @property
    def last_when(self) -> str:
        """The later of the days on which somebody reported it, or said how it stands, in words."""
        known = filter(None, [self.known_as_of, self.status_as_of])
        # A year or a month counts to its end: 2025 is later than 2025-09.
        return say_partial(max(known, key=lambda day: f"{day:~<10}", default=""))

    @property
    def status_when(self) -> str:
        return say_partial(self.status_as_of)
