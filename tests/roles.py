"""Who may do what in the admin: what is expected, in its own words, and a world to ask it of."""

import time
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from icsinfo.staff import BEGAN
from systems.models import (
    Area,
    AreaPeriod,
    Audience,
    Cluster,
    Dataset,
    Editorship,
    Membership,
    Organisation,
    Report,
    Scheme,
    Source,
    Succession,
    System,
    Term,
    Topic,
    Way,
)
from tests.builders import TODAY, make_scheme
from tests.editing import address, form_of
from timeline.models import Announcement, Event, LegalInstrument, Merger, Statement, Successor

# The verbs of a central editor with any row; those of the editor of one ICS with rows of their
# own, of another ICS, of both, of none, and with what is only about their own ICS. v: view, a: add,
# c: change, d: delete. Every other model is the superuser's alone.
EXPECTED: dict[str, tuple[str, dict[str, str]]] = {
    "systems.system": ("vac", {"own": "vc", "other": ""}),
    "systems.area": ("vacd", {"own": "v", "other": ""}),
    "systems.organisation": (
        "vacd",
        {"own": "vc", "other": "", "shared": "v", "nobody's": "", "here": "v", "council": "v"},
    ),
    "systems.membership": ("vacd", {"own": "vacd", "other": ""}),
    "systems.scheme": (
        "vacd",
        {"own": "vacd", "other": "", "shared": "v", "nobody's": "", "elsewhere": "v"},
    ),
    "systems.report": ("vcd", {"own": "vc", "other": "", "nobody's": ""}),
    "systems.source": ("vacd", {"nobody's": "va"}),
    "systems.topic": ("vacd", {"nobody's": "v"}),
    "systems.audience": ("vacd", {"nobody's": "v"}),
    "systems.way": ("vacd", {"nobody's": "v"}),
    "systems.cluster": ("vacd", {"nobody's": "v"}),
    "systems.term": ("vacd", {"nobody's": ""}),
    "systems.succession": ("vacd", {"own": ""}),
    "systems.dataset": ("v", {"nobody's": ""}),
    "systems.editorship": ("", {"own": "", "other": ""}),
    "auth.user": ("", {"nobody's": ""}),
    "auth.group": ("", {"nobody's": ""}),
    "timeline.legalinstrument": ("vacd", {"nobody's": ""}),
    "timeline.event": ("vacd", {"own": "", "nobody's": ""}),
    "timeline.merger": ("vacd", {"own": "", "other": ""}),
    "timeline.announcement": (
        "vacd",
        {"own": "vacd", "other": "", "shared": "v", "nobody's": "", "about": "v"},
    ),
}
# What nobody may do, whatever the role.
NEVER = {"systems.report": "a"}
ROLES = ["superuser", "central", "system", "ended", "none", "visitor"]
NOTHING = {"ended", "none", "visitor"}  # who may do nothing at all


def each_role(roles: Sequence[str] = ROLES) -> pytest.MarkDecorator:
    """The editor of one ICS is who the rules are for; others are asked where there is time."""
    others = [pytest.param(role, marks=pytest.mark.slow) for role in roles if role != "system"]
    return pytest.mark.parametrize("role", ["system", *others])


EACH_ROLE = each_role()


# A field of each model, and what it is changed to.
TOUCH: dict[str, tuple[str, str]] = {
    "systems.system": ("about", "Touched"),
    "systems.area": ("districts", "Touched"),
    "systems.organisation": ("website", "https://touched.example/"),
    "systems.membership": ("date_to", "2030-01-01"),
    "systems.scheme": ("what", "Touched"),
    "systems.report": ("settled_at", "2026-11-20 10:00:00"),
    "systems.source": ("dating", "Touched"),
    "systems.topic": ("name", "Touched"),
    "systems.audience": ("name", "Touched"),
    "systems.way": ("name", "Touched"),
    "systems.cluster": ("note", "Touched"),
    "systems.term": ("meaning", "Touched"),
    "systems.succession": ("date", "2031-01-01"),
    "systems.dataset": ("vintage", "Touched"),
    "systems.editorship": ("date_to", "2030-01-01"),
    "auth.user": ("first_name", "Touched"),
    "auth.group": ("name", "Touched"),
    "timeline.legalinstrument": ("note", "Touched"),
    "timeline.event": ("note", "Touched"),
    "timeline.merger": ("note", "Touched"),
    "timeline.announcement": ("note", "Touched"),
}


def allowed(role: str, label: str, whose: str | None) -> str:
    """The verbs that a role has with a row, or with a model as a whole."""
    central, own = EXPECTED[label]
    if role == "superuser":
        verbs = "vacd"
    elif role == "central":
        verbs = central
    elif role == "system":
        verbs = own[whose] if whose else "".join(own.values())
    else:
        verbs = ""
    return "".join(verb for verb in verbs if verb not in NEVER.get(label, ""))


def sign_in(user: User) -> Client:
    """A browser in which `user` is signed in, with the second factor that the admin asks for."""
    client = Client()
    client.force_login(user)
    device, _ = TOTPDevice.objects.get_or_create(user=user, defaults={"name": "phone"})
    session = client.session
    session.update({DEVICE_ID_SESSION_KEY: device.persistent_id, BEGAN: time.time()})
    session.save()
    return client


class World:
    """A row of each model and each kind, and a client for each role."""

    def __init__(self) -> None:
        self.own = System.objects.get(slug="devon")
        self.other = System.objects.get(slug="norfolk-and-suffolk")
        self.source = Source.objects.create(key="s", publisher="P", title="T")
        self.areas = {
            "own": self.area_of(self.own),
            "other": self.area_of(self.other),
        }
        self.clients = {role: self.client(role) for role in ROLES}
        self.rows: dict[str, dict[str, Any]] = {label: {} for label in EXPECTED}
        self.fill()

    def area_of(self, system: System) -> Area:
        return AreaPeriod.objects.holding_on(TODAY).filter(system=system)[0].area

    def client(self, role: str) -> Client:
        if role == "visitor":
            return Client()
        user = User.objects.create(username=role, is_staff=True, is_superuser=role == "superuser")
        since = date(2026, 1, 1)
        if role == "central":
            Editorship.objects.create(user=user, role="central", date_from=since)
        if role in {"system", "ended"}:
            until = TODAY if role == "ended" else None
            Editorship.objects.create(
                user=user, role="system", system=self.own, date_from=since, date_to=until
            )
        return sign_in(user)

    def fill(self) -> None:
        for whose, system in (("own", self.own), ("other", self.other)):
            self.fill_for(whose, system)
        self.fill_shared()
        self.fill_general()

    def organisation(self, code: str, *systems: System, **values: Any) -> Organisation:
        given = {"kind": "trust", "form": "trust", "source": self.source} | values
        made = Organisation.objects.create(code=code, name=code, **given)
        for system in systems:
            Membership.objects.create(
                organisation=made, system=system, role="listed", source=self.source
            )
        return made

    def scheme(self, slug: str, system: System | None, *areas: Area) -> Scheme:
        made = make_scheme(slug, system, self.source, *areas)
        made.topics.set(Topic.objects.all()[:1])
        return made

    def entry(self, model: type, slug: str, *systems: System, **values: Any) -> Any:
        given = {"kind": "local"} if model is Announcement else {"kind": "decision", "unit": "ics"}
        made = model.objects.create(
            slug=slug,
            date=date(2026, 11, 1),
            precision="day",
            title=slug,
            source=self.source,
            **given | values,
        )
        made.systems.set(systems)
        return made

    def fill_for(self, whose: str, system: System) -> None:
        rows = self.rows
        rows["systems.system"][whose] = system
        rows["systems.area"][whose] = self.areas[whose]
        code = f"XX{whose.upper()}"
        rows["systems.organisation"][whose] = self.organisation(code, system)
        member = self.organisation(f"{code}M", area=self.areas[whose])
        rows["systems.membership"][whose] = Membership.objects.create(
            organisation=member, system=system, role="paid", source=self.source
        )
        rows["systems.scheme"][whose] = self.scheme(f"x-{whose}", system, self.areas[whose])
        rows["systems.report"][whose] = Report.objects.create(
            page=f"/x-{whose}/", system=system, text="Wrong", token=whose
        )
        entry = self.entry(Announcement, f"x-{whose}", system)
        rows["timeline.announcement"][whose] = entry
        Statement.objects.create(
            entry=entry, organisation="Body", stance="stated", text="Said", source=self.source
        )
        merger = Merger.objects.create(
            title=f"x-{whose}", date=date(2027, 4, 1), source=self.source
        )
        merger.predecessors.set([system])
        Successor.objects.create(merger=merger, name=f"X {whose}", slug=f"x-{whose}-new")
        rows["timeline.merger"][whose] = merger
        rows["systems.editorship"][whose] = Editorship.objects.create(
            user=User.objects.create(username=f"x-{whose}"),
            role="system",
            system=system,
            date_from=TODAY,
        )

    def fill_shared(self) -> None:
        rows, both = self.rows, (self.own, self.other)
        organisations = rows["systems.organisation"]
        organisations["shared"] = self.organisation("XXSHARED", *both)
        organisations["nobody's"] = self.organisation("XXNONE")
        organisations["here"] = self.organisation("XXHERE", area=self.areas["own"])
        organisations["council"] = self.organisation("XXCOUNCIL", self.own, kind="council")
        schemes = rows["systems.scheme"]
        schemes["shared"] = self.scheme("x-shared", self.own, *self.areas.values())
        schemes["elsewhere"] = self.scheme("x-elsewhere", self.own, self.areas["other"])
        schemes["nobody's"] = self.scheme("x-nobody", None)
        rows["systems.report"]["nobody's"] = Report.objects.create(
            page="/x/", text="Wrong", token="n"
        )
        announcements = rows["timeline.announcement"]
        announcements["shared"] = self.entry(Announcement, "x-shared", *both)
        announcements["nobody's"] = self.entry(Announcement, "x-nobody")
        announcements["about"] = self.entry(Announcement, "x-about", self.own, kind="critique")
        rows["timeline.event"]["own"] = self.entry(Event, "x-own-event", self.own)
        rows["timeline.event"]["nobody's"] = self.entry(Event, "x-event")
        rows["systems.succession"]["own"] = Succession.objects.create(
            predecessor=self.other,
            successor=self.own,
            date=date(2030, 1, 1),
            kind="merger",
            source=self.source,
        )

    def fill_general(self) -> None:
        given = {"slug": "x", "name": "X"}
        self.rows["systems.source"]["nobody's"] = self.source
        for model in (Topic, Audience, Way):
            self.rows[model._meta.label_lower]["nobody's"] = model.objects.create(
                **given, **({"meaning": "X"} if model is Way else {})
            )
        self.rows["systems.term"]["nobody's"] = Term.objects.create(
            **given, meaning="X", source=self.source
        )
        self.rows["timeline.legalinstrument"]["nobody's"] = LegalInstrument.objects.create(
            slug="x-law",
            title="A law",
            made_by="Parliament",
            effect="It rules.",
            source=self.source,
        )
        cluster = Cluster.objects.create(
            name="X", date_from="2026", certainty="sure", source=self.source
        )
        cluster.systems.set([self.own, self.other])
        self.rows["systems.cluster"]["nobody's"] = cluster
        self.rows["systems.dataset"]["nobody's"] = Dataset.objects.create(
            kind="x",
            name="X",
            publisher="X",
            vintage="X",
            licence="X",
            attribution="X",
            rows=1,
            loaded_by="x",
            loaded_at=timezone.now(),
        )
        self.rows["auth.user"]["nobody's"] = User.objects.create(username="x")
        self.rows["auth.group"]["nobody's"] = Group.objects.create(name="x")

    def form(self, role: str, label: str, whose: str) -> dict[str, Any]:
        """The form of a row; the superuser's, as if told to them, for those who may not use it."""
        by = role if "c" in allowed(role, label, whose) else "superuser"
        return form_of(self.clients[by].get(address(label, "change", self.rows[label][whose])))

    def every_row(self) -> Iterator[tuple[str, str, Any]]:
        for label, rows in self.rows.items():
            for whose, row in rows.items():
                yield label, whose, row
