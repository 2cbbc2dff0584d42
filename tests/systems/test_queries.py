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
    Cluster,
    Contact,
    CouncilArea,
    Dataset,
    Leader,
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
from tests.queries import MAX_QUERIES
from timeline.models import Event

pytestmark = pytest.mark.django_db

MORE = 15  # odd, so that Devon's area is in Devon after the first and after the last
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
    *["/data/clusters.csv", "/schemes/feed.atom", "/areas/devon/feed.atom"],
]
TYPED = [
    "SW1A 1AA",
    "SW",
    "SWIA 1AA",
    "SW1A 1AA or EC1A 1BB",
    "SK1 1AA",
    "Frimley",
    "E38000182",
    "zzz",
]


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
            Leader.objects.create(
                system=owner, role="chair", name="Extra", date_from=f"{2000 + n}", source=source
            )
            cluster = {"name": f"Extra {n} with {owner.slug}", "date_from": "2022-08"}
            made = Cluster.objects.create(**cluster, certainty="likely", source=source)
            made.systems.set([owner, System.objects.get(slug="dorset")])
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


def test_a_page_takes_as_many_queries_for_much_as_for_little(client) -> None:
    grow(range(1))  # what is empty takes fewer
    few = {path: queries(client, path) for path in MAX_QUERIES}
    sizes = {path: len(client.get(path).content) for path in LISTS}
    grow(range(1, MORE))
    many = {path: queries(client, path) for path in MAX_QUERIES}
    assert many == few
    assert {path: number for path, number in few.items() if number > MAX_QUERIES[path]} == {}
    for path in LISTS:
        assert len(client.get(path).content) > sizes[path] + 20 * MORE, path


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


def test_reading_everything_again_takes_as_many_queries_for_much_as_for_little(client) -> None:
    def reading() -> int:
        System.objects.first().save()  # so that there is something new to read
        with CaptureQueriesContext(connection) as captured:
            client.post("/find/", {"q": "SW1A 1AA"})
        return len(captured)

    few = reading()
    grow()
    assert few == reading() <= 19  # the version, the datasets, twelve of the atlas, five more
