"""The admin as an editor uses it: addresses, forms, histories and choices."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from reversion.models import Version


def address(label: str, what: str, row: Any = None) -> str:
    name = f"admin:{label.replace('.', '_')}_{what}"
    return reverse(name, args=[row.pk] if row is not None else [])


def form_of(response: Any) -> dict[str, Any]:
    """What a browser would send from the form of a page."""
    form = next(
        found
        for found in BeautifulSoup(response.content, "html.parser").find_all("form")
        if (found.get("id") or "").endswith("_form")
    )
    data: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type")
        if not name or kind in {"submit", "file"} or "__prefix__" in name:
            continue
        if field.name == "select":
            chosen = [
                o.get("value", "") for o in field.find_all("option") if o.has_attr("selected")
            ]
            if field.has_attr("multiple"):
                data[name] = chosen
            else:
                data[name] = chosen[0] if chosen else ""
        elif kind in {"checkbox", "radio"}:
            if field.has_attr("checked"):
                data[name] = field.get("value", "on")
        else:
            text = field.text if field.name == "textarea" else field.get("value", "")
            data[name] = text.removeprefix("\n")
    return data


def values(row: Any) -> Any:
    """A row as it is in the database now, to the second, None where it is gone."""
    found = type(row)._default_manager.filter(pk=row.pk)
    many = [field.name for field in row._meta.many_to_many]
    kept = found.values(*[f.attname for f in row._meta.concrete_fields if f.name != "changed_at"])
    if not kept:
        return None
    others = {name: sorted(x.pk for x in getattr(found[0], name).all()) for name in many}
    moments = {
        name: value.replace(microsecond=0)
        for name, value in kept[0].items()
        if isinstance(value, datetime)
    }
    return kept[0] | moments | others


def text_of(response: Any) -> str:
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def edition_in(response: Any) -> str:
    """The edition that a page's own form holds; empty where there is none."""
    forms = BeautifulSoup(response.content, "html.parser").select("input[name=edition]")
    return forms[-1]["value"] if forms else ""


def token_in(response: Any) -> str:
    found = BeautifulSoup(response.content, "html.parser").select_one("input[name=token]")
    return found["value"] if found else ""


def change(client: Client, label: str, row: Any, **changed: Any) -> Any:
    page = address(label, "change", row)
    return client.post(page, form_of(client.get(page)) | changed)


def restore(client: Client, label: str, row: Any, version: Version) -> Any:
    """Press the button beside a version, on the history as it is now."""
    latest = Version.objects.get_for_object(row).first() or version
    return client.post(f"{address(label, 'history', row)}{version.pk}/", {"latest": latest.pk})


def referring_fields() -> Iterator[tuple[Any, Any]]:
    """Every field of every model that refers to a model with a page of its own."""
    for model in apps.get_models():
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            if field.remote_field and field.related_model in admin.site._registry:
                yield model, field


def offered(client: Client, model: Any, field: Any, term: str) -> tuple[int, set[str]]:
    """The status of a search for something to choose, and the keys of what it offers."""
    found: set[str] = set()
    asked = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": field.name,
        "term": term,
    }
    for page in range(1, 8):
        response = client.get("/admin/autocomplete/", asked | {"page": page})
        if response.status_code != 200:
            return response.status_code, found
        found |= {one["id"] for one in response.json()["results"]}
        if not response.json()["pagination"]["more"]:
            break
    return response.status_code, found
