"""Rights in the admin: every way into it asks systems/rights.py.

What is read is narrowed to what a person may see. What is written is asked about twice: the
fields offer nothing that is not theirs, and what was saved must be theirs afterwards, or it is
undone. So no field can put a row into somebody else's system, however it was sent.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import PermissionDenied
from django.db import models, router
from django.db.models import QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from systems.editing.editions import EditionForm
from systems.rights import Rights, RightsRole, Verb


def rights_of(request: HttpRequest) -> Rights:
    """The rights of whoever asks, today; worked out once for a request."""
    if not hasattr(request, "rights"):
        request.rights = Rights.of(request.user, timezone.localdate())  # type: ignore[attr-defined]
    return request.rights  # type: ignore[attr-defined]


class Narrowed:
    """What pages and inlines share. `central_only` are fields that the editor of one ICS lacks."""

    model: type[models.Model]
    central_only: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return rights_of(request).narrow(Verb.VIEW, super().get_queryset(request))  # type: ignore[misc]

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """What a person may not touch is not shown."""
        hidden = super().get_exclude(request, obj) or ()  # type: ignore[misc]
        is_one_systems = rights_of(request).role is RightsRole.SYSTEM
        return [*hidden, *(self.central_only if is_one_systems else ())]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        return self._required(field, db_field, request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs)
        field = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        return self._required(field, db_field, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Without what only saving needs, where nothing can be saved."""
        may_save = obj is None or self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        fields = super().get_fields(request, obj)  # type: ignore[misc]
        return [name for name in fields if may_save or name != "edition"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """An address that was typed without its scheme is one of https."""
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def _choices(self, db_field: Any, request: HttpRequest, kwargs: dict[str, Any]) -> QuerySet:
        """What may be put into a field: what its own list has, with that list's names and order."""
        model = db_field.remote_field.model
        listed = self.admin_site._registry.get(model)  # type: ignore[attr-defined]
        known = listed.get_queryset(request) if listed else model._default_manager.all()
        return rights_of(request).narrow(Verb.VIEW, kwargs.get("queryset", known))

    def _required(self, field: Any, db_field: Any, request: HttpRequest) -> Any:
        """The editor of one ICS says which; all of England is not for them to choose."""
        one_of_several = db_field.remote_field.model._meta.label_lower == "systems.system"
        if field and one_of_several and rights_of(request).role is RightsRole.SYSTEM:
            field.required = True
            field.help_text = ""
        return field


class GuardedAdmin(Narrowed, admin.ModelAdmin):
    """A page of the admin that shows and takes what is a person's own."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rights_of(request).may(Verb.VIEW, self.model, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return rights_of(request).may(Verb.ADD, self.model)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rights_of(request).may(Verb.CHANGE, self.model, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return rights_of(request).may(Verb.DELETE, self.model, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return any(self.get_model_perms(request).values())

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """On the front page is what a person works on, not all that they may choose from."""
        perms = super().get_model_perms(request)
        if rights_of(request).role is RightsRole.SYSTEM and not (perms["change"] or perms["add"]):
            return dict.fromkeys(perms, False)
        return perms

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only by the filters that a list has: others would tell what is in hidden fields."""
        offered = self.get_list_filter(request) if request else self.list_filter
        names = {item if isinstance(item, str) else item[0] for item in offered}  # type: ignore[index]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in names)

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
        rights, model = rights_of(request), formset.model
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
        rights, forbidden, counts = rights_of(request), set(), {}
        for model, rows in collector.model_objs.items():
            counts[model._meta.verbose_name_plural] = len(rows)
            if model._meta.auto_created or (issubclass(self.model, model) and model != self.model):
                continue
            if not rights.may_all(Verb.DELETE, model, {row.pk for row in rows}):
                forbidden.add(model._meta.verbose_name)
        seen = collector.nested(lambda row: self._in_words(row, rights))
        protected = [self._in_words(row, rights) for row in collector.protected]
        return seen, counts, forbidden, protected

    @staticmethod
    def _in_words(row: models.Model, rights: Rights) -> str:
        what = capfirst(row._meta.verbose_name)
        shown = row._meta.auto_created or rights.may(Verb.VIEW, type(row), row)
        return f"{what}: {row}" if shown else f"{what} of another ICS"


class GuardedInline(Narrowed, admin.options.InlineModelAdmin):
    """Rows on the page of what they belong to. Whoever may not change that may not change them."""

    extra = 0
    form = EditionForm
    parent_model: type[models.Model]

    def _may(self, request: HttpRequest, verb: Verb, parent: Any) -> bool:
        rights = rights_of(request)
        return rights.may(verb, self.model) and (
            parent is None
            or rights.may(Verb.VIEW if verb is Verb.VIEW else Verb.CHANGE, type(parent), parent)
        )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Verb.VIEW, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]
        return self._may(request, Verb.ADD, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Verb.CHANGE, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Verb.DELETE, obj)


class GuardedTabularInline(GuardedInline, admin.TabularInline):
    """One row a line."""


class GuardedStackedInline(GuardedInline, admin.StackedInline):
    """One row below the other."""
