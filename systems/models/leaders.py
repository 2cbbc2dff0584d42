"""Who leads the boards, and which boards share their leaders."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from icsinfo.dates import say
from systems.models.base import PartialDateField, not_blank, one_of, partial_date
from systems.models.sources import Source
from systems.models.systems import System


class PartlyDated(models.Model):
    """What holds from a day, as exact as known, until another, if it is known to have ended."""

    date_from = PartialDateField(
        "from", help_text="As exact as you know: 2025, September 2025 or 1 September 2025."
    )
    date_to = models.DateField(
        "until",
        null=True,
        blank=True,
        help_text="The first day on which it no longer applies. Leave empty if it still does, or "
        "if you do not know.",
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        if self.date_to and self.date_to.isoformat() <= self.date_from:
            raise ValidationError({"date_to": "“Until” must be later than “from”."})


class LeaderRole(models.TextChoices):
    CHAIR = "chair", "Chair"
    CHIEF_EXECUTIVE = "chief_executive", "Chief executive"


class LeaderQuerySet(models.QuerySet["Leader"]):
    def of(self, system: System | int) -> Self:
        """The people who led a system's board, with their sources."""
        return self.filter(system=system).select_related("source")


class Leader(PartlyDated):
    """A person who leads a system's board, until the next one in that role.

    `date_from` is the first day of which a source says so, perhaps that of an announcement.
    `seen_on` is empty where nobody has read it in the source since that was published.
    """

    system = models.ForeignKey(System, models.CASCADE, related_name="leaders")
    role = models.CharField(max_length=20, choices=LeaderRole.choices)
    name = models.CharField(max_length=100, help_text="As the source writes it.")
    note = models.CharField(
        max_length=300, blank=True, help_text="Anything uncertain: interim, or only announced."
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    seen_on = models.DateField(
        "last seen on",
        null=True,
        blank=True,
        help_text="The last day on which you read this in the source. Leave empty to show the date "
        "of the source.",
    )

    objects = LeaderQuerySet.as_manager()

    class Meta:
        ordering = ["system", "role", "date_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "role", "date_from"], name="leader_one_of_each_role_a_day"
            ),
            one_of("role", LeaderRole, "leader_role_is_known"),
            not_blank("name", "leader_has_name"),
            not_blank("date_from", "leader_has_date"),
            partial_date("date_from", "leader_from_is_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.name}"

    @property
    def last_seen(self) -> str:
        """In words, when somebody last said so; empty if that is not known."""
        return say(self.seen_on) if self.seen_on else self.source.when


class Shared(models.TextChoices):
    """What the boards of a cluster share, as words after "share"."""

    CHAIR = "chair", "a chair"
    CHIEF_EXECUTIVE = "chief_executive", "a chief executive"
    BOTH = "both", "a chair and chief executive"
    BOARD = "board", "a board and executive team"


class ClusterCertainty(models.TextChoices):
    SURE = "sure", "stated by a source"
    LIKELY = "likely", "likely, not confirmed"


class Cluster(PartlyDated):
    """Boards that share leaders and stay separate in law.

    A system that closes leaves it on that day, and it ends when one board is left: that follows
    from the systems. `date_to` is for one that ends while they go on. `shares` is empty where no
    source says what was shared from the first day on.
    """

    name = models.CharField(max_length=200, unique=True)
    official_name = models.CharField(
        max_length=200, blank=True, help_text="What it calls itself, if anything."
    )
    systems = models.ManyToManyField(
        System, related_name="clusters", verbose_name="ICSs", help_text="Two or more."
    )
    shares = models.CharField("what they share", max_length=20, choices=Shared.choices, blank=True)
    certainty = models.CharField(
        "how sure this is", max_length=10, choices=ClusterCertainty.choices
    )
    note = models.CharField(
        max_length=400, blank=True, help_text="What the date is of, and anything uncertain."
    )
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("name", "cluster_has_name"),
            not_blank("date_from", "cluster_has_date"),
            partial_date("date_from", "cluster_from_is_a_date"),
            models.CheckConstraint(
                condition=Q(shares__in=["", *Shared.values]), name="cluster_shares_is_known"
            ),
            one_of("certainty", ClusterCertainty, "cluster_certainty_is_known"),
        ]

    def __str__(self) -> str:
        return self.name
