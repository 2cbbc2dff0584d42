"""Who may do what with which rows. Everything that asks, asks here.

There are three kinds of editors. A superuser may do everything. A central editor may do everything
with what the site says about all ICSs, and nothing with people. The editor of one ICS may do what
`POLICIES` says with the rows of that ICS: to look at a row, one of its ICSs has to be theirs; to
change or delete it, all of them. A person who is on the staff and has no role may do nothing;
Django's own permissions count for nobody. Another app registers the policies of its models.

Each other verb is one of the four, so that there is no way round them:

    history, preview, export, reports, autocomplete    view
    filter, search, order a list                       view, of every field that is asked about
    cite a source                                      view, which follows from what cites it
    restore an older version, undo an upload           change, of the fields of one's own forms
    bulk action, inline                                change
    move to another ICS                                change, of the row before and after
    restore what was deleted, import                   add, of the row as it then is
    read a name in a history                           view, or public
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.utils import timezone

from systems.models import (
    Area,
    AreaPeriod,
    Deletion,
    Editorship,
    Membership,
    Organisation,
    Scheme,
    Source,
    Succession,
    System,
    Upload,
)
from systems.models.editors import Role
from systems.models.organisations import OrganisationKind
from systems.models.sources import SourceQuerySet


class Verb(StrEnum):
    VIEW = "view"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


LOOK = frozenset({Verb.VIEW})
LOOK_AND_ADD = LOOK | {Verb.ADD}
LOOK_AND_CHANGE = LOOK | {Verb.CHANGE}
ALL = frozenset(Verb)
NOTHING: frozenset[Verb] = frozenset()

Systems = Iterable[int] | QuerySet[System]


@dataclass(frozen=True)
class Policy:
    """What central editors may do with any row, and the editor of one ICS with that ICS's rows.

    `system_path` leads from a row to its ICSs; where it is empty, a row is everybody's. `keys_of`
    stands for the path where that depends on the day: the keys of the rows that belong to some
    systems. `also_visible` are rows that may be looked at besides, or the only ones where there is
    no path; `changeable_if` is what else a row must be for the editor of one ICS to change it.
    """

    central_verbs: frozenset[Verb] = ALL
    own_verbs: frozenset[Verb] = NOTHING
    system_path: str = ""
    keys_of: Callable[["Rights", "Systems"], QuerySet] | None = None
    also_visible: Callable[["Rights"], Q] | None = None
    changeable_if: Callable[["Rights"], Q] = lambda rights: Q()


def _members(rights: "Rights", systems: "Systems") -> QuerySet:
    memberships = Membership.objects.holding_on(rights.day)
    return memberships.filter(system__in=systems).values("organisation")


def _areas(rights: "Rights", systems: "Systems") -> QuerySet:
    periods = AreaPeriod.objects.holding_on(rights.day)
    return periods.filter(system__in=systems).values("area")


def _nowhere_else(rights: "Rights") -> Q:
    """Schemes for none of the areas of other systems: they are on the pages of those."""
    elsewhere = Area.objects.exclude(pk__in=_areas(rights, rights.own))
    return ~Q(pk__in=Scheme.areas.through.objects.filter(area__in=elsewhere).values("scheme"))


def _known_sources(rights: "Rights") -> Q:
    """Sources follow the rights of what cites them, until something public does."""

    def seen(model: type[models.Model]) -> QuerySet:
        rows = model._default_manager.all()
        if not hasattr(rows, "published"):
            return rows  # without drafts all is public
        kinds = (model, *model.__subclasses__())
        own = [Q(pk__in=rights.rows(Verb.VIEW, kind).values("pk")) for kind in kinds]
        return rows.published() | rows.filter(reduce(or_, own))

    return Q(entered_by=rights.user) | SourceQuerySet.loaded() | SourceQuerySet.cited_by(seen)


# By model, as the app's label and the model's name. What is not here is the superuser's alone.
POLICIES: dict[str, Policy] = {
    "systems.system": Policy(
        central_verbs=ALL - {Verb.DELETE}, own_verbs=LOOK_AND_CHANGE, system_path="pk"
    ),
    "systems.contact": Policy(own_verbs=ALL, system_path="system"),
    "systems.leader": Policy(own_verbs=ALL, system_path="system"),
    "systems.organisation": Policy(
        own_verbs=LOOK_AND_CHANGE,
        keys_of=_members,
        also_visible=lambda rights: Q(
            area__in=_areas(rights, rights.own)
        ),  # to be chosen as a member
        changeable_if=lambda rights: (
            ~Q(kind=OrganisationKind.COUNCIL)
        ),  # in many ICSs, without rows
    ),
    "systems.membership": Policy(own_verbs=ALL, system_path="system"),
    "systems.scheme": Policy(own_verbs=ALL, system_path="system", changeable_if=_nowhere_else),
    "systems.report": Policy(
        central_verbs=ALL - {Verb.ADD}, own_verbs=LOOK_AND_CHANGE, system_path="system"
    ),
    # What texts refer to.
    "systems.area": Policy(own_verbs=LOOK, keys_of=_areas),
    "systems.source": Policy(
        own_verbs=LOOK_AND_ADD, also_visible=lambda rights: rights.known_sources
    ),
    "systems.topic": Policy(own_verbs=LOOK),
    "systems.audience": Policy(own_verbs=LOOK),
    "systems.way": Policy(own_verbs=LOOK),
    # What concerns several ICSs, and none of them alone.
    "systems.cluster": Policy(own_verbs=LOOK),
    # What holds for all of England, and what other facts follow from.
    **dict.fromkeys(
        [
            *("systems.systemname", "systems.systemcode", "systems.systemalias"),
            *("systems.succession", "systems.areaperiod", "systems.areacode", "systems.areaalias"),
            *("systems.councilarea", "systems.organisationalias"),
            *("systems.organisationsuccession", "systems.term"),
        ],
        Policy(),
    ),
    "systems.dataset": Policy(central_verbs=LOOK),
}


def register(policies: Mapping[type[models.Model], Policy]) -> None:
    """Add the policies of another app's models. Call it in `AppConfig.ready`."""
    POLICIES.update({model._meta.label_lower: policy for model, policy in policies.items()})


class RightsRole(StrEnum):
    """What a person is on a day, the strongest of what they are."""

    SUPERUSER = "superuser"
    CENTRAL = "central"
    SYSTEM = "system"
    NONE = "none"


@dataclass(frozen=True)
class Rights:
    """What one person may do on one day. `given` are the systems that they were given."""

    role: RightsRole
    day: date
    given: frozenset[int] = frozenset()
    user: int | None = None

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser, day: date) -> Self:
        """The rights of `user`. Takes a query for all but superusers and those not signed in."""
        if not (user.is_active and getattr(user, "is_staff", False)):
            return cls(RightsRole.NONE, day)
        if getattr(user, "is_superuser", False):
            return cls(RightsRole.SUPERUSER, day)
        editorships = Editorship.objects.holding_on(day).filter(user=user.pk)
        roles = list(editorships.values_list("role", "system"))
        if any(role == Role.CENTRAL for role, _ in roles):
            return cls(RightsRole.CENTRAL, day)
        given = frozenset(system for _, system in roles)
        return cls(RightsRole.SYSTEM if given else RightsRole.NONE, day, given, user.pk)

    @cached_property
    def own(self) -> frozenset[int]:
        """The systems whose rows a person edits, as far as that is the editor of one ICS.

        When a system closes, the rights of its editors end, and what it leaves is the central
        editor's; unless a succession says that the editors follow. Then they edit the successor,
        and whoever edits the successor also edits what the predecessor left.
        """
        closed = set(System.objects.closed_by(self.day).values_list("pk", flat=True))
        declared = list(
            Succession.objects.filter(editors_follow=True, date__lte=self.day)
            .order_by("date")
            .values_list("predecessor", "successor")
        )
        own = set(self.given)
        for predecessor, successor in declared:  # the earliest first, so that they chain
            if predecessor in own:
                own.add(successor)
        own -= closed
        for predecessor, successor in reversed(declared):
            if successor in own and predecessor in closed:
                own.add(predecessor)
        return frozenset(own)

    @cached_property
    def known_sources(self) -> Q:
        """Which sources a person may see.

        Compiled once, as every field that cites one asks for it: making it again took Django
        longer than the answer takes the database.
        """
        known = Source.objects.filter(_known_sources(self)).values("pk")
        return Q(pk__in=RawSQL(*known.query.sql_with_params()))  # noqa: S611 - Django's own

    def may(self, verb: Verb, model: type[models.Model], row: models.Model | None = None) -> bool:
        """Whether a person may do this with a row; without one, with any rows of the model."""
        if verb not in self._verbs(model):
            return False
        if row is None or row.pk is None or self.role is not RightsRole.SYSTEM:
            return True
        return self.rows(verb, model).filter(pk=row.pk).exists()

    def may_all(self, verb: Verb, model: type[models.Model], keys: set[Any]) -> bool:
        """Whether a person may do this with every one of these rows."""
        return self.rows(verb, model).filter(pk__in=keys).count() == len(keys)

    def rows(self, verb: Verb, model: type[models.Model]) -> QuerySet[Any]:
        """The rows of a model with which a person may do this."""
        return self.narrow(verb, model._default_manager.all())

    def narrow(self, verb: Verb, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of some rows with which a person may do this."""
        if verb not in self._verbs(rows.model):
            return rows.none()
        if self.role is not RightsRole.SYSTEM:
            return rows
        policy = POLICIES[rows.model._meta.label_lower]
        seen = policy.also_visible(self) if policy.also_visible and verb is Verb.VIEW else None
        if not (policy.system_path or policy.keys_of):
            return rows if seen is None else rows.filter(seen)
        mine = Q(pk__in=self._belonging(rows.model, policy, self.own))
        if verb is Verb.VIEW:
            return rows.filter(mine if seen is None else mine | seen)
        others = System.objects.exclude(pk__in=self.own)
        theirs = self._belonging(rows.model, policy, others)
        return rows.filter(mine, policy.changeable_if(self)).exclude(pk__in=theirs)

    def names(self, model: type[models.Model]) -> QuerySet[Any]:
        """The rows of a model whose names a person may read today, in a history for instance."""
        rows = model._default_manager.all()
        if self.role is not RightsRole.SYSTEM or model in (System, Area, Organisation):
            return rows
        kinds = (model, *model.__subclasses__())
        seen = [Q(pk__in=self.rows(Verb.VIEW, kind).values("pk")) for kind in kinds]
        return rows.filter(reduce(or_, seen))

    def open_systems(self) -> list[System]:
        """Those of a person's own that are open."""
        return list(System.objects.open_on(self.day).filter(pk__in=self.own))

    def may_regain(self, model: type[models.Model] | None, key: int | None) -> bool:
        """Whether what is taken back may refer to a row that its form does not offer: to a source
        that nothing else cites. With a draft in the bin its source is hidden too, also from whoever
        deleted it by mistake.
        """
        if model is not Source or key is None:
            return False
        cited = Source.objects.all().cited_by(lambda model: model._default_manager.all())
        return not Source.objects.filter(cited, pk=key).exists()

    def uploads(self, user: AbstractBaseUser | AnonymousUser) -> QuerySet[Upload]:
        """The spreadsheets that a person may look at and undo: their own, or all that took effect.

        What becomes of their rows is asked of each row.
        """
        if self.role is RightsRole.NONE:
            return Upload.objects.none()
        seen = Q(user=user.pk)
        if self.role is not RightsRole.SYSTEM:
            seen |= Q(applied_at__isnull=False)
        return Upload.objects.filter(seen)

    def deletions(self, rows: QuerySet[Deletion]) -> QuerySet[Deletion]:
        """Those of some deletions that a person can undo: all, or what was their own alone."""
        if self.role is not RightsRole.SYSTEM:
            return rows
        others = System.objects.exclude(pk__in=self.own)
        mine = rows.filter(systems__in=self.own).values("pk")
        theirs = Deletion.objects.filter(systems__in=others).values("pk")
        return rows.filter(pk__in=mine).exclude(pk__in=theirs)

    def systems_of(self, row: models.Model) -> QuerySet[System]:
        """The systems that a row belongs to."""
        policy = POLICIES.get(row._meta.label_lower, Policy())
        if not policy.system_path:
            return System.objects.none()
        rows = type(row)._base_manager.filter(pk=row.pk)
        return System.objects.filter(pk__in=rows.values(policy.system_path))

    def _verbs(self, model: type[models.Model]) -> frozenset[Verb]:
        if self.role is RightsRole.SUPERUSER:
            return ALL
        policy = POLICIES.get(model._meta.label_lower)
        if policy is None or self.role is RightsRole.NONE:
            return NOTHING
        return policy.central_verbs if self.role is RightsRole.CENTRAL else policy.own_verbs

    def _belonging(
        self, model: type[models.Model], policy: Policy, systems: Systems
    ) -> QuerySet[Any]:
        """The keys of the rows that belong to one of `systems`, perhaps among others."""
        if policy.keys_of:
            return policy.keys_of(self, systems)
        return model._base_manager.filter(**{f"{policy.system_path}__in": systems}).values("pk")


def rights_of(request: HttpRequest) -> Rights:
    """The rights of the user of `request` today; worked out once a request."""
    rights: Rights | None = request.__dict__.get("rights")
    if rights is None:
        rights = request.__dict__["rights"] = Rights.of(request.user, timezone.localdate())
    return rights
