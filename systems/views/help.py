"""Help: who does what, how to complain, the glossary; and the same in Easy Read."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from systems.facts.footnotes import Footnotes
from systems.gazetteer import GazetteerRequest
from systems.models import Source, Term

# What the page's own sentences rest on, in the order in which they are told: the name that the
# template calls a source by, and its key in fixtures/sources.csv.
CITED = {
    "urgent": "reading-walk-in-111",
    "mental_health": "bacp-2024-08-nhs-111",
    "system": "kings-fund-ics-explained",
    "board": "nhs-england-2023-10-boundary-procedure",
    "end_of_partnerships": "east-sussex-2025-nhs-reforms",
    "levels": "neurological-alliance-places",
    "networks": "greater-manchester-careers-networks",
    "pals": "highland-surgery-pals",
    "councils": "govuk-how-councils-work",
    "public_health": "kings-fund-commissioning",
    "healthwatch": "healthwatch-functions",
    "steps": "ombudsman-health-complaint",
    "rules": "wessex-lmcs-complaints",
    "primary_care": "contact-healthwatch-kirklees",
    "ombudsman": "ombudsman-home",
    "social_care": "commons-library-social-care-ombudsman",
    "advocacy": "advocacy-people-complaints",
    "advocacy_duty": "social-care-act-2012-notes",
    "healthwatch_plan": "healthwatch-north-yorkshire-2025-06",
    "healthwatch_bill": "nuffield-2026-05-health-bill",
    "healthwatch_debate": "parliament-2026-06-health-bill",
    "mergers": "nhsbsa-2026-04-mergers",
    "practices_before": "ods-practices-list-2026-02",
    "practices_after": "nhs-england-practice-map-2026-08",
    "trusts": "ods-trusts-list-2026-07-copy",
    "feeds_by_email": "goodnews-feeds-by-email",
}


# Those of the page in Easy Read.
CITED_IN_EASY_READ = (
    *("urgent", "mental_health", "system", "board", "councils"),
    *("steps", "rules", "ombudsman", "advocacy", "advocacy_duty"),
)


@require_safe
def help_page(request: GazetteerRequest) -> HttpResponse:
    """Everything that a resident may have to ask, and every term, each with its source."""
    footnotes = Footnotes()
    cited = cite(footnotes, CITED)
    terms = Term.objects.select_related("source")
    context = {
        "count": len(request.gazetteer.atlas.open_on(timezone.localdate())),
        "cite": cited,
        "terms": [(term, footnotes.number(term.source)) for term in terms],
        "footnotes": footnotes,
    }
    return render(request, "pages/help.html", context)


@require_safe
def easy_read(request: GazetteerRequest) -> HttpResponse:
    """What an ICS is and who to ask, one idea a line."""
    footnotes = Footnotes()
    context = {
        "count": len(request.gazetteer.atlas.open_on(timezone.localdate())),
        "cite": cite(footnotes, CITED_IN_EASY_READ),
        "footnotes": footnotes,
    }
    return render(request, "pages/easy_read.html", context)


def cite(footnotes: Footnotes, names: Iterable[str]) -> dict[str, int]:
    """The numbers of the sources that are there, by the name that a template calls each by.

    Nothing keeps an editor from deleting a source that only these pages cite.
    """
    keys = {name: CITED[name] for name in names}
    sources = Source.objects.in_bulk(keys.values(), field_name="key")
    return {name: footnotes.number(sources[key]) for name, key in keys.items() if key in sources}
