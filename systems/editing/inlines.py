"""Rows on the page of what they belong to, such as the contacts of an ICS."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, UniqueConstraint, Value
from django.forms import BaseInlineFormSet, ModelChoiceField
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest

from icsinfo.wording import name_list
from systems.editing.object_permissions import ObjectPermissionMixin, asked_once
from systems.editing.optimistic_lock import OptimisticLockForm
from systems.editing.rights import Verb

# An entry of the fixtures has 18 statements. Django makes 2,000 forms for who asks for them.
MAX_INLINE_ROWS = 60


class RowsOfThePage(BaseInlineFormSet):
    """Rows that a form names by their keys are among those of its page, and none is there twice.

    Django takes the key of any row there is, leaves out what belongs to another page without a
    word, and complains of one that is not there: so one could find out which keys there are. And it
    checks no constraint that has the page's own key in it: what another window saved was met by the
    database alone.
    """

    model: type[Any]

    @property
    def _key(self) -> str:
        return self.model._meta.pk.name

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        key = form.fields.get(self._key)
        if isinstance(key, ModelChoiceField):
            key.queryset = self.get_queryset()

    def clean(self) -> None:
        """Say beside the rows what is wrong with a key, whose field is not shown."""
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint):
                self._check_unique(constraint)
        super().clean()
        if any(self._key in form.errors for form in self._staying):
            raise ValidationError(
                "A row of this form does not exist: someone may have deleted it. "
                "Open the page again."
            )

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        """Delete first, as a row that stays may take the place of one that goes."""
        gone = [form.instance for form in self.deleted_forms if form.instance.pk]
        for row in gone:
            self.delete_existing(row, commit=commit)
        saved = super().save_existing_objects(commit=commit)
        self.deleted_objects = gone
        return saved

    @property
    def _staying(self) -> list[Any]:
        return [form for form in self.forms if not form.cleaned_data.get(DELETION_FIELD_NAME)]

    def _check_unique(self, constraint: UniqueConstraint) -> None:
        """Say at each row that takes a place that another one of the page has it.

        Rows are asked in the order in which they are saved, each as those before it leave the page.
        What nobody typed takes no place: a new statement goes after the others.
        """
        own = [name for name in constraint.fields if name != self.fk.name]
        stored = self.model._default_manager.filter(**{self.fk.attname: self.instance.pk})
        rows = stored.filter(constraint.condition or Q()).values_list("pk", *constraint.fields)
        taken = {key: tuple(values) for key, *values in rows}
        for form in set(self.forms).difference(self._staying):
            taken.pop(form.instance.pk, None)
        for form in self._staying:
            left_out = form._get_validation_exclusions()
            if not left_out.isdisjoint(own) or set(own).isdisjoint(form.changed_data):
                continue
            taken.pop(form.instance.pk, None)
            values = _unique_values(form.instance, constraint)
            if values and values in taken.values():
                labels = name_list([f"“{form.fields[name].label}”" for name in own])
                form.add_error(
                    own[0],
                    f"Another {self.model._meta.verbose_name} here has the same {labels}. "
                    "If you cannot see it, open the page again.",
                )
            taken[form.instance.pk or form] = values


def _unique_values(row: models.Model, constraint: UniqueConstraint) -> tuple[Any, ...]:
    """What no other row may have too; empty where the constraint does not hold for this row."""
    fields = {one.name: one for one in row._meta.concrete_fields}
    values = tuple(getattr(row, fields[name].attname) for name in constraint.fields)
    against = {name: Value(getattr(row, one.attname), one) for name, one in fields.items()}
    holds = constraint.condition is None or constraint.condition.check(against)
    return values if holds and None not in values else ()


class ObjectPermissionInline(ObjectPermissionMixin, InlineModelAdmin):
    """Rows on the page of what they belong to. Whoever may not change that may not change them."""

    extra = 0
    max_num = MAX_INLINE_ROWS
    formset = RowsOfThePage
    form = OptimisticLockForm

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, absolute_max=MAX_INLINE_ROWS, **kwargs)

    def _may(self, request: HttpRequest, verb: Verb, parent: Any) -> bool:
        asked = Verb.VIEW if verb is Verb.VIEW else Verb.CHANGE
        return asked_once(request, verb, self.model) and (
            parent is None or asked_once(request, asked, type(parent), parent)
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Verb.VIEW, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]
        return self._may(request, Verb.ADD, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Verb.CHANGE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Verb.DELETE, obj)


class ObjectPermissionTabularInline(ObjectPermissionInline, admin.TabularInline):
    """One row a line."""


class ObjectPermissionStackedInline(ObjectPermissionInline, admin.StackedInline):
    """One row below the other."""
