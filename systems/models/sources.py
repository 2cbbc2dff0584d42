"""Where facts come from."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from icsinfo.dates import say_partial
from systems.models.base import PartialDateField, not_blank, partial_date, web_address
from systems.models.loading import LoadedRow

OWN_KNOWLEDGE = "ICS Info"  # the publisher of what nobody else has written


class SourceQuerySet(models.QuerySet["Source"]):
    def public(self, at: datetime | None = None) -> Self:
        """Those that something public cites, and those of the fixtures, which pages cite by key.

        The title of any other could tell what a draft is about.
        """
        return self.filter(self.loaded() | self.cited_by(_published(at)))

    @staticmethod
    def loaded() -> Q:
        """A condition: of the fixtures."""
        return Q(pk__in=LoadedRow.objects.filter(fixture="sources").values("object_id"))

    @staticmethod
    def cited_by(rows_of: Callable[[type[models.Model]], models.QuerySet]) -> Q:
        """A condition: cited by one of the rows that `rows_of` gives of a model that cites."""
        cited = Q(pk__in=[])
        for relation in Source._meta.get_fields(include_hidden=True):
            if isinstance(relation, models.ManyToOneRel):
                cites = {relation.field.name: OuterRef("pk")}
                cited |= Q(Exists(rows_of(relation.related_model).filter(**cites)))
        return cited


def _published(at: datetime | None) -> Callable[[type[models.Model]], models.QuerySet]:
    """What is public of a model: all of it, unless it has drafts."""

    def rows_of(model: type[models.Model]) -> models.QuerySet:
        rows = model._default_manager.all()
        return rows.published(at) if hasattr(rows, "published") else rows

    return rows_of


class Source(models.Model):
    """Something published that a fact can be checked against."""

    key = models.SlugField(unique=True, help_text="A short name that the fixtures use.")
    publisher = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    published = PartialDateField(
        blank=True, help_text="As exact as you know: 2018, February 2018 or 22 February 2018."
    )
    dating = models.CharField(
        max_length=200,
        blank=True,
        help_text="In words, when no date is given: undated copy, July 2023 or later.",
    )
    url = models.URLField("address", max_length=500, blank=True)
    checked_on = models.DateField(null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        help_text="Who may see it before anything cites it.",
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["publisher", "title"]
        constraints = [
            not_blank("publisher", "source_has_publisher"),
            not_blank("title", "source_has_title"),
            partial_date("published", "source_published_is_a_date"),
            web_address("url", "source_url_is_web"),
        ]

    def __str__(self) -> str:
        return f"{self.publisher}: {self.title}"

    @property
    def when(self) -> str:
        """Its date in words, as exact as it is known, with what is said about it."""
        return ", ".join(filter(None, [say_partial(self.published), self.dating]))

    @property
    def link(self) -> tuple[str, str] | None:
        """Its address and its name; None where it has no address."""
        return (self.url, str(self)) if self.url else None


class Dataset(models.Model):
    """An official release as it was loaded: what it is, how to recognise it, who loaded it when.

    `file` is the name of the file that holds it, where a file is read directly (the postcode
    directory); it is looked for among imported files first, then among the fixtures.
    """

    kind = models.SlugField(max_length=40, help_text="What it is used for: postcodes, areas, ...")
    name = models.CharField(max_length=200)
    publisher = models.CharField(max_length=200)
    vintage = models.CharField(max_length=60, help_text="As given by its publisher: October 2025.")
    url = models.URLField("address", max_length=500, blank=True)
    licence = models.CharField(max_length=200)
    attribution = models.TextField()
    file = models.CharField(max_length=200, blank=True)
    checksum = models.CharField("SHA-256", max_length=64, blank=True)
    rows = models.PositiveIntegerField()
    loaded_by = models.CharField(max_length=150)
    loaded_at = models.DateTimeField()
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "-loaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"],
                condition=Q(in_use=True),
                name="dataset_one_in_use_of_each",
            ),
            models.CheckConstraint(
                condition=Q(checksum="") | Q(checksum__regex=r"^[0-9a-f]{64}\Z"),
                name="dataset_checksum_is_sha256",
            ),
            models.CheckConstraint(
                condition=Q(file="") | ~Q(checksum=""), name="dataset_file_has_checksum"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.vintage}"

    @property
    def path(self) -> Path:
        imported = settings.STATE_DIR / "datasets" / self.file
        return imported if imported.exists() else settings.FIXTURES / self.file
