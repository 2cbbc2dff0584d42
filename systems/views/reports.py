"""Report a mistake: the form, and the thanks."""

from http import HTTPStatus
from typing import Any

from django.core.validators import slug_re
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
from systems.models import Report, System
from systems.reports.forms import ReportForm
from systems.reports.intake import (
    NO_PAGE,
    ReportRefusedError,
    StaleError,
    TooManyError,
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
def report(request: HttpRequest) -> HttpResponse:
    """Take a report of a mistake. What was written stays in the form until it is stored."""
    sent = request.POST if request.method == "POST" else request.GET
    page, system = page_of_site(sent.get("page", "")), _system(sent.get("ics", ""))
    shown = {"page": page, "system": system, "unknown_ics": bool(sent.get("ics") and not system)}
    if request.method != "POST":
        return _show(request, ReportForm(), new_ticket(page), shown)
    form, ticket = ReportForm(request.POST), request.POST.get("token", "")
    if not form.is_valid():
        return _show(request, form, renewed(ticket, page), shown)
    if not request.POST.get("extra"):  # only robots see that field
        new_report = Report(page=page, system=system, **form.cleaned_data)
        try:
            receive(new_report, ticket, timezone.now())
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
    if isinstance(refusal, TooManyError):
        response["Retry-After"] = str(refusal.seconds)
    return response


@require_safe
@cache_control(no_store=True)
def thanks(request: HttpRequest) -> HttpResponse:
    """What everybody sees whose report was taken."""
    page = page_of_site(request.GET.get("page", ""))
    return render(request, "systems/report_thanks.html", {"page": page, "no_page": NO_PAGE})


def _system(slug: str) -> System | None:
    """The system that a link to the form names, with its `name` of today."""
    if not slug_re.fullmatch(slug):
        return None
    return System.objects.named_on(timezone.localdate()).filter(slug=slug).first()
