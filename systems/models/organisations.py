"""Trusts, councils, GP practices and primary care networks, and where they belong."""

from datetime import date
from functools import cache
from typing import Self

from django.db import models
from django.db.models import F, Func, Prefetch, Q
from django.urls import reverse

from systems.models.areas import Area
from systems.models.base import code_shaped, in_order, not_blank, one_of, web_address
from systems.models.permanent_url import PermanentUrl
from systems.models.sources import OWN_KNOWLEDGE, Source
from systems.models.systems import System


@cache
def _organisations() -> str:
    """What stands before the code in the address of a page."""
    return reverse("systems:organisation", args=["X"]).removesuffix("X/")


def page_of_organisation(code: str) -> str:
    """The address of a page; `reverse` takes 50 µs, and a download has thousands."""
    return f"{_organisations()}{code}/"


class OrganisationKind(models.TextChoices):
    """In the order in which the members of a system are listed."""

    TRUST = "trust", "NHS trusts"
    COUNCIL = "council", "Councils"
    PCN = "pcn", "Primary care networks (PCNs)"
    PRACTICE = "practice", "GP practices"


class SortName(Func):
    """A name from its first letter on, in lower case: "(Irlam) Salford" is found under I.

    Without parameters, so that a database sees that it is what its index is made of.
    """

    template = "LOWER(LTRIM(%(expressions)s, '(0123456789/ '))"
    output_field = models.CharField()


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def open_on(self, day: date) -> Self:
        """Organisations that had begun and not ended on `day`; one without dates is open."""
        return self.filter(
            Q(opened_on=None) | Q(opened_on__lte=day), Q(closed_on=None) | Q(closed_on__gt=day)
        )

    def listed_on(self, day: date) -> Self:
        """All but the practices that have closed by `day`: a third as many as those that are open.

        They have their pages, and a look-up finds them.
        """
        return self.exclude(kind=OrganisationKind.PRACTICE, closed_on__lte=day)

    def by_first_letter(self) -> Self:
        """Annotate `sort_name`, and order by it."""
        return self.annotate(sort_name=SortName("name")).order_by("sort_name", "place", "code")

    def members_on(self, system: System | int, day: date) -> Self:
        """Organisations that are members of `system` on `day`, in any role.

        Councils are, through the areas that they share with it; so no row is needed for them.
        """
        rows = Membership.objects.holding_on(day).filter(system=system).values("organisation")
        areas = Area.objects.in_system_on(system, day)
        councils = CouncilArea.objects.filter(area__in=areas).values("council")
        return self.open_on(day).filter(Q(pk__in=rows) | Q(pk__in=councils))

    def with_memberships(self) -> Self:
        """Prefetch memberships, the latest first, with their systems and sources."""
        rows = Membership.objects.select_related("source", "system").order_by(
            F("date_from").desc(nulls_last=True), "pk"
        )
        return self.prefetch_related(Prefetch("memberships", rows))


class Organisation(PermanentUrl):
    """A body with an official code: ODS for the NHS, the ONS's for councils."""

    ADDRESS = "organisations"
    SLUG = "code"

    code = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=10, choices=OrganisationKind.choices)
    form = models.CharField(max_length=60, help_text="NHS foundation trust, unitary authority ...")
    services = models.CharField(
        max_length=60,
        blank=True,
        help_text="What a trust runs, judging by its name: acute, community.",
    )
    name = models.CharField(max_length=200)
    place = models.CharField(max_length=100, blank=True, help_text="The town of its address.")
    address = models.CharField(max_length=300, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        help_text="The area of its address.",
    )
    phone = models.CharField(max_length=30, blank=True)
    website = models.URLField(max_length=300, blank=True)
    part_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text="The network of a practice, the county council of a district council.",
    )
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(
        null=True, blank=True, help_text="The first day it no longer existed."
    )
    patients = models.PositiveIntegerField(null=True, blank=True, help_text="Registered patients.")
    patients_on = models.DateField(null=True, blank=True)
    former_codes = models.CharField(
        max_length=100, blank=True, help_text="Codes it had before, separated by spaces."
    )
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "place", "code"]
        constraints = [
            code_shaped("code", "organisation_code_is_a_code"),
            one_of("kind", OrganisationKind, "organisation_kind_is_known"),
            not_blank("name", "organisation_name_not_blank"),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on=None) | Q(closed_on__gt=F("opened_on")),
                name="organisation_closes_after_it_opens",
            ),
            web_address("website", "organisation_website_is_web"),
            models.CheckConstraint(
                condition=Q(patients=None, patients_on=None)
                | Q(patients__isnull=False, patients_on__isnull=False),
                name="organisation_patients_have_a_date",
            ),
            models.CheckConstraint(
                condition=Q(part_of=None) | ~Q(part_of=F("pk")), name="organisation_not_in_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "name"], name="organisation_kind_name"),
            models.Index(SortName("name"), "place", "code", name="organisation_ordering"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return page_of_organisation(self.code)

    def closed_by(self, day: date) -> bool:
        return self.closed_on is not None and self.closed_on <= day

    def opens_after(self, day: date) -> bool:
        return self.opened_on is not None and self.opened_on > day


class AliasKind(models.TextChoices):
    """What another name is, where it is not that of a hospital."""

    VARIANT = "variant", "another form of a hospital's name"
    FORMER = "former", "a former name of the organisation"


class OrganisationAliasQuerySet(models.QuerySet["OrganisationAlias"]):
    def hospitals(self) -> Self:
        """The names of hospitals; other forms of them and former names only help to find it."""
        return self.filter(kind="")

    def confirmed(self) -> Self:
        """Those that a source names; what this site's own knowledge says helps to find it only."""
        return self.exclude(source__publisher=OWN_KNOWLEDGE)


class OrganisationAlias(models.Model):
    """Another name that people look an organisation up by, mostly a hospital that a trust runs."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=10, choices=AliasKind.choices, blank=True, help_text="Empty: a hospital."
    )
    place = models.CharField(max_length=100, blank=True, help_text="The town it is in.")
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="hospital_sites",
        help_text="Where it is, worked out from its town or postcode.",
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = OrganisationAliasQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "organisation aliases"
        ordering = ["organisation", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name", "place"], name="organisation_alias_once"
            ),
            not_blank("name", "organisation_alias_not_blank"),
            models.CheckConstraint(
                condition=Q(kind="") | Q(kind__in=AliasKind.values),
                name="organisation_alias_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationSuccession(models.Model):
    """An organisation that took over from another, whole or in part."""

    predecessor = models.ForeignKey(Organisation, models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Organisation, models.CASCADE, related_name="predecessor_links")
    date = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["predecessor", "successor"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"], name="organisation_succession_once"
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="organisation_succession_not_to_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class FormerCouncil(models.Model):
    """A council that was abolished, with one that followed it; a row for each that did."""

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    successor = models.ForeignKey(Organisation, models.CASCADE, related_name="former_councils")
    closed_on = models.DateField(help_text="The first day it no longer existed.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["code", "successor"]
        constraints = [
            models.UniqueConstraint(fields=["code", "successor"], name="former_council_once"),
            code_shaped("code", "former_council_code_is_a_code"),
            not_blank("name", "former_council_name_not_blank"),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipRole(models.TextChoices):
    """What ties an organisation to a system."""

    LISTED = "listed", "listed under"
    PAID = "paid", "paid for by"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def holding_on(self, day: date) -> Self:
        """Memberships on `day`. One without a start counts from the first, as nobody knows."""
        return self.filter(
            Q(date_from=None) | Q(date_from__lte=day), Q(date_to=None) | Q(date_to__gt=day)
        )

    def holding_between(self, start: date, end: date) -> Self:
        """Memberships on any day from `start` until the day before `end`."""
        return self.filter(
            Q(date_from=None) | Q(date_from__lt=end), Q(date_to=None) | Q(date_to__gt=start)
        )


class Membership(models.Model):
    """An organisation in a system: listed under it, or paid for by its board.

    `date_from` is empty where no source says since when. `date_to` is exclusive.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    system = models.ForeignKey(System, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=MembershipRole.choices)
    date_from = models.DateField("from", null=True, blank=True)
    date_to = models.DateField("to", null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "system", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "system", "role", "date_from"], name="membership_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "system", "role"],
                condition=Q(date_from=None),
                name="membership_once_without_a_start",
            ),
            one_of("role", MembershipRole, "membership_role_is_known"),
            in_order("date_from", "date_to", "membership_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_role_display()} {self.system}"


class CouncilArea(models.Model):
    """How many residents of a council live in an area; the council is in the area's system."""

    council = models.ForeignKey(Organisation, models.CASCADE, related_name="council_areas")
    area = models.ForeignKey(Area, models.PROTECT, related_name="council_areas")
    residents = models.PositiveIntegerField(help_text="Usual residents, 2021 Census.")

    class Meta:
        ordering = ["council", "-residents"]
        constraints = [
            models.UniqueConstraint(fields=["council", "area"], name="council_area_once"),
        ]

    def __str__(self) -> str:
        return f"{self.council}: {self.residents} in {self.area}"
