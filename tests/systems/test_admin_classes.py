"""How the admin classes stand on each other, and that the pages that they add are all served."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.urls import reverse

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
