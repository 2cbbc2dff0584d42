"""The glossary."""

from django.db import models
from django.urls import reverse

from systems.models.base import not_blank, validate_slug
from systems.models.sources import Source


class Term(models.Model):
    """A word of the field, and what it means in plain words."""

    slug = models.SlugField(max_length=60, unique=True, help_text="Its anchor on the help page.")
    name = models.CharField(max_length=100)
    short = models.CharField(max_length=20, blank=True, help_text="Its initials: ICS.")
    meaning = models.TextField()
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            not_blank("slug", "term_has_slug"),
            not_blank("name", "term_name_not_blank"),
            not_blank("meaning", "term_has_meaning"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.short})" if self.short else self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('help')}#{self.slug}"

    def clean(self) -> None:
        validate_slug(self.slug)
