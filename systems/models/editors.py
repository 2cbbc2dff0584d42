"""Who may edit what, and since when. What follows from that is in systems/editing/rights.py."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from systems.models.base import one_of
from systems.models.systems import System


class Role(models.TextChoices):
    """What an editor is. A superuser needs no role."""

    CENTRAL = "central", "Central editor, for all ICSs"
    SYSTEM = "system", "Editor of one ICS"


class EditorshipQuerySet(models.QuerySet["Editorship"]):
    def holding_on(self, day: date) -> Self:
        """Those that hold on `day`: a start is the first day, an end the first day after."""
        ongoing = Q(date_to__isnull=True) | Q(date_to__gt=day)
        return self.filter(ongoing, date_from__lte=day)


class Editorship(models.Model):
    """A person who edits for one system, or for all, from a day until another or for good."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="editorships", verbose_name="person"
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    system = models.ForeignKey(
        System,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="editorships",
        verbose_name="ICS",
        help_text="Only for editors of one ICS.",
    )
    date_from = models.DateField("from", default=timezone.localdate)
    date_to = models.DateField(
        "until", null=True, blank=True, help_text="The first day it no longer applies."
    )

    objects = EditorshipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role", "system", "date_from"]
        constraints = [
            one_of("role", Role, "editorship_role_is_known"),
            models.CheckConstraint(
                condition=Q(role=Role.CENTRAL, system__isnull=True)
                | Q(role=Role.SYSTEM, system__isnull=False),
                name="editorship_of_one_or_of_all",
                violation_error_message=(
                    "Choose an ICS for an editor of one ICS; leave it empty for a central editor."
                ),
            ),
            models.CheckConstraint(
                condition=Q(date_to__isnull=True) | Q(date_to__gt=F("date_from")),
                name="editorship_ends_after_it_began",
                violation_error_message="The end must be after the start.",
            ),
        ]

    def __str__(self) -> str:
        what = self.system if self.system_id else "all ICSs"
        return f"{self.user}: {what}, from {self.date_from}"
