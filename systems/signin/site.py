"""The admin's site: open to staff who have shown their second factor."""

from typing import Any, cast

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path

from systems.editing.worklist import worklist
from systems.signin import views


class StaffSite(AdminSite):
    site_header = site_title = "ICS Info for editors"
    index_title = "What you can edit"
    logout_template = "signin/signed_out.html"

    def has_permission(self, request: HttpRequest) -> bool:
        verified = getattr(request.user, "otp_device", None) is not None
        return super().has_permission(request) and verified

    def get_urls(self) -> list[Any]:
        own: list[URLPattern | URLResolver] = [
            path("login/code/", views.code, name="login_code"),
            path("login/new-password/", views.new_password, name="login_new_password"),
            path("login/enrol/", views.enrol, name="login_enrol"),
            path("second-factor/", self.admin_view(views.second_factor), name="second_factor"),
            path("second-factor/phone/", self.admin_view(views.new_phone), name="new_phone"),
        ]
        return own + super().get_urls()

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """What waits for a person, and what they can edit."""
        work = {"work": worklist(self, request)}
        return super().index(request, work | (extra_context or {}))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        request.current_app = self.name
        context = {**self.each_context(request), **(extra_context or {})}
        shown = views.PasswordChange.as_view(extra_context=context)(request)
        return cast("TemplateResponse", shown)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return views.password(request)
