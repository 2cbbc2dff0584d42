"""Permissions of the admin row by row, from `rights.py`.

Querysets have only what a person may see. What is saved is checked twice: fields offer only what
is theirs, and the saved row must be theirs too, or the transaction is rolled back. So no field can
put a row into somebody else's system, however it was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, router
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst

from icsinfo.text import LINES, ONE_LINE
from systems.editing.choices import (
    KeyChoiceField,
    KeyMultipleChoiceField,
    KeySelect,
    KeySelectMultiple,
    is_key,
)
from systems.editing.csv_fields import PartialDayField
from systems.editing.list_filters import filter_parameters
from systems.editing.local_datetimes import LocalDateTimeField, LocalDateTimeWidget
from systems.editing.naming import is_system, named_systems, noun
from systems.editing.rights import Rights, RightsRole, Verb, rights_of
from systems.editing.web_addresses import WebAddressField
from systems.editing.worklist import Task, TaskFilter
from systems.models.base import PartialDateField

# Of what editors enter; pages reckon with the day before and the day after.
POSSIBLE_DATES = (
    MinValueValidator(date(1900, 1, 1), "Choose a date from 1900 onwards."),
    MaxValueValidator(date(2199, 12, 31), "Choose a date before 2200."),
)

# A list, a feed and a calendar have such texts of all ICSs, up to 2,000 of them.
MAX_TEXT_LENGTH = 5_000  # characters
MAX_SEARCH_LENGTH = 200  # characters


def asked_once(
    request: HttpRequest, verb: Verb, model: type[models.Model], row: models.Model | None = None
) -> bool:
    """Whether a page may offer this; asked once a request, as Django asks some thirty times.

    What is saved is asked about afterwards, and of `Rights` itself.
    """
    known: dict[tuple, bool] = request.__dict__.setdefault("may", {})
    asked = (verb, model, row and row.pk)
    if asked not in known:
        known[asked] = rights_of(request).may(verb, model, row)
    return known[asked]


class ObjectPermissionMixin(BaseModelAdmin):
    """Rights of each row, and the fields of forms; shared by admin classes and inlines.

    `first` are the fields at the top; `central_only` are those that the editor of one ICS lacks;
    `named_systems` are those whose systems lists call by their names of today.
    """

    first: Sequence[str] = ()
    named_systems: Sequence[str] = ()
    central_only: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return self.with_names(rights_of(request).narrow(Verb.VIEW, super().get_queryset(request)))

    def with_names(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Some rows with the names of their systems."""
        return rows.prefetch_related(*map(named_systems, self.named_systems))

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """What a person may not touch is not shown."""
        hidden = super().get_exclude(request, obj) or ()
        is_one_systems = rights_of(request).role is RightsRole.SYSTEM
        return [*hidden, *(self.central_only if is_one_systems else ())]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        kwargs.setdefault("form_class", KeyChoiceField)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelect(db_field, self.admin_site))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return self._required(field, db_field, request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        kwargs.setdefault("form_class", KeyMultipleChoiceField)
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KeySelectMultiple(db_field, self.admin_site))
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return self._required(field, db_field, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what only saving needs, where nothing can be saved."""
        may_save = obj is None or self.has_change_permission(request, obj)
        fields = [
            name for name in super().get_fields(request, obj) if may_save or name != "edition"
        ]
        return sorted(fields, key=lambda name: self.first.index(name) if name in self.first else 99)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take what people type: an address without its scheme, February 2018 for a date. Both
        boxes of a moment have a name."""
        if isinstance(db_field, models.URLField):
            kwargs |= {"form_class": WebAddressField, "assume_scheme": "https"}
        if isinstance(db_field, models.SlugField) and db_field.name == "slug":
            kwargs["help_text"] = (
                "The last part of its web address: lower-case letters and hyphens."
            )
        if isinstance(db_field, PartialDateField):
            kwargs["form_class"] = PartialDayField
        if isinstance(db_field, models.TextField):
            kwargs.setdefault("max_length", db_field.max_length or MAX_TEXT_LENGTH)
        if isinstance(db_field, models.DateTimeField):
            kwargs["form_class"], kwargs["widget"] = LocalDateTimeField, LocalDateTimeWidget
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.CharField):
            field.validators += LINES if isinstance(db_field, models.TextField) else ONE_LINE
        if isinstance(field, forms.DateField):
            field.validators.extend(POSSIBLE_DATES)
        if field and isinstance(field.widget, LocalDateTimeWidget):
            for part, box in zip(("date", "time"), field.widget.widgets, strict=True):
                box.attrs["aria-label"] = f"{field.label}, {part}"
        return field

    def _choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> QuerySet:
        """What may be put into a field: what its own list has, with that list's names and order."""
        if "queryset" in kwargs:
            return rights_of(request).narrow(Verb.VIEW, kwargs["queryset"])
        # Made once a request: Django makes a form's fields several times, and those of each inline.
        made: dict[type, QuerySet] = request.__dict__.setdefault("choices", {})
        model = db_field.remote_field.model
        if model not in made:
            listed = self.admin_site._registry.get(model)
            known = listed.get_queryset(request) if listed else model._default_manager.all()
            made[model] = rights_of(request).narrow(Verb.VIEW, known)
        return made[model]

    def _required(self, field: Any, db_field: Any, request: HttpRequest) -> Any:
        """The editor of one ICS says which; all of England is not for them to choose."""
        model = db_field.remote_field.model
        if field and is_system(model) and rights_of(request).role is RightsRole.SYSTEM:
            field.required = True
            field.help_text = ""
        if field and is_system(model) and db_field.name in {"system", "systems"}:
            field.label = noun(model) if db_field.name == "system" else f"{noun(model)}s"
        return field


@dataclass(frozen=True)
class ExtraPage:
    """A page besides those that Django's admin has of a model.

    `route` follows the address of the list; the URL is named `<app>_<model>_<name>`; `view` is the
    name of the method that answers.
    """

    route: str
    name: str
    view: str


class ObjectPermissionAdmin(ObjectPermissionMixin, admin.ModelAdmin):
    """A `ModelAdmin` that asks `rights.py` about each row, not Django's permissions about models.

    `extra_pages` are added to those of the class's bases; all are for those who have signed in.
    `tasks` are on the front page of whoever may change these rows, and a filter of their list.
    """

    extra_pages: Sequence[ExtraPage] = ()
    tasks: Sequence[Task] = ()

    def get_urls(self) -> list[URLPattern]:
        """Those of the extra pages come first, as Django's last one takes every address."""
        own = [
            path(
                page.route,
                self.admin_site.admin_view(getattr(self, page.view)),
                name=self._url_name(page.name),
            )
            for kind in type(self).__mro__
            for page in vars(kind).get("extra_pages", ())
        ]
        return [*own, *super().get_urls()]

    def url_of(self, name: str, *arguments: Any) -> str:
        """The address of the "changelist", of the "change" of a row, or of an extra page."""
        return reverse(f"{self.admin_site.name}:{self._url_name(name)}", args=arguments)

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def render_page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        """The answer of an extra page, in the frame of the admin."""
        request.current_app = self.admin_site.name
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, frame | context)

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [*([TaskFilter] if self.tasks else []), *super().get_list_filter(request)]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The row of a page; None where the address has no key that a database holds."""
        if not is_key(object_id):
            return None
        return super().get_object(request, object_id, from_field or None)  # "" is no field either

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The editor of one ICS writes about that one."""
        initial = super().get_changeform_initial_data(request)
        rights = rights_of(request)
        own = rights.open_systems()[:2] if rights.role is RightsRole.SYSTEM else []
        return {"system": own[0].pk, "systems": [own[0].pk]} | initial if len(own) == 1 else initial

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return asked_once(request, Verb.VIEW, self.model, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return asked_once(request, Verb.ADD, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return asked_once(request, Verb.CHANGE, self.model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return asked_once(request, Verb.DELETE, self.model, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return any(self.get_model_perms(request).values())

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """On the front page is what a person works on, not all that they may choose from."""
        perms = super().get_model_perms(request)
        if rights_of(request).role is RightsRole.SYSTEM and not (perms["change"] or perms["add"]):
            return dict.fromkeys(perms, False)
        return perms

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Django's own rule, and of that only the parameters that the filters of this list produce.

        Django lets any field of the model itself be asked about, also one that nobody is shown.
        """
        return (
            request is not None
            and super().lookup_allowed(lookup, value, request)
            and lookup in filter_parameters(self, request)
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Each word is a condition, and SQLite refuses a thousand of them.

        What a person may see is found first: a database asks about rights where the words are, so
        the time it took would tell that they are in a row that is not shown.
        """
        if search_term and rights_of(request).role is RightsRole.SYSTEM:
            keys = list(queryset.order_by().values_list("pk", flat=True))
            queryset = queryset.filter(pk__in=keys)
        return super().get_search_results(request, queryset, search_term[:MAX_SEARCH_LENGTH])

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What is no key was not chosen in the list."""
        chosen = request.POST.copy()
        keys = [key for key in chosen.getlist(ACTION_CHECKBOX_NAME) if is_key(key)]
        chosen.setlist(ACTION_CHECKBOX_NAME, keys)
        request.POST = chosen  # type: ignore[assignment]
        return super().response_action(request, *args, **kwargs)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        verb = Verb.CHANGE if change else Verb.ADD
        if not rights_of(request).may(verb, self.model, form.instance):
            raise PermissionDenied

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseModelFormSet, change: bool
    ) -> None:
        """Save an inline; each of its rows must be one's own before it goes and after it came."""
        rights, model = rights_of(request), cast("type[models.Model]", formset.model)
        gone = [item.instance for item in formset.deleted_forms if item.instance.pk]
        if not all(rights.may(Verb.DELETE, model, row) for row in gone):
            raise PermissionDenied
        super().save_formset(request, form, formset, change)
        changed = [row for row, _ in formset.changed_objects]
        if not all(rights.may(Verb.CHANGE, model, row) for row in changed) or not all(
            rights.may(Verb.ADD, model, row) for row in formset.new_objects
        ):
            raise PermissionDenied

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """What would go with `objs`: how much of each model, and one's own by name.

        Rows of models that have no rights of their own are those between two models.
        """
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        rights = rights_of(request)
        forbidden: set[str] = set()
        counts: dict[str, int] = {}
        touched = cast("dict[type[models.Model], set[models.Model]]", collector.model_objs)
        for model, rows in touched.items():
            counts[str(model._meta.verbose_name_plural)] = len(rows)
            if model._meta.auto_created or (issubclass(self.model, model) and model != self.model):
                continue
            if not rights.may_all(Verb.DELETE, model, {row.pk for row in rows}):
                forbidden.add(str(model._meta.verbose_name))
        seen = collector.nested(lambda row: self._in_words(row, rights))
        protected = [self._in_words(row, rights) for row in collector.protected]
        return seen, counts, forbidden, protected

    def _in_words(self, row: models.Model, rights: Rights) -> str:
        what = capfirst(row._meta.verbose_name)
        # The part of a row that is kept by a parent model has that row's rights.
        model = self.model if issubclass(self.model, type(row)) else type(row)
        shown = row._meta.auto_created or rights.may(Verb.VIEW, model, row)
        return f"{what}: {row}" if shown else f"{what} of another ICS"
