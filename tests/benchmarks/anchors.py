"""What the site is held against: an empty view, and a page of two queries and a template.

Django as `startproject` sets it up, on the database of the site, whose permissions the page lists.
"""

import dj_database_url
from django.conf import settings
from django.core.paginator import Paginator
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tests.benchmarks import ANCHOR_BYTES

BASE = """<!DOCTYPE html>
<html lang="en"><head><title>{% block title %}{% endblock %}</title></head><body>
<main>{% block main %}{% endblock %}</main></body></html>"""
PAGE = """{% extends "base.html" %}{% block title %}Page {{ page_obj.number }}{% endblock %}
{% block main %}<p>{{ page_obj.paginator.count }} permissions</p><table>{% for row in page_obj %}
<tr><td><a href="{% url 'permission' row.pk %}">{{ row.name }}</a></td>
<td>{{ row.codename }}</td><td>{{ row.content_type.app_label }}</td></tr>{% endfor %}</table>
{% if page_obj.has_next %}<a href="{% url 'page' page_obj.next_page_number %}">Next</a>{% endif %}
{% endblock %}"""
TEMPLATES = {"base.html": BASE, "page.html": PAGE}

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": dj_database_url.config(conn_max_age=60, conn_health_checks=True)},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY="benchmark",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", TEMPLATES)],
                    )
                ]
            },
        }
    ],
    USE_TZ=True,
)

application = get_wsgi_application()

# A model, which needs Django set up.
from django.contrib.auth.models import Permission


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"x" * ANCHOR_BYTES)


def permissions(request: HttpRequest, number: int) -> HttpResponse:
    rows = Permission.objects.select_related("content_type").order_by("pk")
    return render(request, "page.html", {"page_obj": Paginator(rows, 25).get_page(number)})


urlpatterns = [
    path("empty/", empty),
    path("page/<int:number>/", permissions, name="page"),
    path("permission/<int:pk>/", empty, name="permission"),
]
