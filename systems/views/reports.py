"""Report a mistake: the form, and the thanks."""

from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from icsinfo.http import refuse_large_bodies
from systems.gazetteer import GazetteerRequest
from systems.models import Report
from systems.reports.forms import ReportForm
from systems.reports.intake import (
    NO_PAGE,
    NotNowError,
    ReportRefusedError,
    StaleError,
    new_ticket,
    page_of_site,
    receive,
    renewed,
)


@csrf_exempt  # its token would need a cookie; and nobody is signed in whom it could protect
@sensitive_post_parameters()
@cache_control(no_store=True)
@refuse_large_bodies
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: GazetteerRequest) -> HttpResponse:
    """Take a report of a mistake. What was written stays in the form until it is stored."""
    sent = request.POST if request.method == "POST" else request.GET
    page, ics = page_of_site(sent.get("page", "")), sent.get("ics", "")
    system = request.gazetteer.atlas.systems.get(ics) if ics else None
    name = system.name_on(timezone.localdate()) if system else ""
    unknown_ics = bool(ics and not system)
    shown = {"page": page, "system": system, "name": name, "unknown_ics": unknown_ics}
    if request.method != "POST":
        return _show(request, ReportForm(), new_ticket(page), shown)
    form, ticket = ReportForm(request.POST), request.POST.get("token", "")
    if not form.is_valid():
        return _show(request, form, renewed(ticket, page), shown)
    if not request.POST.get("extra"):  # only robots see that field
        about = system.pk if system else None
        new_report = Report(page=page, system_id=about, **form.cleaned_data)
        try:
            receive(new_report, ticket, timezone.now())
        except (OperationalError, InterfaceError):
            return _show(request, form, ticket, shown, NotNowError())
        except ReportRefusedError as refusal:
            ticket = new_ticket(page) if isinstance(refusal, StaleError) else ticket
            return _show(request, form, ticket, shown, refusal)
    thanks_url = reverse("systems:report-thanks") + "?" + urlencode({"page": page})
    return HttpResponseRedirect(thanks_url, status=HTTPStatus.SEE_OTHER)


def _show(
    request: HttpRequest,
    form: ReportForm,
    ticket: str,
    shown: dict[str, Any],
    refusal: ReportRefusedError | None = None,
) -> HttpResponse:
    """The form, with what was written and why it was not stored."""
    context = {**shown, "form": form, "ticket": ticket, "refusal": refusal, "no_page": NO_PAGE}
    status = refusal.status if refusal else HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    response = render(request, "systems/report.html", context, status=status)
    if refusal and refusal.seconds:
        response["Retry-After"] = str(refusal.seconds)
    return response


@require_safe
@cache_control(no_store=True)
def thanks(request: HttpRequest) -> HttpResponse:
    """What everybody sees whose report was taken."""
    page = page_of_site(request.GET.get("page", ""))
    return render(request, "systems/report_thanks.html", {"page": page, "no_page": NO_PAGE})
