"""Lists of the admin that can be downloaded as a spreadsheet."""

import csv
from collections.abc import Iterable

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.utils import timezone
from django.utils.text import slugify

from systems.editing.spreadsheets import Spreadsheet
from systems.editing.worklist import WorkingAdmin


class Echo:
    """What a writer of CSV writes, handed back instead of kept."""

    def write(self, text: str) -> str:
        return text


def streamed(rows: Iterable[list[str]]) -> Iterable[str]:
    """A CSV file line by line, with the mark by which Excel knows that it is UTF-8."""
    writer = csv.writer(Echo())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


class ExportAdmin(WorkingAdmin):
    """To download a list is to look at it. `can_upload` says that it comes back as it went."""

    can_upload = False

    def get_urls(self) -> list[URLPattern]:
        return [self.page("export/", "export", self.export_view), *super().get_urls()]

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The list as it is filtered and searched, all pages of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{self.address('changelist')}?e=1")
        lines = streamed(Spreadsheet(self, request).written(rows))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        day = f"{timezone.localdate():%Y-%m-%d}"
        name = f"{slugify(str(self.opts.verbose_name_plural))}-{day}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
