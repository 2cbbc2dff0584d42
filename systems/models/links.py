"""What was found at the addresses of other sites that pages link to."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from systems.models.base import one_of


class Finding(models.TextChoices):
    """What came of following a link. icsinfo.outward.Trouble has the same words."""

    FINE = "fine", "It is there."
    BUSY = "busy", "The site asked us to come back later."
    GONE = "gone", "The site says there is no such page."
    REFUSED = "refused", "The site did not show us the page."
    FAULT = "fault", "The site has a fault."
    UNKNOWN_SITE = "unknown-site", "There is no site with this name."
    NO_CONNECTION = "no-connection", "The site did not answer."
    TOO_SLOW = "too-slow", "The site took too long to answer."
    NOT_SECURE = "not-secure", "The site’s certificate is not valid."
    LOOP = "loop", "It was redirected too many times."
    INTERNAL = "internal", "It leads into an internal network, where we do not look."
    NO_ADDRESS = "no-address", "It is not the address of a page."
    GARBLED = "garbled", "The response could not be read."


# Of these nobody need be told: the page is there, or may well be. Many sites refuse programs.
NOT_FAILING = (Finding.FINE, Finding.BUSY, Finding.REFUSED)
# A site may be down for a night. What failed this often, on different days, is dead.
DEAD_AFTER = 2


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    def dead(self) -> Self:
        """Links to mend: the site says that they are gone, or they failed more than once."""
        return self.filter(
            Q(finding=Finding.GONE) | Q(failures__gte=DEAD_AFTER), failing_since__isnull=False
        )

    def checked_since(self, moment: datetime) -> Self:
        return self.filter(checked_at__gte=moment)


class LinkCheck(models.Model):
    """The last time that a link was followed: whether the page is there, and since when it is not.

    An address has one row, however many pages link to it.
    """

    url = models.CharField("address", max_length=2000, unique=True)
    finding = models.CharField(max_length=20, choices=Finding.choices)
    status = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The status of the last response, such as 404."
    )
    final_url = models.CharField(
        "ends at",
        max_length=2000,
        blank=True,
        help_text="Where it leads, if that is somewhere else.",
    )
    checked_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="How many times in a row.")

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["url"]
        constraints = [
            one_of("finding", Finding, "link_check_finding_is_known"),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None)
                | Q(failures__gt=0, failing_since__isnull=False),
                name="link_check_fails_since_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.url

    def record(self, finding: Finding, status: int | None, final_url: str, now: datetime) -> None:
        """Store what was found now. A site that did not say leaves it as it was before."""
        self.finding, self.status, self.checked_at = finding, status, now
        self.final_url = "" if final_url == self.url else final_url[:2000]
        if finding is Finding.FINE:
            self.failures, self.failing_since = 0, None
        elif finding not in NOT_FAILING:
            self.failures += 1
            self.failing_since = self.failing_since or now
        self.save()
