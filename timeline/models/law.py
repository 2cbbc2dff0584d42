"""The law that changes rest on."""

from django.db import models

from icsinfo.dates import say_partial
from systems.models import Source
from systems.models.base import PartialDateField, not_blank, partial_date


class LegalInstrument(models.Model):
    """An Act, a Bill, regulations or an order. `made` is when it was passed or made."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    number = models.CharField(
        max_length=60, blank=True, help_text="2022 c. 31, S.I. 2022/634. Empty: none, or not known."
    )
    made_by = models.CharField(max_length=60)
    made = PartialDateField(blank=True, help_text="As exact as you know: 2022 or 28 April 2022.")
    in_force_on = models.DateField(null=True, blank=True, help_text="Empty: in stages, or not yet.")
    effect = models.CharField(max_length=300, help_text="What it does, in a sentence.")
    note = models.CharField(max_length=300, blank=True, help_text="Anything uncertain.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["made", "slug"]
        constraints = [
            not_blank("title", "legal_instrument_has_title"),
            not_blank("effect", "legal_instrument_has_effect"),
            partial_date("made", "legal_instrument_made_is_a_date"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})" if self.number else self.title

    @property
    def made_in_words(self) -> str:
        return say_partial(self.made)
