"""The merger desk: from a draft to a plan that pages announce, to the day itself, and back."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count
from django.db.models.signals import pre_save
from django.test import Client
from django.utils import timezone
from django.utils.text import slugify
from reversion.models import Version

from systems.admin import NOT_YOURS_THEN
from systems.atlas import Atlas
from systems.days.as_at import midnight
from systems.editing.rights import Rights, Verb
from systems.facts.scheme_queries import schemes_of_system
from systems.loading.loader import load
from systems.models import (
    Area,
    AreaPeriod,
    Deletion,
    Editorship,
    FormerSlug,
    Membership,
    Organisation,
    Scheme,
    Source,
    Succession,
    System,
)
from tests.builders import TODAY, make_scheme
from tests.editing import form_of
from timeline.mergers.plan import MergerPlan
from timeline.mergers.service import (
    MergerRefusedError,
    changed_since,
    dry_run,
    plan,
    resolve_remaining,
    undecided,
    undo,
)
from timeline.models import Announcement, Decision, Event, Merger, Placement, Successor

pytestmark = pytest.mark.django_db

DAY = date(2027, 4, 1)  # the first days of summer time: midnight is 23:00 of the day before, UTC
DAY_BEFORE = date(2027, 3, 31)
# The two that NHS England's letter of April 2026 tells to become one; the name is our own.
COVENTRY, HEREFORD = "coventry-and-warwickshire", "herefordshire-and-worcestershire"
NEW = "the-two-counties"


@pytest.fixture
def source() -> Source:
    return Source.objects.create(key="order", publisher="A publisher", title="An order of 2027")


@pytest.fixture
def central() -> User:
    user = User.objects.create(username="central", is_staff=True)
    Editorship.objects.create(user=user, role="central", date_from=date(2026, 1, 1))
    return user


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Make it another moment, where views and queries read the clock."""

    def _at(moment: datetime) -> None:
        london = moment.astimezone(timezone.get_default_timezone())
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: london.date())

    return _at


def drafted(
    source: Source,
    predecessors: Iterable[str],
    goes: dict[str, str] | str,
    *existing: str,
    day: date = DAY,
) -> Merger:
    """A draft in which each area goes where `goes` says: a slug for all, or one for each code.

    A slug that is not in `existing` is that of a new system; without one an area stays.
    """
    merger = Merger.objects.create(title="They merge", date=day, source=source, note="Not sure.")
    merger.predecessors.set(System.objects.filter(slug__in=predecessors))
    slugs = {goes} if isinstance(goes, str) else set(filter(None, goes.values()))
    successors = {
        slug: Successor.objects.create(
            merger=merger,
            **{"system": System.objects.get(slug=slug)}
            if slug in existing
            else {"name": f"New {slug}", "slug": slug, "region": "midlands"},
        )
        for slug in sorted(slugs)
    }
    for area, _ in MergerPlan.of(merger).areas:
        to = goes if isinstance(goes, str) else goes.get(area.code, "")
        Placement.objects.create(merger=merger, area=area, successor=successors.get(to))
    return merger


def settled(merger: Merger, by: User) -> Merger:
    """The merger, planned; it must come to what was rehearsed."""
    seen = dry_run(merger)
    assert seen.problems == []
    result = plan(merger, by, seen.token)
    assert (result.problems, result.lines) == ([], seen.lines)
    merger.refresh_from_db()
    assert merger.is_planned
    return merger


@pytest.fixture
def merged(source: Source, central: User) -> Merger:
    """The two systems, planned to be one from 1 April 2027."""
    return settled(drafted(source, [COVENTRY, HEREFORD], NEW), central)


def read(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    main = BeautifulSoup(response.content, "html.parser")
    return " ".join((main.main or main).get_text(" ").split())


def facts() -> dict[str, Counter]:
    """How many rows there are of all that a merger writes, and when those that end do."""
    models = (System, AreaPeriod, Succession, Scheme, Event, Announcement, FormerSlug)
    return {
        "rows": Counter({model.__name__: model.objects.count() for model in models}),
        "members": Counter(
            Membership.objects.values_list("system", "role", "date_from", "date_to").annotate(
                Count("pk")
            )
        ),
        "editors": Counter(
            Editorship.objects.values_list("user", "system", "date_from", "date_to")
        ),
        "schemes": Counter(Scheme.objects.values_list("slug", "published_until")),
    }


def editor_of(slug: str, since: date = date(2026, 1, 1)) -> User:
    user = User.objects.create(username=f"of-{slug}", is_staff=True)
    Editorship.objects.create(
        user=user, role="system", system=System.objects.get(slug=slug), date_from=since
    )
    return user


def edits(user: User, day: date) -> set[str]:
    own = Rights.of(user, day).own
    return set(System.objects.filter(pk__in=own).values_list("slug", flat=True))


# --- A merger of two into a new one --------------------------------------------------------------


def test_every_page_says_in_advance_what_is_planned_with_its_source(client, merged) -> None:
    sentence = "From 1 April 2027 this is planned:"
    for path in (f"/ics/{COVENTRY}/", f"/ics/{HEREFORD}/", f"/ics/{NEW}/", f"/areas/{HEREFORD}/"):
        said = read(client, path)
        assert "Planned for 1 April 2027, not yet certain" in said
        assert sentence in said
        assert "A publisher, An order of 2027" in said
    assert "is planned to be an integrated care system (ICS) from 1 April 2027" in read(
        client, f"/ics/{NEW}/"
    )
    assert "It is planned to close at the end of 31 March 2027" in read(client, f"/ics/{COVENTRY}/")
    assert f"From 1 April 2027 it is planned to be in New {NEW}" in read(
        client, f"/areas/{COVENTRY}/"
    )
    assert "is planned to close" in read(client, f"/ics/{COVENTRY}/card/")
    assert f"Planned ICSs These plans may still change. New {NEW} from 1 April 2027" in read(
        client, "/ics/"
    )
    for path in ("/timeline/", f"/timeline/?system={NEW}"):
        assert sentence in read(client, path)
    for path in (f"/ics/{NEW}/feed.atom", f"/ics/{COVENTRY}/feed.atom"):
        assert sentence in client.get(path).content.decode()
    planned = Event.objects.published().get(kind="planned", title="They merge")
    planned.full_clean()  # it can be edited, though its address will lead on
    said = read(client, planned.get_absolute_url())
    assert "This is a plan. It may change." in said
    assert "Planned changes on the map Map of 31 March 2027: 36 ICSs" in said
    listed = client.get("/api/v1/timeline", {"kind": "planned", "year": 2027}).json()["results"]
    [listed] = [one for one in listed if one["title"] == "They merge"]
    assert {COVENTRY, HEREFORD, NEW} <= {one["slug"] for one in listed["systems"]}
    answer = client.post("/api/v1/lookup", {"q": f"New {NEW}"}, content_type="application/json")
    assert "is planned to begin on 1 April 2027" in answer.json()["message"]


def test_pages_of_a_new_one_are_there_before_it_begins_and_none_fails(client, merged) -> None:
    for page in ("members", "schemes", "announcements", "history", "card", "poster"):
        read(client, f"/ics/{NEW}/{page}/")
        read(client, f"/ics/{NEW}/{page}/?on=2027-04-01")
    for path in (f"/compare/?system={NEW}&system=devon", "/map/?on=2027-04-01", "/count/"):
        read(client, path)
    assert client.get("/api/v1/count?on=2027-04-01").json()["count"] == 35
    assert client.get("/api/v1/count?on=2027-03-31").json()["count"] == 36


def test_it_takes_effect_at_midnight_in_london_by_itself(client, at, merged) -> None:
    plan_page = Event.objects.get(kind="planned", title="They merge").get_absolute_url()
    happened = Event.objects.get(kind="merger", title="They merge").get_absolute_url()
    at(datetime(2027, 3, 31, 22, 59, 59, tzinfo=UTC))
    assert "one of the 36" in read(client, f"/ics/{COVENTRY}/")
    assert "Planned for 1 April 2027" in read(client, f"/ics/{NEW}/")
    read(client, plan_page)
    read(client, happened, 404)
    at(datetime(2027, 3, 31, 23, 0, 0, tzinfo=UTC))
    assert "was an integrated care system (ICS) until 31 March 2027" in read(
        client, f"/ics/{COVENTRY}/"
    )
    said = read(client, f"/ics/{NEW}/")
    assert "is one of the 35" in said
    assert "not yet certain" not in said
    assert f"is New {NEW}" in read(client, f"/areas/{COVENTRY}/")
    assert "Planned" not in read(client, f"/areas/{COVENTRY}/").partition("What it was")[2]
    assert "On 1 April 2027 this changed" in read(client, happened)
    assert client.get(plan_page)["Location"] == happened
    history = client.get(f"/api/v1/areas/{COVENTRY}").json()["history"]
    assert [(part["planned"], part["certainty"]) for part in history][-1] == (False, "exact")


def test_members_and_schemes_are_those_of_both_and_none_is_lost(merged) -> None:
    systems = [System.objects.get(slug=slug) for slug in (COVENTRY, HEREFORD)]
    new = System.objects.get(slug=NEW)
    before = {
        pk
        for one in systems
        for pk in Organisation.objects.members_on(one, DAY_BEFORE).values_list("pk")
    }
    assert before == set(Organisation.objects.members_on(new, DAY).values_list("pk"))
    assert not Organisation.objects.members_on(new, DAY_BEFORE).exists()
    atlas = Atlas.read()
    for slugs, day in (([COVENTRY, HEREFORD], DAY_BEFORE), ([NEW], DAY)):
        found = {s.pk for slug in slugs for s in schemes_of_system(atlas, atlas.systems[slug], day)}
        assert len(found) == 6
    lines = {line["what"]: line for line in merged.lines}
    assert lines["Residents"]["before"] == lines["Residents"]["after"] == 1_732_866
    assert lines["Organisations"]["after"] == len(before)
    row = Membership.objects.filter(system=new).first()
    assert (row.date_from, row.source.key) == (DAY, "order")


def test_the_editors_of_both_edit_the_new_one_and_what_the_old_ones_leave(source, central) -> None:
    editor, late = editor_of(COVENTRY), editor_of(HEREFORD, date(2027, 5, 1))
    late.editorships.update(date_from=date(2026, 5, 1))
    merger = drafted(source, [COVENTRY, HEREFORD], NEW)
    row = late.editorships.get()
    Decision.objects.create(merger=merger, kind="editor", object_id=row.pk, choice="ended")
    settled(merger, central)
    assert edits(editor, DAY_BEFORE) == {COVENTRY}
    assert edits(editor, DAY) == {NEW, COVENTRY, HEREFORD}
    assert edits(late, DAY_BEFORE) == {HEREFORD}
    assert edits(late, DAY) == set()


def test_undo_leaves_everything_as_it_was(client, source, central) -> None:
    editor_of(COVENTRY)
    before = facts()
    merger = settled(drafted(source, [COVENTRY, HEREFORD], NEW), central)
    address = Event.objects.published().get(kind="planned", title="They merge").get_absolute_url()
    assert facts() != before
    undo(merger, central)
    after = facts()
    gone = after["rows"].pop("FormerSlug") - before["rows"].pop("FormerSlug")
    assert after == before
    assert gone == 2
    for path in (f"/ics/{NEW}/", f"/ics/{NEW}/members/", f"/api/v1/systems/{NEW}", address):
        said = read(client, path, 410)
        assert "It was planned for 1 April 2027; the plan was withdrawn." in said
    assert "is to close" not in read(client, f"/ics/{COVENTRY}/")
    member = Membership.objects.filter(system__slug=COVENTRY).first()
    history = Version.objects.get_for_object(member)
    assert [version.revision.comment for version in history] == [
        *("Undone: They merge", "Planned: They merge", "Original version")
    ]
    merger.refresh_from_db()
    settled(merger, central)  # what was entered is kept
    read(client, f"/ics/{NEW}/")


@pytest.mark.slow
def test_loading_the_files_again_neither_fails_nor_touches_it(merged) -> None:
    before = facts()
    reports = load(settings.FIXTURES)
    assert facts() == before
    assert sum(report.wrote for report in reports.values()) == 0
    assert any("changed here" in kept for kept in reports["practice_memberships"].kept)


# --- Splits, and areas that go while their system stays ------------------------------------------

# Areas of the two systems that are split and give up areas here.
SURREY = "surrey-and-sussex"


def areas_of(slug: str) -> list[Area]:
    rows = AreaPeriod.objects.holding_on(TODAY).filter(system__slug=slug).select_related("area")
    return [row.area for row in rows.order_by("area__code")]


def halves(slug: str, one: str, other: str) -> dict[str, str]:
    """The first of a system's areas to one successor, the others to another."""
    first, *others = areas_of(slug)
    return {first.code: one} | {area.code: other for area in others}


def a_scheme(slug: str, system: System | None, source: Source, *areas: Area) -> Scheme:
    """One that is known and not too old on the day of the plan."""
    known = {"check_by": date(2028, 1, 1), "known_as_of": "2026-11"}
    return make_scheme(slug, system, source, *areas, **known)


def an_announcement(slug: str, source: Source, *systems: System, kind: str = "local") -> Any:
    made = Announcement.objects.create(
        slug=slug, date=TODAY, precision="day", kind=kind, title=slug, source=source
    )
    made.systems.set(systems)
    return made


def choose(merger: Merger, kind: str, row: Any, choice: str, target: str = "") -> None:
    successor = merger.successors.get(slug=target) if target else None
    Decision.objects.create(
        merger=merger, kind=kind, object_id=row.pk, choice=choice, target=successor
    )


@pytest.mark.slow
def test_a_split_sends_each_row_where_it_was_decided(client, at, source, central) -> None:
    split = System.objects.get(slug=SURREY)
    editor = editor_of(SURREY)
    whole, copied, ended = (a_scheme(f"x-{n}", split, source) for n in ("whole", "copy", "end"))
    secret = a_scheme("x-secret", split, source)
    Scheme.objects.filter(pk=secret.pk).update(published_from=None)
    told = an_announcement("x-told", source, split)
    quiet = an_announcement("x-quiet", source, split)
    merger = drafted(source, [SURREY], halves(SURREY, "x-one", "x-two"))
    choose(merger, "scheme", copied, "copied")
    choose(merger, "scheme", ended, "ended")
    choose(merger, "scheme", secret, "ended")
    choose(merger, "announcement", told, "moved", "x-one")
    choose(merger, "announcement", quiet, "ended")
    choose(merger, "editor", editor.editorships.get(), "moved", "x-two")
    before = facts()
    undo(settled(merger, central), central)
    assert facts() | {"rows": before["rows"]} == before
    merger.refresh_from_db()
    settled(merger, central)
    assert undecided(merger) == []
    lines = {line["what"]: line for line in merger.lines}
    assert (lines["Schemes"]["ended"], lines["Editors"]["moved"]) == (1, 1)
    assert lines["Areas"]["before"] == lines["Areas"]["after"] == len(areas_of(SURREY))

    assert {row.kind for row in Succession.objects.filter(predecessor=split)} == {"split"}
    assert edits(editor, DAY) == {"x-two"}
    read(client, "/schemes/x-copy/")
    read(client, "/schemes/x-copy-x-one/", 404)
    read(client, "/schemes/x-end/")
    read(client, "/schemes/x-secret/", 404)
    results = client.get("/api/v1/systems/x-one/announcements").json()["results"]
    assert {one["slug"]: one["predecessors"] for one in results}["x-told"] != []
    at(midnight(DAY))
    for slug in ("x-one", "x-two"):
        said = read(client, f"/ics/{slug}/schemes/")
        assert "x-whole" in said
        assert said.count("x-copy") == 1
        assert "x-end" not in said
    assert "x-one" in read(client, "/schemes/x-copy-x-one/")
    said = read(client, "/schemes/x-copy/", 410)
    assert "each of the ICSs that replaced it has its own" in said
    assert "It ended when ICSs changed on 1 April 2027." in read(client, "/schemes/x-end/", 410)
    read(client, "/schemes/x-secret/", 404)  # nobody ever read it
    results = client.get("/api/v1/systems/x-one/announcements").json()["results"]
    theirs = {one["slug"]: one["predecessors"] for one in results}
    assert theirs["x-told"] == []
    assert theirs["x-quiet"] == ["Surrey and Sussex"]
    whole.refresh_from_db()
    assert whole.published_until is None


def test_a_draft_is_not_copied_to_editors_who_may_not_read_it_yet(source, central) -> None:
    split, kent, dorset = System.objects.get(slug=SURREY), "kent-and-medway", "dorset"
    draft, scheduled = a_scheme("x-draft", split, source), a_scheme("x-scheduled", split, source)
    Scheme.objects.filter(pk=draft.pk).update(published_from=None)
    Scheme.objects.filter(pk=scheduled.pk).update(published_from=midnight(date(2027, 1, 1)))
    merger = drafted(source, [SURREY], halves(SURREY, kent, dorset), kent, dorset)
    for row in (draft, scheduled):
        choose(merger, "scheme", row, "copied")
    settled(merger, central)
    for slug in (kent, dorset):
        seen = Rights.of(editor_of(slug), TODAY).rows(Verb.VIEW, Scheme)
        assert not seen.filter(name__in=[draft.name, scheduled.name]).exists()


def test_the_old_address_leads_to_copies_with_the_longest_addresses(source, central) -> None:
    """PostgreSQL holds texts to their length."""
    scheme = a_scheme("x" * 98, System.objects.get(slug=SURREY), source)
    goes = {area.code: f"x-{number}" for number, area in enumerate(areas_of(SURREY))}
    merger = drafted(source, [SURREY], goes)
    choose(merger, "scheme", scheme, "copied")
    settled(merger, central)
    copies = Scheme.objects.filter(name=scheme.name).exclude(pk=scheme.pk)
    led = FormerSlug.objects.get(slug=scheme.slug)
    assert len(led.successors) > 5
    assert set(led.successors) == set(copies.values_list("slug", flat=True))


@pytest.mark.slow
def test_the_practices_of_a_split_go_where_their_addresses_go(source, central) -> None:
    goes = halves(SURREY, "x-one", "x-two")
    settled(drafted(source, [SURREY], goes), central)
    rows = Membership.objects.filter(date_from=DAY, organisation__area__code__in=goes)
    wrong = [
        row
        for row in rows.select_related("organisation__area", "system")
        if row.organisation.kind == "practice"
        and row.system.slug != goes[row.organisation.area.code]
    ]
    assert rows.count() > 100
    assert wrong == []


def test_areas_go_to_a_neighbour_while_their_system_goes_on(client, at, source, central) -> None:
    first = areas_of(SURREY)[0]
    giver = System.objects.get(slug=SURREY)
    taker = "kent-and-medway"
    editor = editor_of(SURREY)
    a_scheme("x-local", giver, source, first)
    a_scheme("x-all", giver, source)
    merger = drafted(source, [SURREY], {first.code: taker}, taker)
    settled(merger, central)
    assert not Succession.objects.filter(predecessor=giver, date=DAY).exists()
    assert edits(editor, DAY) == {SURREY}
    for path in (f"/ics/{SURREY}/", f"/ics/{taker}/", f"/areas/{first.slug}/"):
        assert "continues, and gives up areas" in read(client, path)
    assert "planned to close" not in read(client, f"/ics/{SURREY}/")
    at(midnight(DAY))
    assert first.name in read(client, f"/ics/{taker}/")
    assert "x-local" in read(client, f"/ics/{taker}/schemes/")
    assert "x-local" not in read(client, f"/ics/{SURREY}/schemes/")
    assert "x-all" in read(client, f"/ics/{SURREY}/schemes/")
    assert "x-all" not in read(client, f"/ics/{taker}/schemes/")
    moved = Organisation.objects.filter(kind="practice", area=first, closed_on=None).first()
    now = Membership.objects.holding_on(DAY).get(organisation=moved, role="paid")
    assert now.system.slug == taker
    assert Event.objects.get(title="They merge", precision="day").kind == "boundary"


def test_an_editor_has_what_a_plan_gives_from_its_day_and_not_past_its_undoing(
    source, central, staff_client
) -> None:
    theirs = Membership.objects.filter(system__slug=COVENTRY, organisation__kind="trust").first()
    merger = settled(drafted(source, [COVENTRY], HEREFORD, HEREFORD), central)
    given = Membership.objects.get(organisation=theirs.organisation, date_from=DAY)
    editor, page = staff_client(editor_of(HEREFORD)), "/admin/systems/membership"
    sent = typed(editor, f"{page}/{given.pk}/change/", date_from="2020-04-01")
    assert NOT_YOURS_THEN in sent.content.decode()
    assert editor.post(f"{page}/{given.pk}/delete/", {"post": "yes"}).status_code == 302
    undo(merger, central)
    editor.post(f"{page}/deleted/{Deletion.objects.get().pk}/")
    [left] = Membership.objects.holding_on(DAY).filter(organisation=theirs.organisation)
    assert left == theirs


def test_one_that_is_absorbed_goes_into_a_system_that_there_is(client, at, source, central) -> None:
    both = Membership.objects.filter(system__slug=COVENTRY).first().organisation
    hereford = System.objects.get(slug=HEREFORD)
    Membership.objects.create(
        organisation=both, system=hereford, role="paid", source=source, date_from=TODAY
    )
    told = an_announcement("x-told", source, System.objects.get(slug=COVENTRY))
    settled(drafted(source, [COVENTRY], HEREFORD, HEREFORD), central)
    assert Succession.objects.get(predecessor__slug=COVENTRY).kind == "absorption"
    at(midnight(DAY))
    said = read(client, f"/ics/{HEREFORD}/announcements/")
    assert "x-told" in said
    assert Membership.objects.holding_on(DAY).filter(organisation=both).count() == 1
    assert told.systems.count() == 1


# --- Refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda m: Merger.objects.filter(pk=m.pk).update(date=TODAY), "tomorrow or later"),
        (
            lambda m: Merger.objects.filter(pk=m.pk).update(date=date(2029, 4, 1)),
            "Choose a date up to 21 November 2028",
        ),
        (lambda m: m.placements.first().delete(), "Say where these areas go: "),
        (lambda m: m.placements.update(successor=None), "No areas go to New the-two-counties."),
        (lambda m: m.successors.all().delete(), "Say which ICSs have the areas from then on."),
        (lambda m: m.predecessors.clear(), "Say which ICSs close or give up areas."),
        (
            lambda m: m.predecessors.add(System.objects.get(slug="frimley")),
            "Frimley has no areas on 31 March 2027",
        ),
        (
            lambda m: m.successors.update(slug="devon"),
            "/ics/devon/ is already the address of an ICS.",
        ),
        (lambda m: m.successors.update(ods_code="QJK"), "QJK is already the code of Devon."),
        (lambda m: m.successors.update(ons_code="q j"), "not “q j”"),
        (
            lambda m: m.predecessors.add(
                Successor.objects.create(merger=m, system=System.objects.get(slug="devon")).system
            ),
            "Devon is on both sides.",
        ),
        (
            lambda m: (
                Membership.objects.filter(system__slug=COVENTRY)[:1]
                .get()
                .organisation.memberships.create(
                    system=System.objects.get(slug=COVENTRY),
                    role="listed",
                    date_from=date(2027, 5, 1),
                    source=m.source,
                )
            ),
            "is due to join Coventry and Warwickshire after it has closed.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(source, central, spoil, sentence) -> None:
    merger = drafted(source, [COVENTRY, HEREFORD], NEW)
    spoil(merger)
    merger.refresh_from_db()
    before = facts()
    result = dry_run(merger)
    assert sentence in " ".join(result.problems)
    assert plan(merger, central, result.token).problems == result.problems
    merger.refresh_from_db()
    assert not merger.is_planned
    assert facts() == before


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("_memberships", "Organisations of New the-two-counties on 1 April 2027: 252 expected"),
        ("_areas", "Areas of New the-two-counties on 1 April 2027: 2 expected, 0 found"),
    ],
)
def test_counts_that_do_not_agree_are_told_and_nothing_is_planned(
    source, central, monkeypatch, step, sentence
) -> None:
    """As if a step of writing were wrong."""
    merger = drafted(source, [COVENTRY, HEREFORD], NEW)
    monkeypatch.setattr(f"timeline.mergers.apply.{step}", lambda *args: None)
    result = plan(merger, central, dry_run(merger).token)
    assert sentence in " ".join(result.problems)
    merger.refresh_from_db()
    assert not merger.is_planned


def test_two_plans_for_one_area_are_refused(source, central, merged) -> None:
    again = drafted(source, [HEREFORD], "devon", "devon", day=date(2027, 3, 1))
    problems = " ".join(dry_run(again).problems)
    assert "Something else is planned for Herefordshire and Worcestershire" in problems
    assert "1 April 2027" in problems
    closing = drafted(source, ["devon"], COVENTRY, COVENTRY, day=date(2027, 3, 1))
    assert "or is planned to close after that" in " ".join(dry_run(closing).problems)


def test_what_changed_since_the_preview_is_shown_and_not_planned(source, central) -> None:
    merger = drafted(source, [COVENTRY, HEREFORD], NEW)
    token = dry_run(merger).token
    member = Membership.objects.filter(system__slug=COVENTRY).first()
    member.date_to = date(2027, 2, 1)
    member.save()
    result = plan(merger, central, token)
    assert result.problems == []
    assert result.token != token
    merger.refresh_from_db()
    assert not merger.is_planned
    assert not System.objects.filter(slug=NEW).exists()
    plan(merger, central, result.token)
    with pytest.raises(MergerRefusedError, match="already planned"):
        plan(merger, central, result.token)


def test_nothing_is_undone_that_somebody_wrote_since(source, central, merged) -> None:
    new = System.objects.get(slug=NEW)
    contact = new.contacts.create(kind="phone", value="0", source=source)
    with pytest.raises(MergerRefusedError, match="Phone: 0” was added since"):
        undo(merged, central)
    contact.delete()
    event = Event.objects.get(kind="planned", title="They merge")
    summary = event.summary
    event.summary = "Better said"
    event.save()
    with pytest.raises(MergerRefusedError, match="has changed since"):
        undo(merged, central)
    event.summary = summary
    event.save()
    member = Membership.objects.filter(system__slug=COVENTRY, date_to=DAY).first()
    member.date_to = date(2027, 2, 1)
    member.save()
    with pytest.raises(MergerRefusedError, match="“to” has changed since"):
        undo(merged, central)
    [said] = changed_since(merged)
    assert "“to” has changed since it was planned" in said
    assert System.objects.filter(slug=NEW).exists()
    member.date_to = DAY
    member.save()
    undo(merged, central)


def test_a_plan_that_another_one_builds_upon_is_undone_after_it(source, central, merged) -> None:
    later = settled(drafted(source, [NEW], "x-third", day=date(2027, 9, 1)), central)
    with pytest.raises(MergerRefusedError, match="from 1 September 2027"):
        undo(merged, central)
    undo(later, central)
    undo(merged, central)
    assert not System.objects.filter(slug__in=[NEW, "x-third"]).exists()


def test_a_merger_ends_the_cluster_of_its_boards_and_writes_nothing_for_that(
    client, central, merged
) -> None:
    def clusters(slug: str, day: date) -> list[str]:
        body = client.get(f"/api/v1/systems/{slug}?on={day}").json()
        return [other["slug"] for one in body["clusters"] for other in one["with"]]

    assert [clusters(COVENTRY, day) for day in (DAY_BEFORE, DAY)] == [[HEREFORD], []]
    assert clusters(NEW, DAY) == []
    undo(merged, central)
    assert clusters(COVENTRY, DAY) == [HEREFORD]


def test_what_has_happened_is_not_undone(at, central, merged) -> None:
    at(midnight(DAY))
    with pytest.raises(MergerRefusedError, match="It has applied since 1 April 2027"):
        undo(merged, central)


def test_what_comes_after_the_plan_waits_and_is_not_lost(at, source, central, merged) -> None:
    coventry = System.objects.get(slug=COVENTRY)
    scheme = a_scheme("x-late", coventry, source)
    organisation = Organisation.objects.create(
        code="XXLATE", name="Late", kind="trust", form="trust", source=source
    )
    member = Membership.objects.create(
        organisation=organisation, system=coventry, role="listed", source=source
    )
    late = {item.row for item in undecided(merged)}
    assert late == {scheme, member}
    editor = editor_of(COVENTRY)
    assert NEW in edits(editor, DAY)
    atlas = Atlas.read()
    schemes = schemes_of_system(atlas, atlas.systems[NEW], DAY)
    assert "x-late" in schemes.values_list("slug", flat=True)
    assert resolve_remaining(merged, central) == 3
    assert Membership.objects.get(organisation=organisation, date_from=DAY).system.slug == NEW
    assert resolve_remaining(merged, central) == 0
    undo(merged, central)
    member.refresh_from_db()
    assert member.date_to is None


def test_what_an_editor_saves_while_a_plan_is_written_or_undone_stays(source, central) -> None:
    """Both take seconds, and the rows are read before they are written."""
    scheme = a_scheme("x-all", System.objects.get(slug=SURREY), source)
    merger = drafted(source, [SURREY], halves(SURREY, "x-one", "x-two"))
    choose(merger, "scheme", scheme, "ended")

    def save_meanwhile(instance: Scheme, **sent: object) -> None:
        Scheme.objects.filter(pk=scheme.pk).update(what=said, slug=slugify(said))

    pre_save.connect(save_meanwhile, sender=Scheme)
    try:
        said = "Saved while it was planned"
        settled(merger, central)
        scheme.refresh_from_db()
        assert (scheme.what, scheme.published_until) == (said, midnight(DAY))
        said = "Saved while it was undone"
        undo(merger, central)
    finally:
        pre_save.disconnect(save_meanwhile, sender=Scheme)
    scheme.refresh_from_db()
    assert (scheme.what, scheme.published_until) == (said, None)
    assert not FormerSlug.objects.filter(kind="schemes", now__startswith="x-all").exists()


# --- The pages of the desk ---------------------------------------------------------------------


@pytest.fixture
def desk(staff_client, central: User) -> Client:
    return staff_client(central)


def typed(client: Client, path: str, **changed: Any) -> Any:
    """Send the form of a page, with some of its fields changed."""
    return client.post(path, form_of(client.get(path)) | changed)


def test_the_desk_leads_from_a_date_to_a_plan_and_back(desk, source) -> None:
    start = "/admin/timeline/merger/add/"
    systems = System.objects.filter(slug__in=[COVENTRY, HEREFORD])
    given = {
        "title": "They merge",
        "date": "01/04/2027",
        "predecessors": [system.pk for system in systems],
        "source": source.pk,
        "successors-0-name": "The two",
        "successors-0-slug": NEW,
    }
    response = typed(desk, start, **given | {"date": "21/11/2026"})
    assert "The date must be tomorrow or later" in read_all(response)
    response = typed(desk, start, **given | {"successors-0-slug": "devon"})
    assert "is already the address of an ICS" in read_all(response)
    response = typed(desk, start, **given)
    merger = Merger.objects.get()
    base = f"/admin/timeline/merger/{merger.pk}"
    assert response["Location"] == f"{base}/areas/"
    assert "Say where these areas go" in read_all(desk.get(f"{base}/preview/"))

    response = typed(desk, f"{base}/areas/")  # one successor: the obvious choice is made
    assert response["Location"] == f"{base}/decisions/"
    assert merger.placements.count() == 2
    for kind, onward in (("scheme", "membership"), ("membership", None)):
        page = f"{base}/decisions/?kind={kind}"
        assert typed(desk, page)["Location"].startswith(f"{base}/decisions/?kind={onward or kind}")
    form = desk.get(f"{base}/decisions/?kind=announcement")
    desk.post(f"{base}/decisions/?kind=announcement", {"_all": "yes", "all": "ended"})
    assert merger.decisions.filter(kind="announcement", choice="ended").count() == 5
    stale = desk.post(f"{base}/decisions/?kind=announcement", form_of(form))
    assert "Someone else saved this page" in read_all(stale)

    preview = desk.get(f"{base}/preview/")
    assert "The timeline and the pages of" in read_all(preview)
    response = desk.post(f"{base}/preview/", {"token": "old"})
    assert "Something has changed since you saw this." in read_all(response)
    sent = form_of(response)
    assert desk.post(f"{base}/preview/", sent).status_code == 302
    again = desk.post(f"{base}/preview/", sent, follow=True)
    assert "It is already planned." in read_all(again)
    assert "Planned for 1 April 2027" in read_all(again)
    assert again.content.count(b'<li><a href="/timeline/') == 1  # the plan, not yet what happens
    for page in ("change", "areas", "decisions"):
        for ask in (desk.get, desk.post):  # as from a form that was open meanwhile
            response = ask(f"{base}/{page}/", follow=True)
            assert "Undo it first." in read_all(response)
    assert desk.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [merger.pk], "post": "yes"}
    desk.post("/admin/timeline/merger/", bulk)
    assert Merger.objects.exists()

    System.objects.get(slug=NEW).contacts.create(kind="phone", value="0", source=source)
    assert "something would be lost" in read_all(desk.post(f"{base}/undo/"))
    System.objects.get(slug=NEW).contacts.all().delete()
    assert "Undone: They merge." in read_all(desk.post(f"{base}/undo/", follow=True))
    assert not System.objects.filter(slug=NEW).exists()
    assert "Planned" in read_all(desk.get(f"{base}/history/"))


def test_what_is_listed_under_another_too_is_deleted_by_those_who_may(
    desk, staff_client, source
) -> None:
    coventry, devon = (System.objects.get(slug=slug) for slug in (COVENTRY, "devon"))
    for client in (desk, staff_client(editor_of(COVENTRY))):
        told = an_announcement("x-told", source, coventry)
        told.also_listed.create(system=devon, date_from=DAY)
        client.post(f"/admin/timeline/announcement/{told.pk}/delete/", {"post": "yes"})
        assert not Announcement.objects.filter(pk=told.pk).exists()


def read_all(response: Any) -> str:
    soup = BeautifulSoup(response.content, "html.parser")
    return " ".join(soup.get_text(" ").split())


@pytest.mark.slow
def test_no_input_makes_the_desk_fail(desk, source) -> None:
    merger = drafted(source, [COVENTRY], NEW)
    base = f"/admin/timeline/merger/{merger.pk}"
    for path in ("areas/", "decisions/", "decisions/?kind=x&p=x", "preview/", "undo/"):
        for sent in ({"edition": "\0", "token": "\0"}, {"_all": "1", "all": "moved-99"}):
            assert desk.post(f"{base}/{path}", sent).status_code in {200, 302}, (path, sent)
    assert desk.post(f"{base}/decisions/?kind=%00", {"edition": "x"}).status_code == 400
    for path in ("99999999999999999999/preview/", "x/areas/", "0/undo/"):
        assert desk.get(f"/admin/timeline/merger/{path}").status_code == 404
    [row] = [field for field in form_of(desk.get(f"{base}/areas/")) if field.startswith("area-")]
    response = typed(desk, f"{base}/areas/", **{row: "99"})
    assert "Choose one of the options." in read_all(response)


def test_a_draft_makes_no_source_public(client, source) -> None:
    drafted(source, [COVENTRY], NEW)
    assert "An order of 2027" not in read(client, "/data/")
    assert source.pk not in Source.objects.public().values_list("pk", flat=True)
