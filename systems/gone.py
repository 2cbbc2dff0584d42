"""Pages of what was deleted: they say so, and that it was not a mistake in the address."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from systems.models import Deletion


def gone_if_deleted(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: where a page is not found because an editor deleted it, answer 410."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if not Deletion.objects.filter(path=request.path).exists():
                raise
            response = render(request, "410.html", status=HTTPStatus.GONE)
            # Browsers keep a 410 for ever unless told not to, and it may be taken back.
            response["Cache-Control"] = "no-store"
            return response

    return wrapped
