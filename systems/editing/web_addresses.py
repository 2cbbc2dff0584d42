"""The field of the admin for addresses of pages."""

from typing import Any

from django import forms

from systems.models.base import validate_without_user, with_lower_scheme


class WebAddressField(forms.URLField):
    """The address of a page that readers are led to."""

    default_validators = [*forms.URLField.default_validators, validate_without_user]

    def to_python(self, value: Any) -> str:
        return with_lower_scheme(super().to_python(value) or "")
