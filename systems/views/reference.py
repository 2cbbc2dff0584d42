"""Codes, and what the site rests on."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from icsinfo.downloads import package
from systems.atlas import AreaFacts, SystemFacts
from systems.days.as_at import AsAtDate
from systems.gazetteer import GazetteerRequest
from systems.models import Dataset, Source
from systems.text.postcodes import capitals


@require_safe
def code(request: GazetteerRequest, code: str) -> HttpResponse:
    """Lead from any ODS or ONS code, old or new, to what it stands for."""
    as_at = AsAtDate.of(request)
    gazetteer = request.gazetteer
    pages = [
        (_name(meaning, as_at), meaning.get_absolute_url() + as_at.query)
        for meaning in gazetteer.atlas.coded(capitals(code), as_at.day)
    ]
    pages += [
        (organisation.label, reverse("systems:organisation", args=[organisation.code]))
        for organisation in gazetteer.register.coded(capitals(code))
    ]
    if not pages:
        raise Http404("We do not know of anything with this code.")
    if len(pages) == 1:
        return redirect(pages[0][1])
    context = {"as_at": as_at, "code": capitals(code), "choices": pages}
    return render(request, "systems/code.html", context)


def _name(meaning: SystemFacts | AreaFacts, as_at: AsAtDate) -> str:
    return meaning.name_on(as_at.day) if isinstance(meaning, SystemFacts) else meaning.name


@require_safe
def data(request: GazetteerRequest) -> HttpResponse:
    """Tables to download as at a date, and what they rest on: releases, sources, licences."""
    as_at = AsAtDate.of(request)
    datasets = list(Dataset.objects.filter(in_use=True))
    context = {
        "as_at": as_at,
        "tables": list(package.tables.values()),
        "datasets": datasets,
        "sources": Source.objects.public(),
        "attributions": sorted({dataset.attribution for dataset in datasets}),
    }
    return render(request, "systems/data.html", context, status=as_at.status)
