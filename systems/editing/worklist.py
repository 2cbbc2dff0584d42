"""What waits for a person: on the front page of the admin, and as a filter of each list."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from systems.editing.rights import Verb, rights_of

MAX_ROWS_NAMED = 5


@dataclass(frozen=True)
class Task:
    """Something to do with rows of a model. `rows` are those of some rows that it is to be done to.

    `slug` stands in the address of the list; tasks of a lower `rank` come first.
    """

    rank: int
    slug: str
    title: str
    rows: Callable[[QuerySet[Any], date], QuerySet[Any]]

    def waiting(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of some rows that wait for this, and that a person may change."""
        rights = rights_of(request)
        return self.rows(rights.narrow(Verb.CHANGE, rows), rights.day)


class TaskFilter(admin.SimpleListFilter):
    title = "what waits"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        may = rights_of(request).may(Verb.CHANGE, model_admin.model)
        self._tasks = {task.slug: task for task in model_admin.tasks} if may else {}
        return [(task.slug, task.title) for task in self._tasks.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        if self.value() not in self._tasks:
            raise IncorrectLookupParameters
        return self._tasks[self.value()].waiting(request, queryset)


@dataclass(frozen=True)
class PendingTask:
    """A task on the front page: how many rows wait for it, the first few, the address of all."""

    task: Task
    count: int
    first: list[tuple[str, str]]  # names and addresses
    address: str


def worklist(site: admin.AdminSite, request: HttpRequest) -> list[PendingTask]:
    """What waits for a person, two queries for each kind of it."""
    return sorted(_waiting(site, request), key=lambda waiting: waiting.task.rank)


def _waiting(site: admin.AdminSite, request: HttpRequest) -> Iterator[PendingTask]:
    for model, model_admin in site._registry.items():
        tasks: Sequence[Task] = getattr(model_admin, "tasks", ())
        if not tasks or not rights_of(request).may(Verb.CHANGE, model):
            continue
        pages = f"{site.name}:{model._meta.app_label}_{model._meta.model_name}"
        for task in tasks:
            rows = task.waiting(request, model_admin.get_queryset(request))
            if count := rows.count():
                first = [
                    (str(row), reverse(f"{pages}_change", args=[row.pk]))
                    for row in rows[:MAX_ROWS_NAMED]
                ]
                query = f"?{TaskFilter.parameter_name}={task.slug}"
                yield PendingTask(task, count, first, reverse(f"{pages}_changelist") + query)
