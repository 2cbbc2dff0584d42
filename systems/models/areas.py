"""Areas: the smallest pieces of England that no change of boundaries has ever split."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

from systems.models.base import CodeScheme, Dated, code_shaped, in_order, not_blank, one_of
from systems.models.permanent_url import PermanentUrl
from systems.models.sources import Source
from systems.models.systems import System


class AreaQuerySet(models.QuerySet["Area"]):
    def in_system_on(self, system: System | int, day: date) -> Self:
        """Areas that are in `system` on `day`."""
        return self.filter(
            pk__in=AreaPeriod.objects.holding_on(day).filter(system=system).values("area")
        )


class Area(PermanentUrl):
    """A piece of England that has always been in one system as a whole."""

    ADDRESS = "areas"

    code = models.CharField(max_length=12, unique=True, help_text="The name in the directory.")
    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    residents = models.PositiveIntegerField(help_text="Usual residents, 2021 Census.")
    live_postcodes = models.PositiveIntegerField()
    districts = models.CharField(max_length=500, help_text="Council districts, largest first.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", "area_name_not_blank"),
            not_blank("slug", "area_has_slug"),
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z0-9]+(-[0-9])?\Z"), name="area_code_is_a_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("systems:area", args=[self.slug])


class Body(models.TextChoices):
    CCG = "ccg", "clinical commissioning group (CCG)"
    SUB_ICB = "sub-icb", "sub-ICB location"


class AreaCode(Dated):
    """A code of the local NHS body whose area this was, or was part of.

    One code can stand for several areas: 01Y was a clinical commissioning group that is two now.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=3, choices=CodeScheme.choices)
    code = models.CharField(max_length=12)
    body = models.CharField(max_length=10, choices=Body.choices)
    name = models.CharField(max_length=200, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["area", "scheme", "date_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "scheme", "date_from"], name="area_one_code_a_day"
            ),
            one_of("scheme", CodeScheme, "area_code_scheme_is_known"),
            one_of("body", Body, "area_code_body_is_known"),
            code_shaped("code", "area_code_code_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


class AreaAlias(models.Model):
    """A body by which people may still call an area: a commissioning group that came before.

    It was the area's or smaller; of one that lay in several areas each has a row.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)
    codes = models.CharField(
        max_length=50, blank=True, help_text="Its ODS and ONS codes, separated by spaces."
    )
    date_from = models.DateField("from", null=True, blank=True)
    date_to = models.DateField(
        "to", null=True, blank=True, help_text="The first day it no longer existed."
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "area aliases"
        ordering = ["area", "name"]
        constraints = [
            models.UniqueConstraint(fields=["area", "name"], name="area_alias_once"),
            not_blank("name", "area_alias_not_blank"),
            models.CheckConstraint(
                condition=models.Q(codes__regex=r"^([A-Z0-9]+( [A-Z0-9]+)*)?\Z"),
                name="area_alias_codes_are_codes",
            ),
            in_order("date_from", "date_to", "area_alias_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.name


class AreaPeriodQuerySet(models.QuerySet["AreaPeriod"]):
    def holding_on(self, day: date) -> Self:
        """For each area the one period that holds on `day`, with or without a system."""
        later = AreaPeriod.objects.filter(
            area=OuterRef("area"), date_from__gt=OuterRef("date_from"), date_from__lte=day
        )
        return self.filter(~Exists(later), date_from__lte=day)


class Certainty(models.TextChoices):
    EXACT = "exact", "stated by a source"
    DATE_INFERRED = "date_inferred", "the date is worked out"
    AREA_INFERRED = "area_inferred", "which areas is worked out"
    PLANNED = "planned", "planned, may change"


class AreaPeriod(Dated):
    """From `date_from` until its next period this area is in this system, or in none."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="periods")
    system = models.ForeignKey(
        System, models.PROTECT, null=True, blank=True, related_name="area_periods"
    )
    certainty = models.CharField(max_length=20, choices=Certainty.choices)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = AreaPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["area", "date_from"]
        constraints = [
            models.UniqueConstraint(fields=["area", "date_from"], name="area_one_period_a_day"),
            one_of("certainty", Certainty, "area_period_certainty_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.area} from {self.date_from}: {self.system or 'no system'}"
