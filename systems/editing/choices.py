"""Choices of rows in the admin that refuse what is no key, which Django hands to the database."""

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import ModelChoiceField, ModelMultipleChoiceField


def is_key(value: Any) -> bool:
    """Whether a text can be the key of a row: a whole number that every database holds."""
    text = str(value).strip()
    return text.isascii() and text.isdigit() and len(text) <= 18


class _OfKeys:
    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        chosen = [one for one in value if is_key(one)]
        return super().optgroups(name, chosen, attr)  # type: ignore[misc]


class KeySelect(_OfKeys, AutocompleteSelect):
    pass


class KeySelectMultiple(_OfKeys, AutocompleteSelectMultiple):
    pass


class KeyChoiceField(ModelChoiceField):
    default_error_messages = {
        "invalid_choice": "Choose another: this one no longer exists, or you do not have "
        "permission to choose it."
    }

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, Model) or is_key(value):
            return super().to_python(value)
        raise ValidationError(
            self.error_messages["invalid_choice"],
            code="invalid_choice",
            params={"value": str(value)[:20]},
        )


class KeyMultipleChoiceField(ModelMultipleChoiceField):
    def clean(self, value: Any) -> Any:
        for one in value if isinstance(value, (list, tuple)) else ():
            if not is_key(one):
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(one)[:20]},
                )
        return super().clean(value)
