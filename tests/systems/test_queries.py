"""How many queries a page takes does not depend on how much there is to show."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from systems.models import (
    Area,
    AreaAlias,
    AreaCode,
    AreaPeriod,
    Audience,
    Contact,
    CouncilArea,
    Dataset,
    Membership,
    Organisation,
    OrganisationAlias,
    OrganisationSuccession,
    Scheme,
    Source,
    Succession,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
    Topic,
    Way,
)
from timeline.models import Event

pytestmark = pytest.mark.django_db

MORE = 51  # odd, so that Devon's area is in Devon after the first and after the last
# The most that a page may take, with the query for the revision where it has a lookup.
MOST = {
    "/": 3,
    "/ics/": 3,
    "/ics/?on=2026-03-31": 3,
    "/ics/?name=e&region=london&sort=-residents": 3,
    "/ics/devon/": 23,
    "/ics/frimley/": 15,
    "/ics/frimley/?on=2026-03-31": 23,
    "/ics/devon/members/": 10,
    "/ics/devon/members/?kind=practice&words=e&page=2": 11,
    "/ics/devon/members/?on=2026-03-31": 10,
    "/ics/devon/members.csv": 5,
    "/ics/devon/members.json": 5,
    "/ics/devon/schemes/": 9,
    "/ics/devon/poster/": 2,
    "/ics/frimley/poster/": 2,
    "/ics/devon/card/": 6,
    "/ics/frimley/card/": 3,
    "/organisations/": 6,
    "/organisations/?kind=practice&system=devon&area=devon&words=s": 9,
    "/organisations/RRU/": 10,  # a trust
    "/organisations/E10000008/": 8,  # a county
    "/organisations/U00070/": 10,  # a network
    "/organisations/H81047/": 11,  # a practice
    "/organisations/R1C/": 10,  # a closed trust
    "/schemes/": 15,
    "/schemes/?topic=part-0&way=part-0&system=devon&area=devon&words=e": 21,
    "/schemes/devon-mental-health-alliance/": 6,
    "/areas/": 5,
    "/areas/?on=2026-03-31": 5,
    "/areas/devon/": 27,
    "/areas/devon/?on=2024-01-01": 27,
    "/compare/": 10,
    "/compare/?system=devon&system=dorset&sort=-residents": 10,
    "/compare/?on=2026-03-31": 10,
    "/compare/?on=2020-01-01": 11,
    "/compare.csv": 7,
    "/map/": 1,
    "/match/": 1,
    "/map/?on=2026-03-31": 1,
    "/code/01Y/": 1,
    "/code/QRV/": 1,
    "/data/": 3,
    "/developers/": 0,
    "/api/v1/systems": 7,
    "/api/v1/systems?on=2026-03-31&name=e&sort=-residents": 7,
    "/api/v1/systems/devon": 10,
    "/api/v1/systems/frimley": 10,
    "/api/v1/systems/devon/members?limit=1000": 8,
    "/api/v1/systems/devon/members?limit=1000&kind=practice&words=e": 8,
    "/api/v1/systems/devon/areas": 10,
    "/api/v1/systems/devon/schemes": 10,
    "/api/v1/systems/devon/announcements": 7,
    "/api/v1/areas?limit=1000": 8,
    "/api/v1/areas/devon": 14,
    "/api/v1/organisations/RRU": 16,
    "/api/v1/organisations/E10000008": 12,
    "/api/v1/schemes?limit=1000": 8,
    "/api/v1/schemes?limit=1000&system=devon&area=devon&topic=part-0": 12,
    "/api/v1/timeline?limit=1000&on=2027-06-01": 7,
    "/api/v1/timeline?limit=1000&words=e&system=devon": 10,
    "/api/v1/count": 4,
    "/api/v1/datasets": 2,
    "/api/v1/openapi.json": 20,
    "/data/systems.csv": 6,
    "/data/areas.json": 7,
    "/data/successions.csv": 4,
    "/data/members.csv": 8,
    "/data/schemes.csv": 9,
    "/data/timeline.csv?on=2027-06-01": 5,
    "/data/datapackage.json": 1,
    "/about/": 0,
    "/help/": 3,
    "/privacy/": 0,
    "/find/": 0,
    "/nothing/": 1,
    "/ics/nothing/": 3,
    "/oembed/?url=http%3A%2F%2Ftestserver%2Fics%2Fdevon%2F": 2,
    "/robots.txt": 0,
    "/sitemap.xml": 14,
    "/sitemap-systems.xml": 2,
    "/sitemap-areas.xml": 2,
    "/sitemap-organisations.xml": 1,
    "/healthz": 0,
    "/readyz": 1,
}
# Those whose page must have grown, or the test would prove nothing.
LISTS = [
    *["/", "/ics/", "/ics/devon/", "/ics/frimley/", "/areas/", "/areas/devon/", "/data/"],
    *["/ics/devon/members/", "/ics/devon/members.csv", "/ics/devon/members.json"],
    *["/compare/", "/compare.csv"],
    *["/sitemap-systems.xml", "/sitemap-areas.xml"],
    *["/ics/devon/schemes/", "/organisations/RRU/", "/organisations/E10000008/"],
    *["/organisations/U00070/", "/organisations/H81047/", "/organisations/R1C/"],
    *["/api/v1/systems/devon", "/api/v1/systems/devon/members?limit=1000", "/api/v1/datasets"],
    *["/api/v1/systems/devon/areas", "/api/v1/systems/devon/schemes", "/api/v1/areas?limit=1000"],
    *["/api/v1/areas/devon", "/api/v1/organisations/RRU", "/api/v1/schemes?limit=1000"],
    *["/data/systems.csv", "/data/areas.json", "/data/members.csv", "/data/schemes.csv"],
]
TYPED = ["SW1A 1AA", "SW", "SWIA 1AA", "SW1A 1AA or EC1A 1BB", "SK1 1AA", "Frimley", "01Y", "zzz"]


def queries(client, path: str, **sent) -> int:
    """The queries of a page when the lookup's data has been read already."""
    client.post("/find/", {"q": "SW1A 1AA"})
    with CaptureQueriesContext(connection) as captured:
        response = client.post(path, **sent) if sent else client.get(path)
    assert response.status_code in {200, 302, 303, 404}
    return len(captured)


def grow(numbers: Iterable[int] = range(MORE)) -> None:
    """Add to everything that a page may show, most of it to Devon and Frimley."""
    devon, frimley = System.objects.get(slug="devon"), System.objects.get(slug="frimley")
    here = Area.objects.get(slug="devon")
    old = Source.objects.first()
    for n in numbers:
        source = Source.objects.create(key=f"extra-{n}", publisher="Extra", title=f"Extra {n}")
        system = System.objects.create(slug=f"extra-{n}", region="london")
        for year in (2016, 2022):
            name = f"The Extra {n} of {year}"
            SystemName.objects.create(
                system=system, name=name, date_from=date(year, 1, 1), source=source
            )
        code = {"system": system, "scheme": "ods", "code": f"XX{n:03}", "source": source}
        SystemCode.objects.create(date_from=date(2016, 1, 1), **code)
        Contact.objects.create(system=system, kind="phone", value="1", source=source)
        for owner in (devon, frimley):
            SystemAlias.objects.create(system=owner, name=f"Extra {n}", source=source)
        Succession.objects.create(
            predecessor=frimley, successor=system, date=date(2026, 4, 1), kind="split", source=old
        )
        for owner in (devon, frimley):
            area = Area.objects.create(
                code=f"{owner.slug[0].upper()}{n:04}",
                slug=f"{owner.slug}-{n}",
                name=f"{owner.slug} {n}",
                residents=1000,
                live_postcodes=1,
                districts="Extra",
                source=source,
            )
            for day, holder in ((2018, system), (2021, owner), (2027, system)):
                if owner == frimley and day == 2027:
                    continue
                AreaPeriod.objects.create(
                    area=area,
                    date_from=date(day, 1, 1),
                    system=holder,
                    certainty="exact",
                    note=f"Note {n}",
                    source=source,
                )
            if owner == frimley:
                AreaPeriod.objects.create(
                    area=area,
                    date_from=date(2026, 4, 1),
                    system=system,
                    certainty="exact",
                    source=source,
                )
        AreaPeriod.objects.create(
            area=here,
            date_from=date(2022, 1, 1) + timedelta(days=n),
            system=system if n % 2 else devon,
            certainty="exact",
            note=f"Note {n}",
            source=source,
        )
        AreaAlias.objects.create(area=here, name=f"Extra {n}", source=source)
        for area in (here, *Area.objects.filter(slug__in=["tameside", "glossop"])):
            AreaCode.objects.create(
                area=area,
                scheme="ods",
                code=f"Y{n:03}{area.pk}",
                body="sub-icb",
                date_from=date(2024, 1, 1) + timedelta(days=n),
                source=source,
            )
        plan = Event.objects.create(
            slug=f"extra-{n}",
            date=date(2028, 1, 1),
            precision="planned",
            kind="planned",
            unit="ics",
            title=f"Extra {n}",
            source=source,
        )
        plan.systems.add(devon)
        dataset = Dataset(kind=f"extra-{n}", name=f"Extra {n}", publisher="Extra", vintage="2026")
        dataset.in_use, dataset.rows, dataset.loaded_at = True, 1, timezone.now()
        dataset.save()
        grow_organisations(n, system, source)
        grow_schemes(n, source)


def grow_organisations(n: int, system: System, source: Source) -> None:
    """One more of each kind in Devon, and one more of all that an organisation's page lists."""
    devon, here = System.objects.get(slug="devon"), Area.objects.get(slug="devon")
    given = {"name": f"Extra {n}", "form": "extra", "place": "Exeter", "source": source}
    county, network = (Organisation.objects.get(code=code) for code in ("E10000008", "U00070"))
    trust = Organisation.objects.create(code=f"XT{n:03}", kind="trust", area=here, **given)
    practice = Organisation.objects.create(
        code=f"XP{n:03}", kind="practice", area=here, part_of=network, **given
    )
    council = Organisation.objects.create(code=f"XC{n:03}", kind="council", part_of=county, **given)
    CouncilArea.objects.create(council=council, area=here, residents=10)
    extra = Area.objects.get(slug=f"devon-{n}")
    CouncilArea.objects.create(council=council, area=extra, residents=10)
    CouncilArea.objects.create(council=county, area=extra, residents=10)
    for owner, where in [(trust, devon), (practice, devon)]:
        Membership.objects.create(organisation=owner, system=where, role="listed", source=source)
    for code in ("RRU", "U00070", "H81047", "R1C"):
        owner = Organisation.objects.get(code=code)
        Membership.objects.create(organisation=owner, system=system, role="listed", source=source)
        OrganisationAlias.objects.create(organisation=owner, name=f"Extra {n}", source=source)
        OrganisationSuccession.objects.create(predecessor=owner, successor=trust, source=source)
        OrganisationSuccession.objects.create(predecessor=trust, successor=owner, source=source)


def grow_schemes(n: int, source: Source) -> None:
    """A scheme for Devon's area and one for all of Devon, each with labels of its own."""
    areas = Area.objects.filter(slug__in=["devon", f"devon-{n}"])
    for part in ("part", "whole"):
        given = {"slug": f"{part}-{n}", "name": f"Extra {n}"}
        scheme = Scheme.objects.create(
            **given,
            place="Exeter",
            what="Extra " * 20,
            check_by=date(2025 + n % 3, 1, 1),
            system=System.objects.get(slug="devon"),
            known_as_of="2020",
            source=source,
        )
        for model, field in ((Topic, "topics"), (Audience, "audiences"), (Way, "ways")):
            getattr(scheme, field).add(model.objects.create(**given), model.objects.first())
        if part == "part":
            scheme.areas.set(areas)


@pytest.mark.slow
def test_a_page_takes_as_many_queries_for_much_as_for_little(client) -> None:
    grow(range(1))  # what is empty takes fewer
    few = {path: queries(client, path) for path in MOST}
    sizes = {path: len(client.get(path).content) for path in LISTS}
    grow(range(1, MORE))
    many = {path: queries(client, path) for path in MOST}
    assert many == few
    assert {path: number for path, number in few.items() if number > MOST[path]} == {}
    for path in LISTS:
        assert len(client.get(path).content) > sizes[path] + 20 * MORE, path


@pytest.mark.slow
def test_a_search_takes_one_query_however_much_there_is(client) -> None:
    assert [queries(client, "/find/", data={"q": q}) for q in TYPED] == [1] * len(TYPED)
    grow()
    assert [queries(client, "/find/", data={"q": q}) for q in TYPED] == [1] * len(TYPED)


def test_a_thousand_lookups_take_as_many_queries_as_one(client) -> None:
    sent = [{"q": "SW1A 1AA"}, {"queries": ["SW1A 1AA", "Frimley", "SW"] * 333}]
    taken = [
        queries(client, "/api/v1/lookup", data=body, content_type="application/json")
        for body in sent
    ]
    assert taken == [1, 1]


@pytest.mark.slow
def test_reading_everything_again_takes_as_many_queries_for_much_as_for_little(client) -> None:
    def reading() -> int:
        System.objects.first().save()  # so that the revision is a new one
        with CaptureQueriesContext(connection) as captured:
            client.post("/find/", {"q": "SW1A 1AA"})
        return len(captured)

    few = reading()
    grow()
    assert few == reading() <= 14  # the revision, the datasets, eight of the atlas, four more
