"""What readers say is wrong."""

from django.db import models

from systems.models.base import not_blank
from systems.models.systems import System

LONGEST_REPORT = 2000


class Report(models.Model):
    """A mistake that somebody reported, for the editors of the system it is about."""

    page = models.CharField(max_length=300, help_text="The path of the page.")
    system = models.ForeignKey(
        System, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    text = models.TextField(max_length=LONGEST_REPORT)
    email = models.EmailField(blank=True)
    token = models.CharField(
        max_length=64, unique=True, editable=False, help_text="Of the form: one report each."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            not_blank("text", "report_says_something"),
            models.CheckConstraint(
                condition=models.Q(page__startswith="/"), name="report_page_is_a_path"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.created_at:%Y-%m-%d}"
