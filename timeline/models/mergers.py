"""A succession of systems in preparation, and a record of the rows written when it was planned.

Nothing here is public. The facts are the rows that planning writes: periods of areas, names, codes,
memberships, events. `MergerChange` records each of them, for undo.
"""

import re
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from systems.models import Area, Source, System, SystemCode
from systems.models.base import not_blank, one_of
from systems.models.systems import Region


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    PLANNED = "planned", "Planned"
    UNDONE = "undone", "Undone"


class MergerQuerySet(models.QuerySet["Merger"]):
    def published(self, at: datetime | None = None) -> Self:
        """Those whose rows are written. A source that only drafts cite is not public."""
        return self.filter(state=State.PLANNED)


class Merger(models.Model):
    """A change of systems on a date: a merger, a split, or areas that go from one to another."""

    title = models.CharField(
        max_length=150, help_text="Its title on the timeline: Devon and Dorset merge."
    )
    date = models.DateField(help_text="The first day it applies, from midnight.")
    predecessors = models.ManyToManyField(
        System, related_name="+", help_text="The ICSs that close, or give up areas."
    )
    source = models.ForeignKey(
        Source, models.PROTECT, related_name="+", help_text="Where the plan is published."
    )
    note = models.TextField(blank=True, help_text="Anything uncertain. This is public.")
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    settled_at = models.DateTimeField("planned or undone at", null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    lines = models.JSONField(default=list, editable=False, help_text="The counts, when planned.")

    objects = MergerQuerySet.as_manager()

    class Meta:
        verbose_name = "planned change"
        ordering = ["-date", "title"]
        constraints = [
            not_blank("title", "merger_title_not_blank"),
            one_of("state", State, "merger_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_planned(self) -> bool:
        return self.state == State.PLANNED


class Successor(models.Model):
    """A system that gets areas: an existing one, or a new one, which has a name and a slug.

    A new one has a `system` only while the merger is planned.
    """

    merger = models.ForeignKey(Merger, models.CASCADE, related_name="successors")
    system = models.ForeignKey(
        System, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ICS"
    )
    name = models.CharField("or a new name", max_length=200, blank=True)
    slug = models.SlugField("its address", max_length=100, blank=True)
    region = models.CharField(max_length=30, choices=Region.choices, blank=True)
    ods_code = models.CharField("ODS code", max_length=12, blank=True)
    ons_code = models.CharField("ONS code", max_length=12, blank=True)

    class Meta:
        ordering = ["merger", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["merger", "system"], name="successor_system_once"),
            models.CheckConstraint(
                condition=Q(name="", slug="", system__isnull=False) | ~Q(name="") & ~Q(slug=""),
                name="successor_is_there_or_new",
                violation_error_message=(
                    "Choose an existing ICS, or give the name and address of a new one."
                ),
            ),
            models.UniqueConstraint(
                fields=["merger", "slug"], condition=~Q(slug=""), name="successor_slug_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.system)

    def clean(self) -> None:
        """Raise ValidationError where it could not be made, with a sentence for each field."""
        if self.system_id and not (self.name or self.slug):
            return
        wrong: dict[str, str] = {}
        if self.system_id and not self.merger.is_planned:
            wrong["system"] = "Choose an existing ICS or name a new one, not both."
        for code in filter(None, [self.ods_code, self.ons_code]):
            field = "ods_code" if code == self.ods_code else "ons_code"
            known = SystemCode.objects.filter(code=code).exclude(system=self.system_id)
            if not re.fullmatch(r"[A-Z0-9]+", code):
                wrong[field] = f"A code has only capital letters and numbers: not “{code}”."
            elif taken := known.first():
                owner = System.objects.named_on(timezone.localdate()).get(pk=taken.system_id)
                wrong[field] = f"{code} is already the code of {owner}."
        if self.slug:
            wrong |= self._wrong_with_the_address()
        if wrong:
            raise ValidationError(wrong)

    def _wrong_with_the_address(self) -> dict[str, str]:
        made = System(pk=self.system_id, slug=self.slug)
        if System.objects.filter(slug=self.slug).exclude(pk=made.pk).exists():
            return {"slug": f"/ics/{self.slug}/ is already the address of an ICS."}
        try:
            made.clean()
        except ValidationError as error:
            return {"slug": " ".join(error.messages)}
        return {}

    @property
    def is_new(self) -> bool:
        return bool(self.name)

    @property
    def page_slug(self) -> str:
        return self.slug or (self.system.slug if self.system else "")


class Placement(models.Model):
    """The successor that gets an area of a predecessor; null: it stays where it is."""

    merger = models.ForeignKey(Merger, models.CASCADE, related_name="placements")
    area = models.ForeignKey(Area, models.CASCADE, related_name="+")
    successor = models.ForeignKey(Successor, models.CASCADE, null=True, related_name="placements")

    class Meta:
        ordering = ["merger", "area"]
        constraints = [
            models.UniqueConstraint(fields=["merger", "area"], name="placement_of_area_once"),
        ]

    def __str__(self) -> str:
        return f"{self.area}: {self.successor or 'stays'}"


class AffectedKind(models.TextChoices):
    """The kinds of rows that depend on a system, and need a resolution when it changes."""

    SCHEME = "scheme", "Schemes"
    MEMBERSHIP = "membership", "Memberships"
    ANNOUNCEMENT = "announcement", "Announcements"
    EDITOR = "editor", "Editors"


class ResolutionChoice(models.TextChoices):
    MOVED = "moved", "Moved"
    COPIED = "copied", "Copied"
    ENDED = "ended", "Ended"
    STAYS = "stays", "Stays"


class Decision(models.Model):
    """The resolution that an editor chose for one affected row; without one the default holds."""

    merger = models.ForeignKey(Merger, models.CASCADE, related_name="decisions")
    kind = models.CharField(max_length=12, choices=AffectedKind.choices)
    object_id = models.BigIntegerField()
    choice = models.CharField(max_length=6, choices=ResolutionChoice.choices)
    target = models.ForeignKey(Successor, models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering = ["merger", "kind", "object_id"]
        constraints = [
            models.UniqueConstraint(fields=["merger", "kind", "object_id"], name="decision_once"),
            one_of("kind", AffectedKind, "decision_kind_is_known"),
            one_of("choice", ResolutionChoice, "decision_choice_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.object_id}: {self.get_choice_display()}"


class MergerChange(models.Model):
    """A row that a merger created or updated, and what is needed to undo that.

    `before` is null for a created row; else it maps each updated field to its value before and
    after. `edition` is the row's version as the merger left it, by which later edits are noticed.
    """

    merger = models.ForeignKey(Merger, models.CASCADE, related_name="changes")
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    edition = models.CharField(max_length=32)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["merger", "content_type", "object_id"], name="merger_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"
