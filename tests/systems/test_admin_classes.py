"""How the admin classes stand on each other, what pages they add, and what they know of models."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.urls import reverse

from tests.source import imports, module_name, python_files

STOREYS = 3  # ObjectPermissionAdmin, EditorAdmin, and the mixins on top of that
OURS = ("systems.", "timeline.")


def storeys(kind: type) -> int:
    """How many of our `ModelAdmin` classes the longest line from Django's own to this one has."""
    below = max((storeys(base) for base in kind.__bases__), default=0)
    return below + (kind.__module__.startswith(OURS) and issubclass(kind, ModelAdmin))


def registered() -> list[Any]:
    return [one for one in admin.site._registry.values() if type(one).__module__.startswith(OURS)]


def test_an_admin_class_stands_on_three_storeys_at_most() -> None:
    heights = {type(one).__name__: storeys(type(one)) - 1 for one in registered()}
    assert {name: height for name, height in heights.items() if height > STOREYS} == {}
    assert heights["SchemeAdmin"] == STOREYS


@pytest.mark.parametrize("name", ["deleted", "export", "markdown", "preview", "upload"])
def test_a_page_that_any_class_in_the_line_declares_has_an_address(name: str) -> None:
    """`SchemeAdmin` has pages of four classes, each with its own list of them."""
    arguments = [1] if name == "preview" else []
    address = reverse(f"admin:systems_scheme_{name}", args=arguments)
    assert address == f"/admin/systems/scheme/{'1/' if arguments else ''}{name}/"


def test_what_all_models_share_names_none_of_them() -> None:
    """Of the models of the site only `rights` and `naming` know; the others have their own tables
    and what models are made of."""
    known = {"Deletion", "Upload", "UploadedRow"}
    bases = {"systems.models.base", "systems.models.permanent_url", "systems.models.deletions"}
    wrong = {
        (module_name(path), name)
        for path in python_files("systems/editing")
        if path.stem not in {"rights", "naming"}
        for name in imports(path)
        if name.startswith("systems.models.")
        and name.removeprefix("systems.models.") not in known
        and name.rpartition(".")[0] not in bases
    }
    assert wrong == set()
