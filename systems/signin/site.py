"""The admin's site: open to staff who have shown their second factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

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

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return views.password(request)
