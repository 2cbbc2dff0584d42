"""What is asked of somebody who signs in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm, UsernameField
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from systems.signin.lockout import LockedError, with_lockout

LOCKED = "Too many failed attempts. Wait 5 minutes, then try again."


class PasswordForm(forms.Form):
    username = UsernameField(
        label="Name",
        max_length=150,
        error_messages={"required": "Enter your user name."},
    )
    password = forms.CharField(
        label="Password",
        max_length=4096,  # a longer one would only keep the server busy
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password."},
    )


class CodeForm(forms.Form):
    """A code of the phone or a recovery code; forms for the phone alone say so in their label."""

    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}
        ),
        error_messages={"required": "Enter the code."},
    )


class PhoneForm(CodeForm):
    """The phone that there is confirms the new one."""

    new_code = forms.CharField(
        label="Code from the new phone",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        error_messages={"required": "Enter the code shown on the new phone."},
    )


class NewPasswordForm(SetPasswordForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].error_messages["required"] = "Enter a new password."
        self.fields["new_password2"].error_messages["required"] = "Enter the new password again."
        self.fields["new_password2"].label = "Confirm new password"


class OwnPasswordForm(PasswordChangeForm):
    """Another password for somebody who is signed in. A wrong old one counts as when signing in."""

    required_css_class = "required"

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._request = request

    def clean_old_password(self) -> str:
        old = self.cleaned_data["old_password"]
        try:
            right = with_lockout(
                self._request,
                self.user.get_username(),
                lambda: self.user.check_password(old) or None,
            )
        except LockedError:
            raise ValidationError(LOCKED, code="locked") from None
        if not right:
            raise ValidationError(
                self.error_messages["password_incorrect"], code="password_incorrect"
            )
        return old
