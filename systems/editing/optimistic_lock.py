"""Optimistic lock: of two people at one form, the second to save is shown what the first saved."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any, Self, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.forms.models import InlineForeignKeyField, model_to_dict
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from systems.editing.choices import KeyChoiceField, is_key
from systems.editing.local_datetimes import LocalDateTimeField


def row_version(row: models.Model) -> str:
    """A digest of the editable fields of `row`, 32 hexadecimal digits; it changes when they do."""
    values = model_to_dict(row)
    for name, value in values.items():
        if isinstance(value, list):
            values[name] = sorted(other.pk for other in value)
        elif isinstance(value, datetime):
            values[name] = value.replace(microsecond=0)  # versions keep less of it
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:32]


def with_m2m(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Prefetch the many-to-many fields, which `row_version` reads."""
    return rows.prefetch_related(*(field.name for field in rows.model._meta.many_to_many))


def lock_rows(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Lock rows for the rest of the transaction, in the order of their keys: so no deadlock."""
    rows = model._base_manager.select_for_update().filter(pk__in=keys)
    list(rows.order_by("pk").values_list("pk"))


def lock_uploads(model: type[models.Model]) -> None:
    """Let no other upload of this model write before the transaction ends.

    Two that add rows in different orders would wait for each other: for an address, or a name.
    """
    kind = ContentType.objects.get_for_model(model)
    # Weak enough for others to store what refers to the content type.
    ContentType.objects.select_for_update(no_key=True).get(pk=kind.pk)


class OptimisticLockForm(forms.ModelForm):
    """A `ModelForm` that is not valid if its row was saved since the form was shown.

    The hidden field `edition` has the `row_version` that the form was filled from. The error shows
    both texts, and the form then has the new version: who saves again has seen what they replace.
    """

    edition = forms.CharField(widget=forms.HiddenInput, required=False)
    reference_fields: tuple[type[forms.Field], ...] = (KeyChoiceField,)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = row_version(self.instance) if self.instance.pk else ""
        self._offer_what_is_there()
        self.fields["edition"].initial = self._now

    def _offer_what_is_there(self) -> None:
        """A row may keep what it has, though nobody may choose it anew: the organisation whose
        membership has ended."""
        self.offered: dict[str, QuerySet[Any]] = {}
        for name, field in self.fields.items():
            if isinstance(field, self.reference_fields):
                self.offered[name] = rows = cast("Any", field).queryset
            if isinstance(field, KeyChoiceField):
                key = self.instance.serializable_value(name)
                field.queryset = rows | rows.model._default_manager.filter(pk=key)

    @classmethod
    def filled(cls, row: models.Model, values: Mapping[str, Any]) -> Self:
        """The form of a row as if some values had been typed into it, and nothing else."""
        data: dict[str, Any] = {}
        form = cls(data, instance=row)
        for name, field in form.fields.items():
            if name not in values:
                form.keep(name)
            elif isinstance(field, LocalDateTimeField):
                day, clock = cast("Any", field.widget).decompress(values[name])
                data |= {f"{name}_0": day, f"{name}_1": clock}
            else:
                data[name] = values[name]
        return form

    def _get_validation_exclusions(self) -> set[str]:
        """Leave constraints with the key of the page to its formset, which knows what is deleted.

        Django 5.2 does; from 6.0 it asks the database of each row alone.
        """
        links = {
            name for name, one in self.fields.items() if isinstance(one, InlineForeignKeyField)
        }
        return super()._get_validation_exclusions() | links  # type: ignore[misc]

    def keep(self, name: str) -> None:
        """Let a field pass what is there, whatever it is: spaces and seconds included."""
        field = self.fields[name]
        if not isinstance(field, self.reference_fields):
            field = forms.Field(required=field.required, label=field.label, initial=field.initial)
        field.disabled = True
        self.fields[name] = field

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "edition"]

    def kept(self) -> dict[str, Any]:
        """Values of fields that are not to be changed, whatever was sent. A hook."""
        return {}

    def clean(self) -> dict[str, Any] | None:
        cleaned = (super().clean() or {}) | self.kept()
        if self._now and self.cleaned_data.get("edition") != self._now:
            differing = list(self._differing())
            renewed = cast("QueryDict", self.data).copy()
            renewed[self.add_prefix("edition")] = self._now
            self.data = renewed
            if differing:
                raise ValidationError(self._clash(differing), code="clash")
        return cleaned

    def _differing(self) -> Any:
        """Label, the text that is there now, and one's own, for each field that differs."""
        kept = self.kept()
        for name, field in self.fields.items():
            if name == "edition" or name not in self.cleaned_data or name in kept:
                continue
            there = self.get_initial_for_field(field, name)
            if field.has_changed(there, self[name].data):
                label = field.label or name
                yield label, self._said(field, there), self._said(field, self[name].data)

    @staticmethod
    def _said(field: forms.Field, value: Any) -> str:
        """A value in words: what is referred to by its name, a moment by the clock here."""
        choices = getattr(field, "queryset", None)
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%d/%m/%Y %H:%M:%S}"
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        if choices is None or not value:
            parts = value if isinstance(value, list) else [value]
            return " ".join(str(part) for part in parts if part not in (None, ""))
        keys = value if isinstance(value, (list, tuple)) else [value]
        keys = [getattr(key, "pk", key) for key in keys]
        return "; ".join(str(row) for row in choices.filter(pk__in=keys))

    @staticmethod
    def _clash(differing: list[tuple[str, str, str]]) -> SafeString:
        rows = [(label, was or "(nothing)", mine or "(nothing)") for label, was, mine in differing]
        return format_html(
            "Someone else saved this while you were editing. Your changes are not saved yet, and "
            "are still in the form. Compare, and save again to replace what is there now:"
            "<ul>{}</ul>",
            format_html_join("", "<li><strong>{}</strong><br>Now: {}<br>Yours: {}</li>", rows),
        )


class OptimisticLockMixin(admin.ModelAdmin):
    """Admin of rows of which two people may have a form open at once: see `OptimisticLockForm`."""

    form = OptimisticLockForm
    actions = ("delete_selected",)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        answer = partial(super().changeform_view, request, object_id, form_url, extra_context)
        return self._locked(object_id or "", answer) if request.method == "POST" else answer()

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Delete a row once, however many press the button."""
        answer = partial(super().delete_view, request, object_id, extra_context)
        return self._locked(object_id, answer)

    @admin.action(permissions=["delete"], description="Delete selected %(verbose_name_plural)s")
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Django's own, with the rows locked before it asks who may delete them."""
        with transaction.atomic():
            lock_rows(self.model, queryset.values_list("pk", flat=True))
            return delete_selected(self, request, queryset)

    def _locked(self, object_id: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """Answer with a row locked, from the comparison to the saving.

        Once more if somebody else wrote between the check and the saving: two who take one address
        at once both find it free. Now the check says that it is not.
        """
        try:
            with self.locked(object_id):
                return answer()
        except IntegrityError:
            with self.locked(object_id):
                return answer()

    @contextmanager
    def locked(self, object_id: str) -> Iterator[None]:
        """A transaction that holds the row with a key as it stands, quoted, in an address."""
        with transaction.atomic():
            key = unquote(object_id)
            lock_rows(self.model, [key] if is_key(key) else [])
            yield
