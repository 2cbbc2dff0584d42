"""Integrated care systems: identities that live through renames and code changes."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from systems.models.base import (
    CodeScheme,
    Dated,
    code_shaped,
    not_blank,
    one_of,
    validate_without_user,
    with_lower_scheme,
)
from systems.models.permanent_url import PermanentUrl
from systems.models.sources import Source

if TYPE_CHECKING:
    from systems.models.areas import AreaPeriodQuerySet

# Integrated care boards came with the Health and Care Act 2022, section 19, in force from this day.
BOARDS_SINCE = date(2022, 7, 1)


class Region(models.TextChoices):
    """NHS England's seven regions."""

    EAST_OF_ENGLAND = "east-of-england", "East of England"
    LONDON = "london", "London"
    MIDLANDS = "midlands", "Midlands"
    NORTH_EAST_AND_YORKSHIRE = "north-east-and-yorkshire", "North East and Yorkshire"
    NORTH_WEST = "north-west", "North West"
    SOUTH_EAST = "south-east", "South East"
    SOUTH_WEST = "south-west", "South West"


def _periods() -> "AreaPeriodQuerySet":
    """The area periods, from which it follows when a system exists and how big it is."""
    return System.area_periods.rel.related_model.objects.all()  # type: ignore[attr-defined]


class SystemQuerySet(models.QuerySet["System"]):
    def open_on(self, day: date) -> Self:
        """Systems that an area belongs to on `day`: those are the ones that exist then."""
        return self.filter(pk__in=_periods().holding_on(day).values("system"))

    def closed_by(self, day: date) -> Self:
        """Systems that had areas before `day` and have none on it."""
        begun = _periods().filter(date_from__lt=day, system__isnull=False)
        return self.filter(pk__in=begun.values("system")).exclude(pk__in=self.open_on(day))

    def named_on(self, day: date) -> Self:
        """Annotate `name` as at `day`; a system that did not exist yet has its first name."""
        names = SystemName.objects.filter(system=OuterRef("pk"))
        latest = names.filter(date_from__lte=day).order_by("-date_from").values("name")[:1]
        first = names.order_by("date_from").values("name")[:1]
        return self.annotate(
            name=Coalesce(
                Subquery(latest), Subquery(first), "slug", output_field=models.CharField()
            )
        )


class System(PermanentUrl):
    """An integrated care system (ICS). When it exists follows from its areas' periods."""

    ADDRESS = "ics"

    slug = models.SlugField(max_length=100, unique=True)
    region = models.CharField(max_length=30, choices=Region.choices, blank=True)
    about = models.TextField(blank=True)
    about_source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="source for that",
        help_text="Where this can be checked.",
    )

    objects = SystemQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(region="") | Q(region__in=Region.values), name="system_region_is_known"
            ),
            not_blank("slug", "system_has_slug"),
        ]

    def __str__(self) -> str:
        """Its name, where the query has it (`named_on`), or else the words of its address."""
        return self.__dict__.get("name") or self.slug.replace("-", " ")

    def get_absolute_url(self) -> str:
        return reverse("systems:system", args=[self.slug])


class SystemName(Dated):
    """What a system is called, from a day until its next name."""

    system = models.ForeignKey(System, models.CASCADE, related_name="names")
    name = models.CharField(max_length=200)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["system", "date_from"]
        constraints = [
            models.UniqueConstraint(fields=["system", "date_from"], name="system_one_name_a_day"),
            not_blank("name", "system_name_not_blank"),
        ]

    def __str__(self) -> str:
        return self.name


class SystemAlias(models.Model):
    """Another name that people type or documents use, without dates."""

    system = models.ForeignKey(System, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "system aliases"
        ordering = ["system", "name"]
        constraints = [
            models.UniqueConstraint(fields=["system", "name"], name="system_alias_once"),
            not_blank("name", "system_alias_not_blank"),
        ]

    def __str__(self) -> str:
        return self.name


class SystemCode(Dated):
    """An official code of a system, from a day until its next code of the same scheme."""

    system = models.ForeignKey(System, models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=3, choices=CodeScheme.choices)
    code = models.CharField(max_length=12)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["system", "scheme", "date_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "scheme", "date_from"], name="system_one_code_a_day"
            ),
            models.UniqueConstraint(fields=["scheme", "code"], name="system_code_is_one_systems"),
            one_of("scheme", CodeScheme, "system_code_scheme_is_known"),
            code_shaped("code", "system_code_is_a_code"),
        ]

    def __str__(self) -> str:
        return self.code


class SuccessionKind(models.TextChoices):
    MERGER = "merger", "merged into"
    SPLIT = "split", "split, part to"
    ACQUISITION = "acquisition", "part taken over by"
    ABSORPTION = "absorption", "absorbed into"


class Succession(models.Model):
    """A system that followed another. Which areas went where is in the area periods."""

    predecessor = models.ForeignKey(System, models.CASCADE, related_name="successions")
    successor = models.ForeignKey(System, models.CASCADE, related_name="predecessor_links")
    date = models.DateField()
    kind = models.CharField(max_length=20, choices=SuccessionKind.choices)
    editors_follow = models.BooleanField(
        default=False,
        help_text="From this date, editors of the predecessor may also edit the successor.",
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["date", "predecessor", "successor"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=models.F("successor")), name="succession_not_to_itself"
            ),
            one_of("kind", SuccessionKind, "succession_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}, {self.date}"


class ContactKind(models.TextChoices):
    WEBSITE = "website", "Website"
    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    ADDRESS = "address", "Address"
    COMPLAINTS_PAGE = "complaints_page", "Complaints page"
    COMPLAINTS_PHONE = "complaints_phone", "Complaints by phone"
    COMPLAINTS_EMAIL = "complaints_email", "Complaints by email"


_URL = URLValidator(["http", "https"], message="Enter a full web address: https://example.org/.")
_EMAIL = EmailValidator("Enter an email address and nothing else: name@example.org.")
_PHONE = RegexValidator(
    r"^\+?[0-9][0-9 ()]{2,}( ext\. [0-9]+)?\Z",
    "Enter a phone number in numbers: 0300 123 1234, or 0300 123 1234 ext. 56.",
)


def _validate_page(value: str) -> None:
    _URL(value)
    validate_without_user(value)


# What a value must be, by the kind of contact. An address is any text.
CONTACT_VALIDATORS: dict[str, Callable[[str], None]] = {
    ContactKind.WEBSITE: _validate_page,
    ContactKind.COMPLAINTS_PAGE: _validate_page,
    ContactKind.EMAIL: _EMAIL,
    ContactKind.COMPLAINTS_EMAIL: _EMAIL,
    ContactKind.PHONE: _PHONE,
    ContactKind.COMPLAINTS_PHONE: _PHONE,
}


class ContactQuerySet(models.QuerySet["Contact"]):
    def of(self, system: System | int) -> Self:
        """The ways to reach a system's board, with their sources."""
        return self.filter(system=system).select_related("source")


class Contact(models.Model):
    """One way to reach a system's board. `confirmed_on` is empty until somebody checked it."""

    system = models.ForeignKey(System, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=20, choices=ContactKind.choices)
    value = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["system", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["system", "kind"], name="contact_one_of_each_kind"),
            one_of("kind", ContactKind, "contact_kind_is_known"),
            not_blank("value", "contact_not_blank"),
            models.CheckConstraint(
                condition=~Q(kind__in=["website", "complaints_page"])
                | Q(value__regex=r"^https?://"),
                name="contact_page_is_web",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["email", "complaints_email"])
                | Q(value__regex=r"^[^@\s:?&<>\"]+@[^@\s:?&<>\"]+\Z"),
                name="contact_email_is_an_address",
                violation_error_message="Enter an email address and nothing else.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.value}"

    def clean(self) -> None:
        """Raise ValidationError if the value is none of its kind: readers are led to it."""
        if self.kind not in CONTACT_VALIDATORS:
            return
        if CONTACT_VALIDATORS[self.kind] is _validate_page:
            self.value = with_lower_scheme(self.value)
        try:
            CONTACT_VALIDATORS[self.kind](self.value)
        except ValidationError as error:
            raise ValidationError({"value": error.messages}) from None
