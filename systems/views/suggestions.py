"""Names to suggest while somebody types in the search box."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from icsinfo.http import json_response, refuse_large_bodies
from systems.gazetteer import GazetteerRequest
from systems.lookup.suggestions import suggest


@csrf_exempt  # it changes nothing, and a token would need a cookie
@sensitive_post_parameters()
@refuse_large_bodies
@require_POST  # in an address what is typed would be kept by browsers and logs
def suggestions(request: GazetteerRequest) -> HttpResponse:
    """Answer the start of a name (`q`) with names, as at a date (`on`) where there is one."""
    text, on = request.POST.get("q", ""), request.POST.get("on", "")
    suggested = suggest(text, on, today=timezone.localdate(), gazetteer=request.gazetteer)
    response = json_response({"suggestions": suggested})
    response["Cache-Control"] = "no-store"
    return response
