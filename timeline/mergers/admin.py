"""The merger desk: four pages of the admin from a date to a plan, and one to take it back."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from systems.editing.inlines import ObjectPermissionStackedInline
from systems.editing.object_permissions import ExtraPage, ObjectPermissionAdmin
from systems.editing.optimistic_lock import OptimisticLockMixin
from systems.editing.rights import Verb, rights_of
from systems.models import System
from timeline.mergers.apply import summary
from timeline.mergers.forms import AreasForm, DecisionsForm, MergerForm, all_choices
from timeline.mergers.impact import affected_rows
from timeline.mergers.plan import MergerPlan, date_problem
from timeline.mergers.service import (
    MergerRefusedError,
    changed_since,
    decide,
    dry_run,
    plan,
    resolve_remaining,
    undecided,
    undo,
)
from timeline.mergers.verification import CountLine
from timeline.models import Event, Merger, Successor
from timeline.models.mergers import AffectedKind

PAGE_SIZE = 200
STEPS = {"change": "Start", "areas": "Areas", "decisions": "Decisions", "preview": "Preview"}
# What each kind of row is by itself, and what a choice does to it.
MEANINGS = {
    AffectedKind.SCHEME: (
        "A scheme is shown wherever its areas are, so it moves with them automatically. "
        "Copied: from midnight each successor has one of its own, for its areas, and the old one "
        "is withdrawn. Ends: it is withdrawn at midnight."
    ),
    AffectedKind.MEMBERSHIP: (
        "A membership that moves ends on the last day, and one in the successor begins. "
        "Organisations follow the area of their address, and networks follow most of their "
        "practices. Councils do not need one: they are in the ICSs of their areas."
    ),
    AffectedKind.ANNOUNCEMENT: (
        "An announcement keeps the ICSs it was about. It can also be listed under a successor, "
        "from the date. The page of a new ICS lists the others as about its predecessor."
    ),
    AffectedKind.EDITOR: (
        "Rights to an ICS end when it closes. Editors who are moved can edit the successor from "
        "midnight on the date. If an ICS becomes part of just one other, the editors of that one "
        "can also edit what it leaves."
    ),
}


class SuccessorInline(ObjectPermissionStackedInline):
    model = Successor
    autocomplete_fields = ["system"]
    prepopulated_fields = {"slug": ["name"]}
    verbose_name_plural = "Who has the areas from then on: existing ICSs, or new ones"
    min_num = 1


class MergerAdmin(OptimisticLockMixin, ObjectPermissionAdmin):
    """Drafts are the central editors' to change. What is planned is undone first."""

    form = MergerForm
    inlines = [SuccessorInline]
    fields = ["title", "date", "predecessors", "source", "note", "edition"]
    autocomplete_fields = ["predecessors", "source"]
    list_display = ["title", "date", "state", "settled_at"]
    list_filter = ["state"]
    search_fields = ["title"]
    change_form_template = "admin/merger/start.html"
    extra_pages: Sequence[ExtraPage] = (
        ExtraPage("<path:object_id>/areas/", "areas", "areas_view"),
        ExtraPage("<path:object_id>/decisions/", "decisions", "decisions_view"),
        ExtraPage("<path:object_id>/preview/", "preview", "preview_view"),
        ExtraPage("<path:object_id>/undo/", "undo", "undo_view"),
    )

    # --- Rights and addresses ------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_planned)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_planned)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """With a plan that is in place nothing is deleted: it could not be undone any more."""
        seen, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        protected = [*protected, *(f"{one}: undo it first" for one in objs if one.is_planned)]
        return seen, counts, forbidden, protected

    def _asked_for(self, request: HttpRequest, object_id: str, verb: Verb) -> Merger:
        """The merger of a page, if this person may do that with it; for one who writes, locked."""
        rights = rights_of(request)
        if not rights.may(verb, Merger):
            raise PermissionDenied
        merger = self.get_object(request, object_id)
        if merger is None:
            raise Http404
        if not rights.may(verb, Merger, merger):
            raise PermissionDenied
        if request.method == "POST":
            Merger.objects.select_for_update().get(pk=merger.pk)
            merger.refresh_from_db()
        return merger

    def _show(self, request: HttpRequest, merger: Merger, step: str, **shown: Any) -> HttpResponse:
        return self.render_page(
            request,
            f"admin/merger/{step}.html",
            original=merger,
            title=f"{STEPS.get(step, step.capitalize())}: {merger.title}",
            steps=steps(merger, step),
            **shown,
        )

    # --- Start ---------------------------------------------------------------------------------

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        merger = self.get_object(request, object_id)
        if merger is None or not self.has_view_permission(request, merger):
            return super().change_view(request, object_id, form_url, extra_context)
        if merger.is_planned:
            return self._is_planned(request, merger)
        context = {"steps": steps(merger, "change")} | (extra_context or {})
        return super().change_view(request, object_id, form_url, context)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"steps": steps(None, "change")} | (extra_context or {})
        return super().add_view(request, form_url, context)

    def response_add(
        self, request: HttpRequest, obj: Merger, post_url_continue: str | None = None
    ) -> HttpResponse:
        return go_to(obj, "areas")

    def response_change(self, request: HttpRequest, obj: Merger) -> HttpResponse:
        return go_to(obj, "areas")

    def _is_planned(self, request: HttpRequest, merger: Merger) -> HttpResponse:
        """What answers to the pages of a draft when it is none any more."""
        said = "This is planned, so it cannot be changed. Undo it first."
        self.message_user(request, said, messages.WARNING)
        return go_to(merger, "preview")

    # --- Areas ---------------------------------------------------------------------------------

    @method_decorator(transaction.atomic)
    def areas_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where each area of the predecessors goes."""
        merger = self._asked_for(request, object_id, Verb.CHANGE)
        if merger.is_planned:
            return self._is_planned(request, merger)
        merger_plan = MergerPlan.of(merger)
        form = AreasForm(merger_plan, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            form.save()
            return go_to(merger, "decisions")
        return self._show(request, merger, "areas", form=form, plan=merger_plan)

    # --- Decisions -----------------------------------------------------------------------------

    @method_decorator(transaction.atomic)
    def decisions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What becomes of schemes, memberships, announcements and editors, kind by kind."""
        merger = self._asked_for(request, object_id, Verb.CHANGE)
        if merger.is_planned:
            return self._is_planned(request, merger)
        kind = _kind(request.GET.get("kind", ""))
        wrong = date_problem(merger.date)
        items = [] if wrong else affected_rows(MergerPlan.of(merger))
        mine = [item for item in items if item.kind is kind]
        page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("p"))
        if "_all" in request.POST:
            number = decide(merger, [(item, request.POST.get("all", "")) for item in mine])
            said = f"Chosen for {number} of {len(mine)}."
            self.message_user(
                request,
                said if number == len(mine) else f"{said} It is not possible for the others.",
                messages.SUCCESS if number else messages.WARNING,
            )
            return HttpResponseRedirect(request.get_full_path())
        form = DecisionsForm(merger, list(page), request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            form.save()
            if page.has_next():
                return go_to(merger, "decisions", f"?kind={kind}&p={page.next_page_number()}")
            after = list(AffectedKind)[list(AffectedKind).index(kind) + 1 :]
            return (
                go_to(merger, "decisions", f"?kind={after[0]}")
                if after
                else go_to(merger, "preview")
            )
        numbers = Counter(item.kind for item in items)
        return self._show(
            request,
            merger,
            "decisions",
            form=form,
            wrong=wrong,
            kind=kind,
            kinds=[(one, numbers[one]) for one in AffectedKind],
            meaning=MEANINGS[kind],
            bulk=all_choices(kind, mine),
            page=page,
        )

    # --- Preview, and what is planned ----------------------------------------------------------

    @method_decorator(transaction.atomic)
    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What it comes to; to plan it, and to see what is planned."""
        verb = Verb.CHANGE if request.method == "POST" else Verb.VIEW
        merger = self._asked_for(request, object_id, verb)
        if request.method == "POST":
            try:
                return self._settled(request, merger)
            except MergerRefusedError as error:
                for sentence in error.sentences:
                    self.message_user(request, sentence, messages.WARNING)
                return go_to(merger, "preview")
        if merger.is_planned:
            return self._show_planned(request, merger)
        return self._show_preview(request, merger, dry_run(merger))

    def _settled(self, request: HttpRequest, merger: Merger) -> HttpResponse:
        if "_rest" in request.POST:
            number = resolve_remaining(merger, request.user)
            self.log_change(request, merger, "Decided what was added later")
            self.message_user(request, f"Done for {number}.", messages.SUCCESS)
            return go_to(merger, "preview")
        token = request.POST.get("token", "")
        result = plan(merger, request.user, token)
        if result.problems or result.token != token:
            if not result.problems:
                said = (
                    "Something has changed since you saw this. Nothing is planned yet. Check it "
                    "again, and then plan it."
                )
                self.message_user(request, said, messages.WARNING)
            return self._show_preview(request, merger, result)
        self.log_change(request, merger, "Planned")
        self.message_user(request, f"Planned: {merger.title}.", messages.SUCCESS)
        return go_to(merger, "preview")

    def _show_preview(self, request: HttpRequest, merger: Merger, result: Any) -> HttpResponse:
        said = Counter((item.kind.label, item.said) for item in result.items)
        return self._show(
            request,
            merger,
            "preview",
            result=result,
            lines=result.lines,
            resolutions=[(kind, words, number) for (kind, words), number in said.items()],
            summary=summary(result.plan, planned=True) if not result.problems else "",
            day_before=result.plan.day_before,
        )

    def _show_planned(self, request: HttpRequest, merger: Merger) -> HttpResponse:
        merger_plan = MergerPlan.of(merger)
        events = Event.objects.published().filter(pk__in=_written(merger, Event))
        return self._show(
            request,
            merger,
            "planned",
            lines=[CountLine(**line) for line in merger.lines],
            day_before=merger_plan.day_before,
            undoable=not date_problem(merger.date),
            late=undecided(merger),
            changed=list(changed_since(merger)) if not date_problem(merger.date) else [],
            systems=[*merger_plan.predecessors, *(one.system for one in merger_plan.successors)],
            events=events,
            made=[one.system for one in merger_plan.successors if one.is_new],
        )

    # --- Undo ----------------------------------------------------------------------------------

    @method_decorator(transaction.atomic)
    def undo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to take a plan back, and take it back."""
        merger = self._asked_for(request, object_id, Verb.CHANGE)
        refused: list[str] = []
        if not merger.is_planned:  # or not any more: the button was pressed twice
            return go_to(merger, "preview")
        if request.method == "POST":
            try:
                undo(merger, request.user)
            except MergerRefusedError as error:
                refused = error.sentences
            else:
                self.log_change(request, merger, "Undone")
                self.message_user(request, f"Undone: {merger.title}.", messages.SUCCESS)
                return go_to(merger, "change")
        made = System.objects.named_on(merger.date).filter(pk__in=_written(merger, System))
        return self._show(request, merger, "undo", refused=refused, made=made)


def steps(merger: Merger | None, here: str) -> list[tuple[str, str, bool]]:
    """The pages on the way: name, address where there is one yet, and whether it is this one."""
    if merger is not None and merger.is_planned:
        return []
    return [
        (label, address(merger, name) if merger else "", name == here)
        for name, label in STEPS.items()
    ]


def address(merger: Merger, page: str) -> str:
    return reverse(f"admin:timeline_merger_{page}", args=[merger.pk])


def go_to(merger: Merger, page: str, query: str = "") -> HttpResponse:
    return HttpResponseRedirect(address(merger, page) + query)


def _kind(text: str) -> AffectedKind:
    return AffectedKind(text) if text in AffectedKind.values else AffectedKind.SCHEME


def _written(merger: Merger, model: type[models.Model]) -> models.QuerySet[Any]:
    """The keys of the rows of a model that a merger made."""
    kind = ContentType.objects.get_for_model(model)
    return merger.changes.filter(content_type=kind, before__isnull=True).values("object_id")
