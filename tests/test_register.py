"""Every address that was ever published leads somewhere, or says that it does not any more."""

import csv
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from systems.loading.loader import load
from systems.models import Area, FormerSlug, Organisation, Scheme, System
from systems.models.permanent_url import PermanentUrl
from systems.published_urls import extend_register, public_addresses, read_register
from tests.pages import lost, read
from timeline.models import Announcement, Entry

pytestmark = pytest.mark.django_db


def under(slug: str) -> list[str]:
    return [address for address in read_register() if f"/{slug}/" in address]


def test_the_register_has_every_address_that_the_site_has() -> None:
    missing = set(public_addresses()) - set(read_register())
    assert missing == set(), "Run ./dev manage register_addresses, and commit what it writes."


def test_the_register_is_in_order_and_has_each_address_once() -> None:
    register = read_register()
    assert register == sorted(set(register))
    assert len(register) > 9000


def test_no_address_of_the_register_is_lost(client) -> None:
    pages_and_lists = [address for address in read_register() if address.count("/") < 3]
    assert lost(client, [*pages_and_lists, *read_register()[::201]]) == []


def test_the_register_only_grows(tmp_path: Path) -> None:
    register = tmp_path / "addresses.txt"
    register.write_text("/ics/of-long-ago/\n")
    assert "/ics/devon/" in extend_register(register)
    assert "/ics/of-long-ago/" in read_register(register)
    assert extend_register(register) == []


# --- What is renamed or deleted in the files -----------------------------------------------------

OLD, NEW = "devon-mental-health-alliance", "alliance-for-mental-health-devon"


def fixtures_with(folder: Path, former: list[str]) -> Path:
    """The files, in which a scheme has another slug; `former` are rows of former_slugs.csv."""
    shutil.copytree(settings.FIXTURES, folder)
    schemes = folder / "schemes.csv"
    text = schemes.read_text(encoding="utf-8")
    assert f"\n{OLD}," in text
    schemes.write_text(text.replace(f"\n{OLD},", f"\n{NEW},"), encoding="utf-8")
    with (folder / "former_slugs.csv").open("a", encoding="utf-8", newline="") as file:
        file.writelines(f"{row}\n" for row in former)
    return folder


@pytest.mark.parametrize("former", [[], [f"schemes,{OLD},{NEW},"]])
def test_a_slug_that_is_changed_in_the_files_without_a_redirect_is_found(
    client, tmp_path: Path, former: list[str]
) -> None:
    FormerSlug.objects.all().delete()
    load(fixtures_with(tmp_path / "fixtures", former))
    # A database that is filled anew from these files knows of no deletion.
    FormerSlug.objects.exclude(now=NEW).delete()
    address = f"/schemes/{OLD}/"
    assert address in read_register()
    schemes = [address for address in read_register() if address.startswith("/schemes/")]
    assert lost(client, schemes) == ([] if former else [(address, 404)])
    if former:
        assert client.get(address)["Location"] == f"/schemes/{NEW}/"


def test_every_former_slug_of_the_files_leads_to_something_or_says_why_not() -> None:
    with (settings.FIXTURES / "former_slugs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds = PermanentUrl.kinds()
    for row in rows:
        model = kinds[row["kind"]]
        slugs = [slug for slug in row["now"].split("; ") if slug]
        assert model.objects.filter(**{f"{model.SLUG}__in": slugs}).count() == len(slugs), row
        assert len(slugs) == 1 or row["note"], row


# --- What editors rename or delete --------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "slug", "start"),
    [
        (System, "devon", "/ics/"),
        (Area, "stockport", "/areas/"),
        (Scheme, OLD, "/schemes/"),
        (Organisation, "RRU", "/organisations/"),
        (Announcement, "final-thirteen-april-2021", "/timeline/"),
        (Entry, "final-thirteen-april-2021", "/timeline/"),
    ],
)
def test_what_is_renamed_is_still_found_under_its_old_address(client, model, slug, start) -> None:
    thing = model.objects.filter(**{model.SLUG: slug}).first() or model.objects.first()
    slug = thing.page_slug
    addresses = [a for a in read_register() if a.startswith(f"{start}{slug}/")]
    assert addresses
    setattr(thing, model.SLUG, "NEW1")
    thing.save()
    for address in addresses:
        response = client.get(f"{address}?on=2026-03-31")
        assert response.status_code == 301
        expected = address.replace(f"{start}{slug}/", f"{start}NEW1/")
        assert response["Location"] == f"{expected}?on=2026-03-31"
    assert lost(client, addresses) == []


def test_a_rename_past_the_model_would_lose_the_page(client) -> None:
    System.objects.filter(slug="devon").update(slug="dumnonia")
    assert ("/ics/devon/", 404) in lost(client, under("devon"))


def test_one_that_is_renamed_twice_and_back_is_found_under_each_name(client) -> None:
    scheme = Scheme.objects.get(slug=OLD)
    for slug in ("second", "third", OLD, "second"):
        scheme.slug = slug
        scheme.full_clean()
        scheme.save()
    for slug in (OLD, "second", "third"):
        response = client.get(f"/schemes/{slug}/", follow=True)
        assert response.status_code == 200
        assert response.request["PATH_INFO"] == "/schemes/second/"


@pytest.mark.parametrize(
    "how", [Scheme.delete, lambda one: Scheme.objects.filter(pk=one.pk).delete()]
)
def test_what_is_deleted_says_so_in_a_sentence(client, how) -> None:
    how(Scheme.objects.get(slug=OLD))
    soup = read(client, f"/schemes/{OLD}/", 410)
    assert "was removed from the site on" in soup.h1.get_text()
    assert soup.find("form", {"action": "/find/"})


def test_an_announcement_that_is_deleted_says_so_too(client) -> None:
    entry = Announcement.objects.first()
    entry.delete()
    assert client.get(f"/timeline/{entry.slug}/").status_code == 410


def test_what_was_split_lets_the_reader_choose_and_leads_nowhere_by_itself(client) -> None:
    note = "The two boroughs went different ways."
    FormerSlug.objects.create(kind="areas", slug="both", now="stockport; devon", note=note)
    soup = read(client, "/areas/both/", 410)
    assert note in soup.main.get_text()
    assert {link["href"] for link in soup.main.select_one(".list").select("a")} == {
        "/areas/stockport/",
        "/areas/devon/",
    }


def test_the_api_and_codes_follow_too(client) -> None:
    trust = Organisation.objects.get(code="RRU")
    trust.code = "RRX9"
    trust.save()
    assert client.get("/code/RRU/")["Location"] == "/code/RRX9/"
    devon = System.objects.get(slug="devon")
    devon.slug = "dumnonia"
    devon.save()
    response = client.get("/api/v1/systems/devon/members?limit=1")
    assert response["Location"] == "/api/v1/systems/dumnonia/members?limit=1"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_nothing_new_may_take_an_address_that_leads_elsewhere() -> None:
    scheme = Scheme.objects.get(slug=OLD)
    scheme.slug = "renamed"
    scheme.save()
    other = Scheme.objects.exclude(pk=scheme.pk).first()
    other.slug = OLD
    with pytest.raises(ValidationError, match="address belonged to something else"):
        other.full_clean()


def test_an_address_that_never_was_is_not_found(client) -> None:
    for path in ("/ics/nothing/", "/schemes/nothing/", "/timeline/nothing/", "/code/XX99/"):
        assert client.get(path).status_code == 404
    for path in ("/ics/%00/", "/nothing/at/all/", "/areas/é/", "/api/v1/systems/nothing"):
        assert client.get(path).status_code == 404
