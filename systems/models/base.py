"""What several models share."""

from django.db import models
from django.db.models import Q


class Dated(models.Model):
    """A fact that holds from a day until its owner's next fact of the same kind."""

    date_from = models.DateField("from")

    class Meta:
        abstract = True


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


def not_blank(field: str, name: str) -> models.CheckConstraint:
    """A constraint that a text is there."""
    return models.CheckConstraint(condition=~Q(**{field: ""}), name=name)
