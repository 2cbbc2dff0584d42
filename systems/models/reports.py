"""What readers say is wrong."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from systems.models.base import not_blank
from systems.models.systems import System

MAX_REPORT_LENGTH = 2000
# Promised on the form and on the page about privacy.
RETENTION = timedelta(days=2 * 365)
RETENTION_SETTLED = timedelta(days=90)

AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


class ReportQuerySet(models.QuerySet["Report"]):
    def expired(self, now: datetime) -> Self:
        """Reports that are no longer to be kept."""
        return self.filter(
            Q(created_at__lte=now - RETENTION) | Q(settled_at__lte=now - RETENTION_SETTLED),
        )

    def repeated(self, report: "Report", now: datetime) -> Self:
        """Those of the last day that say the same about the same page."""
        return self.filter(page=report.page, text=report.text, created_at__gt=now - A_DAY)

    def room_from(self, most: int, now: datetime) -> datetime:
        """From when there may be one more of these, with `most` in any hour."""
        moments = self.order_by("-created_at").values_list("created_at", flat=True)
        oldest = next(iter(moments[most - 1 : most]), None)
        return oldest + AN_HOUR if oldest else now


class Report(models.Model):
    """A mistake that somebody reported, for the editors of the system it is about."""

    page = models.CharField(max_length=300, help_text="The path of the page.")
    system = models.ForeignKey(
        System, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    text = models.TextField(max_length=MAX_REPORT_LENGTH)
    email = models.EmailField(blank=True)
    token = models.CharField(
        max_length=64, unique=True, editable=False, help_text="Of the form: one report each."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            not_blank("text", "report_says_something"),
            models.CheckConstraint(condition=Q(page__startswith="/"), name="report_page_is_a_path"),
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.created_at:%Y-%m-%d}"
