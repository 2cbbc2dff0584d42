"""For people who link to the site, embed it, or ask it from programs."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from icsinfo.downloads import package
from systems.views.api_examples import EXAMPLES


@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """How to link, to use the API, to download; with examples that a test holds to be true."""
    site = request.build_absolute_uri("/").removesuffix("/")
    context = {
        "site": site,
        "examples": [
            (example, example.command(site), example.answer(site)) for example in EXAMPLES
        ],
        "limit": settings.API_REQUESTS_A_MINUTE,
        "tables": list(package.tables.values()),
    }
    return render(request, "pages/developers.html", context)
