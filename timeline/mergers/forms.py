"""The forms of the desk: what is asked at the start, where areas go, what becomes of whom."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db import transaction

from systems.editing.editions import EditionForm
from timeline.mergers.affected import WORDS, Fate, Item
from timeline.mergers.plan import Plan, wrong_with_date
from timeline.models import Decision, Merger, Placement
from timeline.models.mergers import Affected

STAYS = "stays"


class MergerForm(EditionForm):
    """The first page."""

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if wrong := wrong_with_date(day):
            raise forms.ValidationError(wrong)
        return day


class ManyChoices(forms.Form):
    """A list of rows with a choice for each, kept whole when somebody else saved it meanwhile.

    `edition` is a digest of the answers that the page was made from. When there are others by now
    the form is refused once, and then holds the new edition.
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
        """Add a choice; its label is in the head of its row."""
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            initial=initial,
            required=False,
            widget=forms.Select(attrs={"aria-labelledby": f"label-{name}"}),
            error_messages={"invalid_choice": "Choose one of those that are offered."},
        )

    def clean(self) -> dict[str, Any] | None:
        if self.is_stale:
            raise forms.ValidationError(
                "Somebody else saved this page while you had it open, or what it lists is no "
                "longer the same. Nothing of yours is saved yet, and it is still below. Look "
                "through it, and save again."
            )
        return super().clean()


class AreasForm(ManyChoices):
    """Where each area of the predecessors goes."""

    def __init__(self, plan: Plan, data: Any = None) -> None:
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
        """Store what was chosen in place of what was."""
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
    """What becomes of each row of one page of a kind."""

    def __init__(self, merger: Merger, items: Sequence[Item], data: Any = None) -> None:
        self.merger = merger
        self.items = items
        super().__init__(data, [(self._name(item), item.fate.value) for item in items])
        for item in items:
            self.ask(self._name(item), item.label, item.choices, item.fate.value)
        self.rows = [(item, self[self._name(item)]) for item in items]

    @staticmethod
    def _name(item: Item) -> str:
        return f"row-{item.row.pk}"

    def save(self) -> None:
        """Store what is other than it was."""
        chosen = [(item, self.cleaned_data[self._name(item)]) for item in self.items]
        decide(self.merger, [(item, value) for item, value in chosen if value != item.fate.value])


def all_choices(kind: Affected, items: Iterable[Item]) -> list[tuple[str, str]]:
    """What can be chosen for some rows of a kind, for all of them at once."""
    fates = dict.fromkeys(fate for item in items for fate in item.options)
    return [(fate.value, WORDS[kind][fate.choice].format(fate.target)) for fate in fates]


def decide(merger: Merger, chosen: Iterable[tuple[Item, str]]) -> int:
    """Store what was chosen for rows, as far as it can be. Returns for how many."""
    found: list[tuple[Item, Fate]] = [
        (item, fate) for item, value in chosen for fate in item.options if fate.value == value
    ]
    keep(merger, found)
    return len(found)


def keep(merger: Merger, fates: Iterable[tuple[Item, Fate]]) -> None:
    """Store what becomes of rows, in place of what was stored of them before."""
    Decision.objects.bulk_create(
        [
            Decision(
                merger=merger,
                kind=item.kind,
                object_id=item.row.pk,
                choice=fate.choice,
                target=fate.target,
            )
            for item, fate in fates
        ],
        update_conflicts=True,
        unique_fields=["merger", "kind", "object_id"],
        update_fields=["choice", "target"],
    )
