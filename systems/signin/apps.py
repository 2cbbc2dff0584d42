"""The admin, with this project's way in."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "systems.signin.site.StaffSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib import admin
        from django_otp.plugins.otp_totp.models import TOTPDevice

        # Would show every secret to who may see the page.
        admin.site.unregister(TOTPDevice)
