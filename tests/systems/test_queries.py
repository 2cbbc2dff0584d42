"""How many queries a page takes does not depend on how much there is to show."""

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
    Contact,
    Dataset,
    Source,
    Succession,
    System,
    SystemAlias,
    SystemCode,
    SystemName,
)
from timeline.models import Event

pytestmark = pytest.mark.django_db

MORE = 50
# The most that a page may take, with the query for the revision where it has a lookup.
MOST = {
    "/": 2,
    "/ics/": 3,
    "/ics/?on=2026-03-31": 3,
    "/ics/?name=e&region=london&sort=-residents": 3,
    "/ics/devon/": 16,
    "/ics/frimley/": 16,
    "/ics/frimley/?on=2026-03-31": 16,
    "/areas/": 5,
    "/areas/?on=2026-03-31": 5,
    "/areas/devon/": 14,
    "/areas/devon/?on=2024-01-01": 14,
    "/code/01Y/": 1,
    "/code/QRV/": 1,
    "/data/": 3,
    "/about/": 0,
    "/help/": 3,
    "/privacy/": 0,
    "/find/": 0,
    "/nothing/": 0,
    "/ics/nothing/": 1,
    "/healthz": 0,
    "/readyz": 1,
}
# Those whose page must have grown, or the test would prove nothing.
LISTS = ["/", "/ics/", "/ics/devon/", "/ics/frimley/", "/areas/", "/areas/devon/", "/data/"]
TYPED = ["SW1A 1AA", "SW", "SWIA 1AA", "SW1A 1AA or EC1A 1BB", "SK1 1AA", "Frimley", "01Y", "zzz"]


def queries(client, path: str, **sent) -> int:
    """The queries of a page when the lookup's data has been read already."""
    client.post("/find/", {"q": "SW1A 1AA"})
    with CaptureQueriesContext(connection) as captured:
        response = client.post(path, **sent) if sent else client.get(path)
    assert response.status_code in {200, 302, 303, 404}
    return len(captured)


def grow() -> None:
    """Add much to everything that a page may show, most of it to Devon and Frimley."""
    devon, frimley = System.objects.get(slug="devon"), System.objects.get(slug="frimley")
    here = Area.objects.get(slug="devon")
    old = Source.objects.first()
    for n in range(MORE):
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
            system=system if n % 2 == 0 else devon,
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


def test_a_page_takes_as_many_queries_for_much_as_for_little(client) -> None:
    few = {path: queries(client, path) for path in MOST}
    sizes = {path: len(client.get(path).content) for path in LISTS}
    grow()
    many = {path: queries(client, path) for path in MOST}
    assert many == few
    assert {path: number for path, number in few.items() if number > MOST[path]} == {}
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
        System.objects.first().save()  # so that the revision is a new one
        with CaptureQueriesContext(connection) as captured:
            client.post("/find/", {"q": "SW1A 1AA"})
        return len(captured)

    few = reading()
    grow()
    assert few == reading() <= 12
