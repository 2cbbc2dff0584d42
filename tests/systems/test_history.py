"""Who changed what when; two at one form; and what was deleted."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone
from reversion.models import Version

from systems.loading.loader import load
from systems.models import Deletion, FormerSlug, LoadedRow, Scheme
from tests.editing import address, change, form_of, restore, text_of, values
from timeline.models import Announcement, Statement

pytestmark = pytest.mark.django_db


ANNOUNCEMENT, SCHEME = "timeline.announcement", "systems.scheme"


# --- History ---------------------------------------------------------------------------------


def test_the_history_says_who_changed_what_field_by_field(world) -> None:
    row = world.rows[ANNOUNCEMENT]["own"]
    change(world.clients["system"], ANNOUNCEMENT, row, summary="A first text")
    change(world.clients["central"], ANNOUNCEMENT, row, summary="A second", date="05/11/2026")
    page = text_of(world.clients["system"].get(address(ANNOUNCEMENT, "history", row)))
    assert "central: Changed" in page
    assert "system: Changed" in page
    assert "summary A first text A second" in page
    assert "date 01/11/2026 05/11/2026" in page
    assert "Original version" in page


def test_the_history_tells_of_statements_too(world) -> None:
    row = world.rows[ANNOUNCEMENT]["own"]
    change(world.clients["system"], ANNOUNCEMENT, row, **{"statements-0-text": "Said otherwise"})
    page = text_of(world.clients["system"].get(address(ANNOUNCEMENT, "history", row)))
    assert "statement: text Said Said otherwise" in page


@pytest.mark.parametrize("label", [ANNOUNCEMENT, SCHEME, "systems.membership"])
def test_any_version_is_restored(world, label) -> None:
    row, editor = world.rows[label]["own"], world.clients["system"]
    field, first, second = {
        ANNOUNCEMENT: ("summary", "One", "Two"),
        SCHEME: ("what", "One", "Two"),
        "systems.membership": ("date_to", "01/01/2030", "01/01/2031"),
    }[label]
    begun = values(row)
    change(editor, label, row, **{field: first})
    middle = values(row)
    change(editor, label, row, **{field: second})
    versions = list(Version.objects.get_for_object(row).order_by("pk"))
    assert len(versions) == 3
    restore(editor, label, row, versions[1])
    assert values(row) == middle
    restore(editor, label, row, versions[0])
    assert values(row) == begun
    assert Version.objects.get_for_object(row).count() == 5  # what is restored is a version too


def test_the_address_that_a_version_undoes_leads_to_the_one_restored(world, client) -> None:
    row = world.rows[SCHEME]["own"]
    change(world.clients["central"], SCHEME, row, slug="x-moved")
    restore(world.clients["central"], SCHEME, row, Version.objects.get_for_object(row).last())
    assert client.get("/schemes/x-moved/")["Location"] == "/schemes/x-own/"
    assert client.get("/schemes/x-own/").status_code == 200


def test_a_statement_that_was_taken_out_comes_back_with_its_version(world) -> None:
    row, editor = world.rows[ANNOUNCEMENT]["own"], world.clients["system"]
    change(editor, ANNOUNCEMENT, row, **{"statements-0-DELETE": "on"})
    assert not row.statements.exists()
    first = Version.objects.get_for_object(row).last()
    restore(editor, ANNOUNCEMENT, row, first)
    assert [statement.text for statement in row.statements.all()] == ["Said"]


def test_nobody_restores_what_would_be_somebody_elses(world) -> None:
    row = world.rows[SCHEME]["own"]
    superuser, editor = world.clients["superuser"], world.clients["system"]
    change(superuser, SCHEME, row, system=world.other.pk, areas=[])
    theirs = Version.objects.get_for_object(row).first()
    change(superuser, SCHEME, row, system=world.own.pk)
    before = values(row)
    assert restore(editor, SCHEME, row, theirs).status_code == 302
    assert values(row) == before | {"areas": []}  # to whose it is the editor's form has no say
    for whose in ("other", "shared", "nobody's"):
        other = world.rows[SCHEME][whose]
        change(superuser, SCHEME, other, what="Changed")
        version = Version.objects.get_for_object(other).last()
        assert restore(editor, SCHEME, other, version).status_code in {403, 404}
        assert restore(world.clients["none"], SCHEME, other, version).status_code in {403, 404}
        other.refresh_from_db()
        assert other.what == "Changed"


def test_a_version_of_another_row_restores_nothing(world) -> None:
    mine, theirs = world.rows[SCHEME]["own"], world.rows[SCHEME]["other"]
    change(world.clients["superuser"], SCHEME, theirs, what="Changed")
    version = Version.objects.get_for_object(theirs).last()
    assert restore(world.clients["system"], SCHEME, mine, version).status_code == 404


def test_a_version_replaces_nothing_that_came_after_the_page_was_opened(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    change(editor, SCHEME, row, what="One")
    history = editor.get(address(SCHEME, "history", row))
    link = BeautifulSoup(history.content, "html.parser").find("a", string=re.compile("^Restore"))
    page = editor.get(link["href"])
    form = BeautifulSoup(page.content, "html.parser").select_one("#content-main form")
    sent = {field["name"]: field["value"] for field in form.select("[name]")}
    change(world.clients["central"], SCHEME, row, what="Two")
    answer = editor.post(link["href"], sent, follow=True)
    assert "Nothing was restored: it has changed since" in text_of(answer)
    row.refresh_from_db()
    assert row.what == "Two"


def test_a_double_click_restores_once_and_says_nothing_of_it(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    change(editor, SCHEME, row, what="One")
    latest, first = Version.objects.get_for_object(row)
    page = f"{address(SCHEME, 'history', row)}{first.pk}/"
    editor.post(page, {"latest": latest.pk})
    answer = editor.post(page, {"latest": latest.pk}, follow=True)
    assert text_of(answer).count("Restored: x-own") == 1
    assert "Nothing was restored" not in text_of(answer)
    assert Version.objects.get_for_object(row).count() == 3


def test_parts_of_a_minute_are_no_change(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    now = timezone.now().replace(second=30, microsecond=500)
    Scheme.objects.filter(pk=row.pk).update(published_from=now)
    change(editor, SCHEME, row, what="One")
    page = text_of(editor.get(address(SCHEME, "history", row)))
    assert "what It One" in page
    assert "published from" not in page


def test_a_reader_may_not_change_by_reading(world) -> None:
    row = world.rows[SCHEME]["own"]
    change(world.clients["system"], SCHEME, row, what="Changed")
    version = Version.objects.get_for_object(row).last()
    page = f"{address(SCHEME, 'history', row)}{version.pk}/"
    before, kept = values(row), Version.objects.count()
    assert "Nothing is restored yet." in text_of(world.clients["system"].get(page))
    assert (values(row), Version.objects.count()) == (before, kept)


# --- Two at one form -------------------------------------------------------------------------


def test_the_second_to_save_is_refused_sees_both_texts_and_loses_nothing(world) -> None:
    row = world.rows[ANNOUNCEMENT]["own"]
    page = address(ANNOUNCEMENT, "change", row)
    hers = form_of(world.clients["system"].get(page)) | {"summary": "Her text"}
    change(world.clients["central"], ANNOUNCEMENT, row, summary="His text")
    response = world.clients["system"].post(page, hers)
    row.refresh_from_db()
    assert row.summary == "His text"
    text = text_of(response)
    assert "Now: His text" in text
    assert "Yours: Her text" in text
    again = form_of(response)
    assert again["summary"] == "Her text"
    world.clients["system"].post(page, again)
    row.refresh_from_db()
    assert row.summary == "Her text"
    kept = [version.field_dict["summary"] for version in Version.objects.get_for_object(row)]
    assert "His text" in kept


def test_a_form_without_its_edition_replaces_nothing(world) -> None:
    row = world.rows[SCHEME]["own"]
    page = address(SCHEME, "change", row)
    data = form_of(world.clients["system"].get(page)) | {"what": "Other", "edition": ""}
    assert "Now: " in text_of(world.clients["system"].post(page, data))
    assert Scheme.objects.get(pk=row.pk).what == "It"


def test_two_who_change_one_statement_are_told(world) -> None:
    row = world.rows[ANNOUNCEMENT]["own"]
    page = address(ANNOUNCEMENT, "change", row)
    hers = form_of(world.clients["system"].get(page)) | {"statements-0-text": "Hers"}
    change(world.clients["central"], ANNOUNCEMENT, row, **{"statements-0-text": "His"})
    response = world.clients["system"].post(page, hers)
    assert row.statements.get().text == "His"
    assert "Yours: Hers" in text_of(response)


def test_publishing_twice_with_one_form_publishes_once(world) -> None:
    row = world.rows[SCHEME]["own"]
    Scheme.objects.filter(pk=row.pk).update(published_from=None)
    page = address(SCHEME, "change", row)
    data = form_of(world.clients["system"].get(page)) | {"what": "Mine", "_publish": "yes"}
    assert world.clients["system"].post(page, data).status_code == 302
    once = values(row)
    assert once["published_from"]
    assert world.clients["system"].post(page, data).status_code == 302
    assert values(row) == once
    later = world.clients["system"].post(page, data | {"what": "Other"})
    assert "Now: Mine" in text_of(later)


def test_the_same_text_saved_twice_is_no_clash(world) -> None:
    row = world.rows[SCHEME]["own"]
    page = address(SCHEME, "change", row)
    data = form_of(world.clients["system"].get(page)) | {"what": "The same"}
    assert world.clients["system"].post(page, data).status_code == 302
    assert world.clients["system"].post(page, data).status_code == 302


# --- Deleting --------------------------------------------------------------------------------


@pytest.mark.parametrize("label", [ANNOUNCEMENT, SCHEME])
def test_what_is_deleted_is_gone_for_readers_and_can_be_taken_back(world, client, label) -> None:
    row, editor = world.rows[label]["own"], world.clients["system"]
    before, page = values(row), row.get_absolute_url()
    assert client.get(page).status_code == 200
    editor.post(address(label, "delete", row), {"post": "yes"})
    answer = client.get(page)
    assert answer.status_code == 410
    assert answer["Cache-Control"] == "no-store"  # or a browser would never ask again
    assert text_of(answer).count("The editors of this site deleted it.") == 1
    assert FormerSlug.objects.filter(slug=row.slug).count() == 1
    assert row.slug in text_of(editor.get(address(label, "deleted")))
    deletion = Deletion.objects.get()
    editor.post(f"{address(label, 'deleted')}{deletion.pk}/")
    assert values(row) == before
    assert client.get(page).status_code == 200
    if label == ANNOUNCEMENT:
        assert row.statements.get().text == "Said"


def test_the_api_says_the_same_of_what_was_deleted_and_taken_back(world, client) -> None:
    label = "systems.organisation"
    row, editor = world.rows[label]["nobody's"], world.clients["superuser"]
    page, path = row.get_absolute_url(), f"/api/v1/organisations/{row.code}"
    assert client.get(path).status_code == 200
    editor.post(address(label, "delete", row), {"post": "yes"})
    assert {client.get(one).status_code for one in (path, page)} == {410}
    error = client.get(path).json()["error"]
    assert error["message"].endswith("The editors of this site deleted it.")
    assert error["message"] in text_of(client.get(page))
    editor.post(f"{address(label, 'deleted')}{Deletion.objects.get().pk}/")
    assert {client.get(one).status_code for one in (path, page)} == {200}


@pytest.mark.parametrize(("label", "kind"), [(ANNOUNCEMENT, "timeline"), (SCHEME, "schemes")])
def test_lists_of_the_api_leave_out_what_was_deleted(world, client, label, kind) -> None:
    row, editor = world.rows[label]["own"], world.clients["system"]

    def is_listed() -> bool:
        response = client.get(f"/api/v1/{kind}?system=devon&limit=200")
        return row.slug in {one["slug"] for one in response.json()["results"]}

    assert is_listed()
    editor.post(address(label, "delete", row), {"post": "yes"})
    assert not is_listed()
    editor.post(f"{address(label, 'deleted')}{Deletion.objects.get().pk}/")
    assert is_listed()


def test_what_is_taken_back_and_made_a_draft_leaves_no_trace_for_readers(world, client) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    editor.post(f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/")
    assert not FormerSlug.objects.filter(slug=row.slug).exists()
    Scheme.objects.filter(pk=row.pk).update(published_from=None)
    assert client.get(row.get_absolute_url()).status_code == 404


def test_a_draft_that_is_taken_back_does_not_seize_the_address_that_another_had_since(
    world, client
) -> None:
    mine, theirs = (world.rows[SCHEME][whose] for whose in ("own", "other"))
    Scheme.objects.filter(pk=mine.pk).update(published_from=None, slug="x-ward")
    Version.objects.get_for_object(mine).delete()  # nobody ever read it
    world.clients["system"].post(address(SCHEME, "delete", mine), {"post": "yes"})
    undelete = f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/"
    Scheme.objects.filter(pk=theirs.pk).update(slug="x-ward")
    world.clients["central"].post(address(SCHEME, "delete", theirs), {"post": "yes"})
    assert client.get("/schemes/x-ward/").status_code == 410
    refused = world.clients["system"].post(undelete, follow=True)
    assert "Choose another" in text_of(refused)
    assert not Scheme.objects.filter(slug="x-ward").exists()
    assert client.get("/schemes/x-ward/").status_code == 410


@pytest.mark.parametrize("now", ["", "elsewhere; nowhere"])
def test_what_a_plan_says_of_an_address_holds_from_its_day_on(world, client, now) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    plan = FormerSlug.objects.create(kind="schemes", slug=row.slug, now=now, note="It ended.")
    FormerSlug.objects.filter(pk=plan.pk).update(at=timezone.now() + timedelta(days=100))
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    assert "It ended" not in text_of(client.get(row.get_absolute_url()))
    editor.post(f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/")
    assert client.get(row.get_absolute_url()).status_code == 200
    assert list(FormerSlug.objects.filter(slug=row.slug)) == [plan]


def test_a_draft_that_is_renamed_is_not_led_to_until_it_is_public(world, client) -> None:
    row = world.rows[SCHEME]["own"]
    page = row.get_absolute_url()
    row.published_from, row.slug = None, "x-renamed"
    row.save()
    assert client.get(page).status_code == 404
    row.published_from = timezone.now()
    row.save()
    assert client.get(page)["Location"] == row.get_absolute_url()


def test_a_draft_that_is_renamed_leaves_nothing_at_an_address_that_nobody_read(
    world, client
) -> None:
    mine, theirs = (world.rows[SCHEME][whose] for whose in ("own", "other"))
    Scheme.objects.filter(pk=mine.pk).update(published_from=None)
    for slug in ("x-wanted", "x-secret"):
        change(world.clients["system"], SCHEME, mine, slug=slug)
    assert client.get("/schemes/x-wanted/").status_code == 404
    change(world.clients["central"], SCHEME, theirs, slug="x-wanted")
    assert client.get("/schemes/x-wanted/").status_code == 200
    assert [former.slug for former in FormerSlug.objects.filter(slug__startswith="x-")] == [
        "x-other"
    ]


@pytest.mark.parametrize("label", [ANNOUNCEMENT, SCHEME])
def test_what_was_public_before_it_was_a_draft_is_found_when_it_is_again(
    world, client, label
) -> None:
    """And meanwhile no address says under which names it is being written."""
    row, editor = world.rows[label]["own"], world.clients["system"]
    page = row.get_absolute_url()
    change(editor, label, row, published_from_0="", published_from_1="")
    for slug in ("x-secret", "x-final"):
        change(editor, label, row, slug=slug)
        for address_ in (page, page.replace("x-own", "x-secret")):
            assert client.get(address_).status_code == 404, slug
    change(editor, label, row, _publish="yes")
    answer = client.get(page)
    assert (answer.status_code, answer["Location"]) == (301, page.replace("x-own", "x-final"))


def test_a_draft_that_was_public_once_says_that_it_is_gone_when_it_is_deleted(
    world, client
) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    change(editor, SCHEME, row, published_from_0="", published_from_1="")
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    assert client.get(row.get_absolute_url()).status_code == 410


def test_what_is_deleted_in_bulk_can_be_taken_back(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    editor.post(address(SCHEME, "changelist"), sent)
    assert values(row) is None
    editor.post(f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/")
    assert values(row) is not None


def test_what_was_taken_back_is_not_taken_back_again(world) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    page = f"{address(SCHEME, 'deleted')}{Deletion.objects.get().pk}/"
    editor.post(page)
    change(editor, SCHEME, row, what="Written since")
    assert "someone may have already restored it" in text_of(editor.post(page, follow=True))
    assert values(row)["what"] == "Written since"


def test_the_bin_holds_ones_own_only(world) -> None:
    superuser, editor = world.clients["superuser"], world.clients["system"]
    for whose in ("own", "other", "shared", "nobody's"):
        row = world.rows[ANNOUNCEMENT][whose]
        superuser.post(address(ANNOUNCEMENT, "delete", row), {"post": "yes"})
    text = text_of(editor.get(address(ANNOUNCEMENT, "deleted")))
    assert "x-own" in text
    assert not {"x-other", "x-shared", "x-nobody"} & set(text.split())
    for deletion in Deletion.objects.exclude(name__contains="x-own"):
        page = f"{address(ANNOUNCEMENT, 'deleted')}{deletion.pk}/"
        assert "cannot be restored: someone may have already restored it" in text_of(
            editor.post(page, follow=True)
        )
        assert world.clients["none"].post(page).status_code == 403
    assert Announcement.objects.filter(slug__startswith="x-").count() == 1  # "about"


def test_a_draft_that_was_deleted_leaves_no_trace_for_readers(world, client) -> None:
    row = world.rows[SCHEME]["own"]
    row.published_from = None
    row.save()
    world.clients["system"].post(address(SCHEME, "delete", row), {"post": "yes"})
    assert client.get(row.get_absolute_url()).status_code == 404


def test_after_thirty_days_the_text_is_forgotten_and_the_page_is_still_gone(world, client) -> None:
    row, editor = world.rows[SCHEME]["own"], world.clients["system"]
    editor.post(address(SCHEME, "delete", row), {"post": "yes"})
    assert row.slug in text_of(editor.get(address(SCHEME, "deleted")))  # and what was just done
    Deletion.objects.update(deleted_at=timezone.now() - timedelta(days=30, minutes=1))
    assert row.slug not in text_of(editor.get(address(SCHEME, "deleted")))
    other = world.rows[ANNOUNCEMENT]["own"]
    editor.post(address(ANNOUNCEMENT, "delete", other), {"post": "yes"})
    assert not Version.objects.filter(object_id=str(row.pk), serialized_data__contains=row.slug)
    assert client.get(row.get_absolute_url()).status_code == 410


def test_a_report_is_not_kept_beyond_its_day(world) -> None:
    """Readers were promised when their reports are deleted, so no version of one is kept."""
    row = world.rows["systems.report"]["own"]
    change(world.clients["system"], "systems.report", row, settled_at_0="20/11/2026")
    world.clients["superuser"].post(address("systems.report", "delete", row), {"post": "yes"})
    assert not Version.objects.filter(serialized_data__contains="Wrong").exists()
    assert not Deletion.objects.exists()


# --- Loading ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_loading_keeps_no_versions_and_takes_back_nothing(world, settings) -> None:
    assert LoadedRow.objects.filter(fixture="announcements").exists()
    key = LoadedRow.objects.filter(fixture="schemes").first()
    row = Scheme.objects.get(pk=key.object_id)
    world.clients["superuser"].post(address(SCHEME, "delete", row), {"post": "yes"})
    versions = Version.objects.count()
    reports = load(settings.FIXTURES)
    assert any("deleted here" in line for line in reports["schemes"].kept)
    assert Version.objects.count() == versions
    deletion = Deletion.objects.get()
    world.clients["superuser"].post(f"{address(SCHEME, 'deleted')}{deletion.pk}/")
    assert load(settings.FIXTURES)["schemes"].kept == []


def test_a_second_statement_comes_after_the_first(world) -> None:
    row = world.rows[ANNOUNCEMENT]["own"]
    Statement.objects.create(
        entry=row, organisation="B", stance="stated", text="Second", source=world.source
    )
    assert [one.position for one in row.statements.all()] == [0, 1]
