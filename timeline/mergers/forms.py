"""The forms of the merger desk: start, areas, decisions."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db import transaction

from systems.editing.optimistic_lock import OptimisticLockForm
from timeline.mergers.impact import WORDS, AffectedRow
from timeline.mergers.plan import MergerPlan, date_problem
from timeline.mergers.service import decide
from timeline.models import Merger, Placement
from timeline.models.mergers import AffectedKind

STAYS = "stays"


class MergerForm(OptimisticLockForm):
    """The first page."""

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if wrong := date_problem(day):
            raise forms.ValidationError(wrong)
        return day


class ManyChoices(forms.Form):
    """A select for each of many rows, with one optimistic lock for all of them.

    `edition` is a digest of the stored answers from which the page was rendered. If they differ by
    now the form is refused once, and is rendered again with the new digest.
    """

    edition = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, stored: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        now = hashlib.sha256(repr(sorted(stored)).encode()).hexdigest()[:32]
        self.is_stale = data is not None and data.get("edition") != now
        if self.is_stale:
            data = data.copy()
            data["edition"] = now
        super().__init__(data, **kwargs)
        self.fields["edition"].initial = now

    def ask(self, name: str, label: str, choices: Sequence[tuple[str, str]], initial: str) -> None:
        """Add a select. Its label is the header cell of its table row, with the id label-`name`."""
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            initial=initial,
            required=False,
            widget=forms.Select(attrs={"aria-labelledby": f"label-{name}"}),
            error_messages={"invalid_choice": "Choose one of the options."},
        )

    def clean(self) -> dict[str, Any] | None:
        if self.is_stale:
            raise forms.ValidationError(
                "Someone else saved this page while you had it open, or what it lists has "
                "changed. Your changes are not saved yet, and are still below. Check "
                "them, and save again."
            )
        return super().clean()


class AreasForm(ManyChoices):
    """The successor of each area of the predecessors."""

    def __init__(self, plan: MergerPlan, data: Any = None) -> None:
        self.plan = plan
        stored = [(f"area-{area.pk}", self._stored(area.pk)) for area, _ in plan.areas]
        super().__init__(data, stored)
        obvious = str(plan.successors[0].pk) if len(plan.successors) == 1 else ""
        for area, system in plan.areas:
            choices = [("", "Not decided yet")]
            choices += [(str(one.pk), str(one)) for one in plan.successors]
            choices += [(STAYS, f"Stays in {system}")]
            stored_here = self._stored(area.pk)
            self.ask(f"area-{area.pk}", area.name, choices, stored_here or obvious)
        self.rows = [(area, system, self[f"area-{area.pk}"]) for area, system in plan.areas]

    def _stored(self, key: int) -> str:
        if key not in self.plan.placed:
            return ""
        to = self.plan.placed[key]
        return str(to.pk) if to else STAYS

    def save(self) -> None:
        """Replace all placements of the merger."""
        keys = {str(one.pk): one for one in self.plan.successors}
        with transaction.atomic():
            self.plan.merger.placements.all().delete()
            Placement.objects.bulk_create(
                [
                    Placement(
                        merger=self.plan.merger,
                        area=area,
                        successor=keys.get(self.cleaned_data[f"area-{area.pk}"]),
                    )
                    for area, _ in self.plan.areas
                    if self.cleaned_data[f"area-{area.pk}"]
                ]
            )


class DecisionsForm(ManyChoices):
    """The resolutions of one page of affected rows of a kind."""

    def __init__(self, merger: Merger, items: Sequence[AffectedRow], data: Any = None) -> None:
        self.merger = merger
        self.items = items
        super().__init__(data, [(self._name(item), item.resolution.value) for item in items])
        for item in items:
            self.ask(self._name(item), item.label, item.choices, item.resolution.value)
        self.rows = [(item, self[self._name(item)]) for item in items]

    @staticmethod
    def _name(item: AffectedRow) -> str:
        return f"row-{item.row.pk}"

    def save(self) -> None:
        """Store the resolutions that were changed."""
        chosen = [(item, self.cleaned_data[self._name(item)]) for item in self.items]
        decide(
            self.merger, [(item, value) for item, value in chosen if value != item.resolution.value]
        )


def all_choices(kind: AffectedKind, items: Iterable[AffectedRow]) -> list[tuple[str, str]]:
    """The options for a bulk choice: each that any of the rows has."""
    resolutions = dict.fromkeys(resolution for item in items for resolution in item.options)
    return [
        (resolution.value, WORDS[kind][resolution.choice].format(resolution.target))
        for resolution in resolutions
    ]
