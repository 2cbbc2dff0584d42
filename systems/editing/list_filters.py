"""Filters of lists in the admin, and the parameters that filters put into an address."""

from collections.abc import Iterator
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe

from systems.editing.naming import is_system, noun, with_names


class ReferenceFilter(admin.RelatedOnlyFieldListFilter):
    """What the rows of a list refer to, by its name; not there when they all refer to the same."""

    def __init__(self, field: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(field, *args, **kwargs)
        self.empty_value_display = mark_safe("None")
        if is_system(field.related_model):
            self.title = noun(field.related_model)

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """The choices, read when they are shown: a filter is also made to know its parameters."""
        return SimpleLazyObject(lambda: self._read_choices(field, request, model_admin))

    def _read_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        if not is_system(field.related_model):
            return list(super().field_choices(field, request, model_admin))
        used = model_admin.get_queryset(request).values(self.field_path)
        rows = with_names(field.related_model._default_manager.filter(pk__in=used))
        return sorted(((row.pk, str(row)) for row in rows), key=lambda choice: choice[1])

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1


def filter_parameters(model_admin: admin.ModelAdmin, request: HttpRequest) -> set[str]:
    """The names of the query parameters that the filters of a list produce.

    Worked out once a request, as Django asks about each value of each parameter.
    """
    known: dict[Any, set[str]] = request.__dict__.setdefault("filter_parameters", {})
    if model_admin not in known:
        known[model_admin] = set(_read_parameters(model_admin, request))
    return known[model_admin]


def _read_parameters(model_admin: admin.ModelAdmin, request: HttpRequest) -> Iterator[str]:
    for item in model_admin.get_list_filter(request):
        if isinstance(item, type) and issubclass(item, admin.SimpleListFilter):
            yield cast("str", item.parameter_name)
            continue
        path, create = (
            (item, admin.FieldListFilter.create) if isinstance(item, str) else cast("Any", item)
        )
        field = get_fields_from_path(model_admin.model, path)[-1]
        made = create(field, request, {}, model_admin.model, model_admin, field_path=path)
        yield from cast("Any", made).expected_parameters()
