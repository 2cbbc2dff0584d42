"""What several models share."""

import re
from datetime import datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify


class Dated(models.Model):
    """A fact that holds from a day until its owner's next fact of the same kind."""

    date_from = models.DateField("from")

    class Meta:
        abstract = True


class PartialDateField(models.CharField):
    """A date as exact as known: 2018, 2018-02 or 2018-02-22. `partial_date` is its constraint."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 10} | kwargs)

    def deconstruct(self) -> Any:
        """To the database it is a text."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PublishedQuerySet(models.QuerySet):
    """The one gate between what editors are writing and what anybody can read."""

    def published(self, at: datetime | None = None) -> Self:
        """What is public at a moment, now unless told: no drafts, nothing to come or taken off."""
        at = at or timezone.now()
        ongoing = Q(published_until=None) | Q(published_until__gt=at)
        return self.filter(ongoing, published_from__lte=at)


class Published(models.Model):
    """A text that is public from a moment on, perhaps until another. Nothing runs for that."""

    published_from = models.DateTimeField(
        "published from",
        null=True,
        blank=True,
        default=timezone.now,
        db_index=True,
        help_text="Leave empty for a draft, which is not public. For a future time, it "
        "appears then.",
    )
    published_until = models.DateTimeField(
        "published until",
        null=True,
        blank=True,
        help_text="After this time it is not public.",
    )

    class Meta:
        abstract = True

    @property
    def stage(self) -> str:
        """Where it stands now, in a word or two."""
        now = timezone.now()
        if self.published_from is None:
            return "Draft"
        if self.published_until and self.published_until <= now:
            return "Taken off"
        return "Published" if self.published_from <= now else "Scheduled"


def in_order(
    first: str, last: str, name: str, message: str | None = None
) -> models.CheckConstraint:
    """A constraint that a time ends after it begins, where both are known."""
    return models.CheckConstraint(
        condition=Q((first, None)) | Q((last, None)) | Q((f"{last}__gt", F(first))),
        name=name,
        violation_error_message=message,
    )


def published_in_order(name: str) -> models.CheckConstraint:
    """A constraint that what is published is so before it is taken off."""
    message = "“Published until” must be later than “published from”."
    return in_order("published_from", "published_until", name, message)


class CodeScheme(models.TextChoices):
    """Who gives out a code."""

    ODS = "ods", "NHS Organisation Data Service (ODS)"
    ONS = "ons", "Office for National Statistics (ONS)"


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A constraint that holds `field` to its choices: importers bypass forms."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


def code_shaped(field: str, name: str) -> models.CheckConstraint:
    """A constraint for ODS and ONS codes: capital letters and digits, nothing else."""
    return models.CheckConstraint(condition=Q(**{f"{field}__regex": r"^[A-Z0-9]+\Z"}), name=name)


def partial_date(field: str, name: str) -> models.CheckConstraint:
    """A constraint for dates as exact as known: 2018, 2018-02, 2018-02-22, or nothing."""
    shape = r"^(\d{4}(-\d{2}(-\d{2})?)?)?\Z"
    return models.CheckConstraint(condition=Q(**{f"{field}__regex": shape}), name=name)


def web_address(field: str, name: str) -> models.CheckConstraint:
    """A constraint for addresses of pages, where there is one."""
    condition = Q(**{field: ""}) | Q(**{f"{field}__regex": r"^https?://"})
    return models.CheckConstraint(condition=condition, name=name)


def with_lower_scheme(address: str) -> str:
    """The address of a page as `web_address` wants it, however its https was typed."""
    scheme, colon, rest = address.partition(":")
    return f"{scheme.lower()}{colon}{rest}"


def validate_without_user(address: str) -> None:
    """Raise ValidationError for https://nhs.uk@example.org/, which leads to example.org."""
    host = re.split(r"[/?#\\]", address.partition("://")[2], maxsplit=1)[0]
    if "@" in host:
        raise ValidationError("Enter the web address without the part before the @.")


def validate_slug(slug: str) -> None:
    """Raise ValidationError for capitals and underscores, which a SlugField takes too."""
    if not re.fullmatch("[a-z0-9-]+", slug):
        example = slugify(slug.replace("_", "-")) or "like-this"
        sentence = f"Use only lower-case letters, numbers and hyphens: {example}."
        raise ValidationError({"slug": sentence})


def not_blank(field: str, name: str) -> models.CheckConstraint:
    """A constraint that a text is there."""
    return models.CheckConstraint(condition=~Q(**{field: ""}), name=name)
