"""The pages on the way into the admin, and the one where the second factor is changed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from systems.models import OneTimePassword, RecoveryCode
from systems.signin import factor, progress
from systems.signin.forms import (
    LOCKED,
    CodeForm,
    NewPasswordForm,
    OwnPasswordForm,
    PasswordForm,
    PhoneForm,
)
from systems.signin.lockout import WAIT, LockedError, with_lockout

WRONG_PAIR = "The user name or password is incorrect. Both are case sensitive."
WRONG_CODE = (
    "That code is not right. A code from your phone lasts 30 seconds. Each code, and each "
    "recovery code, works only once."
)
WRONG_NEW_CODE = (
    "That code is not right. Enter the code the app shows for ICS Info now. If it keeps "
    "failing, check that your phone sets its time automatically."
)
EXPIRED = "This first password is no longer valid. Ask whoever gave it to you for a new one."

Step = Callable[[HttpRequest, User], HttpResponse]


def page(request: HttpRequest, name: str, title: str, **context: object) -> HttpResponse:
    """A page of the way in. One with a form that was refused for guessing is answered with 429."""
    form = context.get("form")
    locked = isinstance(form, forms.Form) and form.has_error("__all__", "locked")
    response = render(
        request,
        f"signin/{name}.html",
        {**admin.site.each_context(request), "title": title, **context},
        status=429 if locked else 200,
    )
    if locked:
        response["Retry-After"] = str(WAIT)
    return response


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: kept by nobody, from our own forms alone, and not quoted in reports of errors."""
    return sensitive_post_parameters()(never_cache(csrf_protect(view)))


def step(view: Step) -> Callable[[HttpRequest], HttpResponse]:
    """Decorator: a page for somebody whose password was right, and who has come to this step."""

    @private
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        user = progress.user_of(request)
        if user is None:
            return redirect("admin:index")  # which asks for the password where there was none
        if reverse(progress.next_step(user)) != request.path:
            return redirect(progress.next_step(user))
        return view(request, user)

    return wrapped


@private
def password(request: HttpRequest) -> HttpResponse:
    """The first step."""
    if admin.site.has_permission(request) and request.method != "POST":
        return redirect("admin:index")
    goal = _goal(request)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        user = _check(request, form, form.cleaned_data["username"], WRONG_PAIR, _right_password)
        if user and _has_expired(user):
            form.add_error(None, EXPIRED)
        elif user:
            progress.begin(request, user, goal)
            return redirect(progress.next_step(user))
    return page(request, "password", "Sign in", form=form, next=goal)


@step
def new_password(request: HttpRequest, user: User) -> HttpResponse:
    """For an account whose password somebody else has chosen."""
    form = NewPasswordForm(user, request.POST or None)
    if form.is_valid():
        if user.check_password(form.cleaned_data["new_password1"]):
            form.add_error(
                "new_password1", "Choose a different password from the one you were given."
            )
        else:
            form.save()
            OneTimePassword.objects.filter(user=user).delete()
            progress.begin(request, user, progress.goal_of(request))
            return redirect(progress.next_step(user))
    return page(
        request, "new_password", "Choose a password", form=form, user_name=user.get_username()
    )


@step
def code(request: HttpRequest, user: User) -> HttpResponse:
    """The second step."""
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = _check(request, form, user.get_username(), WRONG_CODE, _right_code(user))
        if device:
            goal = progress.goal_of(request)
            progress.finish(request, user, device)
            if not factor.is_from_phone(form.cleaned_data["code"]):
                messages.warning(request, _codes_left(user))
            return redirect(goal)
    return page(request, "code", "Enter your code", form=form)


@step
def enrol(request: HttpRequest, user: User) -> HttpResponse:
    """The second step of somebody who has no second factor yet."""
    form = CodeForm(request.POST or None)
    secret = progress.secret_of(request)
    if form.is_valid():
        device = _check(
            request,
            form,
            user.get_username(),
            WRONG_NEW_CODE,
            lambda form: factor.enrol(user, secret, form.cleaned_data["code"]),
        )
        if device:
            goal = progress.goal_of(request)
            codes = factor.new_recovery_codes(user)
            progress.finish(request, user, device)
            return page(request, "recovery_codes", "Your recovery codes", codes=codes, next=goal)
    return page(request, "enrol", "Set up your phone", form=form, **_shown(user, secret))


class PasswordChange(PasswordChangeView):
    """The page of the admin for another password."""

    form_class = OwnPasswordForm
    success_url = reverse_lazy("admin:password_change_done")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error("old_password", "locked"):
            response.status_code = 429
            response["Retry-After"] = str(WAIT)
        return response


@private
def second_factor(request: HttpRequest) -> HttpResponse:
    """How many recovery codes there are; new ones, for a code of the phone or one of the old."""
    user = _signed_in(request)
    form = CodeForm(request.POST or None)
    if form.is_valid() and _check(
        request, form, user.get_username(), WRONG_CODE, _right_code(user)
    ):
        codes = factor.new_recovery_codes(user)
        return page(
            request,
            "recovery_codes",
            "Your new recovery codes",
            codes=codes,
            next=reverse("admin:index"),
        )
    left = RecoveryCode.objects.filter(user=user).count()
    device = factor.device_of(user)
    return page(request, "second_factor", "Second factor", form=form, left=left, device=device)


@private
def new_phone(request: HttpRequest) -> HttpResponse:
    """Another phone in place of the one that there is, which goes on until the new one works."""
    user = _signed_in(request)
    secret = request.session.setdefault("new_phone", factor.new_secret())
    form = PhoneForm(request.POST or None)
    if form.is_valid():

        def check(form: forms.Form):
            new = form.cleaned_data["new_code"]
            if not factor.fits(secret, new):
                form.add_error("new_code", WRONG_NEW_CODE)
                return None
            if factor.check(user, form.cleaned_data["code"]) is None:
                form.add_error("code", WRONG_CODE)
                return None
            return factor.enrol(user, secret, new, instead=True)

        device = _check(request, form, user.get_username(), "", check)
        if device:
            progress.finish(request, user, device)
            messages.success(request, "Your codes will now come from the new phone.")
            return redirect("admin:second_factor")
    return page(request, "new_phone", "Use another phone", form=form, **_shown(user, secret))


def _check(request: HttpRequest, form: forms.Form, name: str, wrong: str, check: Callable):
    """What `check` returns of the form; if that is None, `wrong` becomes an error of the form."""
    try:
        result = with_lockout(
            request, name, lambda: check(form), is_code=not isinstance(form, PasswordForm)
        )
    except LockedError:
        form.add_error(None, forms.ValidationError(LOCKED, code="locked"))
        return None
    if result is None and wrong:
        form.add_error("code" if "code" in form.fields else None, wrong)
    return result


def _right_password(form: forms.Form) -> User | None:
    """The account, if its owner may use the admin at all. Takes as long if there is none."""
    user = authenticate(**form.cleaned_data)
    return user if isinstance(user, User) and user.is_staff else None


def _right_code(user: User) -> Callable[[forms.Form], object]:
    return lambda form: factor.check(user, form.cleaned_data["code"])


def _has_expired(user: User) -> bool:
    return OneTimePassword.objects.filter(user=user, expires_at__lte=timezone.now()).exists()


def _signed_in(request: HttpRequest) -> User:
    """Who is signed in, with both factors: the site lets nobody else come here."""
    return User.objects.get(username=request.user.get_username())


def _goal(request: HttpRequest) -> str:
    """The page that was asked for before signing in, as long as it is one of the admin."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    index = reverse("admin:index")
    safe = url_has_allowed_host_and_scheme(goal, None) and goal.startswith(index)
    return goal if safe else index


def _codes_left(user: User) -> str:
    left = RecoveryCode.objects.filter(user=user).count()
    if left == 0:
        return "That was your last recovery code. Make new ones under “Second factor”."
    return (
        f"You used a recovery code. {left} {'is' if left == 1 else 'are'} left. Make new ones "
        "under “Second factor”."
    )


def _shown(user: User, secret: str) -> dict[str, object]:
    """What a phone needs to learn a secret."""
    return {"picture": factor.picture(user, secret), "key": factor.typed_key(secret)}
