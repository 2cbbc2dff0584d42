"""Names suggested while somebody types: which, in what order, and that nothing of it is kept."""

import logging
import random
from datetime import date
from urllib.parse import quote_from_bytes

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from systems import gazetteer as gazetteer_module
from systems.lookup.outcomes import Outcome
from systems.lookup.suggestions import MAX_SUGGESTIONS, Suggestion, suggest
from systems.models import Organisation, Source
from systems.reference.prefix_index import PrefixIndex
from systems.text.names import fold

TODAY = date(2026, 11, 21)
PATH = "/find/suggestions/"
FORM = "application/x-www-form-urlencoded"
MORE = 50


@pytest.fixture
def offer(gazetteer):
    def _offer(text: str, on: str | None = None, **options) -> list[Suggestion]:
        return suggest(text, on, today=TODAY, gazetteer=gazetteer, **options)

    return _offer


@pytest.fixture
def labels(offer):
    return lambda text, on=None: [suggestion.label for suggestion in offer(text, on)]


# --- PrefixIndex --------------------------------------------------------------------------------


def plainly(named: list[tuple[str, int]], folded: str) -> tuple[list[int], list[int], list[int]]:
    """The same as PrefixIndex.find, name by name."""
    exact = [thing for name, thing in named if name == folded]
    beginning = [thing for name, thing in named if name != folded and name.startswith(folded)]
    later = [thing for name, thing in named if f" {folded}" in name]
    return exact, beginning, later


words = st.text("abz", min_size=1, max_size=3)
names = st.lists(words, min_size=1, max_size=4).map(" ".join)


@given(st.lists(names, max_size=30), names)
@example(["a", "a b", "ab", "b a"], "a")
@example([], "a")
@example(["a a a"], "a")
def test_beginnings_are_found_as_they_are_name_by_name(given: list[str], folded: str) -> None:
    named = [(name, number) for number, name in enumerate(given)]
    found = tuple(list(things) for things in PrefixIndex(named).find(folded))
    assert found == plainly(named, folded)


# --- What is suggested, and in what order ------------------------------------------------------


def test_a_name_that_many_places_have_comes_with_what_tells_them_apart(offer) -> None:
    first, second, *_ = offer("farnham")
    assert first == Suggestion("Farnham, Surrey", "Surrey and Sussex ICS", "Farnham, Surrey")
    assert second == Suggestion("Farnham, Suffolk", "Norfolk and Suffolk ICS", "Farnham, Suffolk")


def test_systems_of_today_lead_by_whichever_of_their_words(offer, labels) -> None:
    assert offer("thames")[0] == Suggestion(
        "Thames Valley", "integrated care system (ICS)", "Thames Valley ICS"
    )
    assert labels("man")[:3] == [
        "Greater Manchester",
        "Manchester, Greater Manchester",
        "Manchester City Council",
    ]
    assert labels("valley")[:2] == ["Valley, Wales", "Thames Valley"]


def test_what_is_called_exactly_that_comes_first_of_all(labels) -> None:
    assert labels("york")[:3] == [
        "York, North Yorkshire",
        "City of York Council",
        "Humber and North Yorkshire",
    ]


def test_places_and_councils_go_by_size_and_organisations_follow(labels) -> None:
    assert labels("stockp") == [
        "Stockport, Greater Manchester",
        "Stockport Metropolitan Borough Council",
        "Stockport NHS Foundation Trust, Stockport",
        "Stockport East and South PCN, Stockport",
        "Stockport Medical Group, Stockport",
    ]


def test_an_area_is_offered_where_nothing_else_has_its_name(offer, labels) -> None:
    assert Suggestion("Herts Valleys", "area, Central East ICS", "Herts Valleys") in offer("herts")
    assert labels("devon")[:2] == ["Devon", "Devon County Council"]
    assert labels("barnsley")[0] == "Barnsley, South Yorkshire"
    assert "Barnsley" not in labels("barnsley")


def test_a_council_is_offered_once_by_its_full_name(labels) -> None:
    assert [label for label in labels("adur") if "Partnership" not in label] == [
        "Adur District Council"
    ]
    assert labels("enfield")[0] == "London Borough of Enfield"
    assert not [label for label in labels("kent") if label.startswith("Kent (")]


def test_an_organisation_says_what_it_is_and_where(offer) -> None:
    [found] = [found for found in offer("park surgery") if "Horsham" in found.label]
    assert found == Suggestion(
        "Park Surgery, Horsham", "GP practice, Surrey and Sussex ICS", "Park Surgery, Horsham"
    )


def test_a_hospital_comes_with_its_trust(offer) -> None:
    assert offer("stepping h") == [
        Suggestion(
            "Stepping Hill Hospital, Stockport",
            "Stockport NHS Foundation Trust, Greater Manchester ICS",
            "Stepping Hill Hospital, Stockport",
        )
    ]


def test_practices_of_one_name_in_one_town_are_told_apart_by_their_codes(offer) -> None:
    shown = offer("the surgery", limit=60)
    assert len({found.label for found in shown}) == len(shown)


def test_a_name_across_systems_says_how_many(offer) -> None:
    [found] = [found for found in offer("yorkshire") if found.label.startswith("Yorkshire (")]
    assert found.qualifier == "in 4 ICSs"


def test_a_place_that_is_not_in_england_says_so(offer) -> None:
    town, council = offer("wrexh")
    assert town == Suggestion("Wrexham, Wales", "not in England", "Wrexham, Wales")
    assert council.label == "Wrexham County Borough Council, Wales"


def test_another_name_for_a_place_leads_to_its_proper_one(labels) -> None:
    assert labels("bcp")[0].startswith("Bournemouth, Christchurch and Poole")
    assert labels("molesey") == ["East Molesey, Surrey", "West Molesey, Surrey"]


def test_closed_systems_and_old_names_come_late_and_say_what_they_are(offer) -> None:
    town, closed, *_ = offer("frimley")
    assert town.label == "Frimley, Surrey"
    assert closed == Suggestion("Frimley", "ICS until 31 March 2026", "Frimley ICS")
    assert offer("humber, co") == [
        Suggestion(
            "Humber and North Yorkshire",
            "integrated care system (ICS), also called Humber, Coast and Vale",
            "Humber and North Yorkshire ICS",
        )
    ]
    assert "Lancashire and South Cumbria" not in [found.label for found in offer("blackp")][:2]


def test_names_are_those_of_the_date_that_is_asked_for(offer) -> None:
    assert offer("frimley", "2026-03-31")[:2] == [
        Suggestion("Frimley", "integrated care system (ICS)", "Frimley ICS"),
        Suggestion("Frimley, Surrey", "Frimley ICS", "Frimley, Surrey"),
    ]
    assert "Thames Valley" not in [found.label for found in offer("thames v", "2026-03-31")]


def test_what_is_closed_or_not_open_yet_is_not_offered(offer, gazetteer) -> None:
    gone = [found for found in gazetteer.register.by_code.values() if found.closed_by(TODAY)]
    assert len(gone) > 50
    for found in gone[:50]:
        assert found.label not in [shown.label for shown in offer(found.name)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("St. Helen's", "St Helens, Merseyside"),
        ("saint helens", "St Helens, Merseyside"),
        ("  STOCKPORT  ", "Stockport, Greater Manchester"),
        ("stoke on t", "Staffordshire and Stoke-on-Trent"),
        ("christie", "The Christie NHS Foundation Trust, Manchester"),
        ("guy’s", "Guy's and St Thomas' NHS Foundation Trust, London"),
        ("NHS Devon ICB", "Devon"),
        ("devon integrated care system", "Devon"),
        ("council of the isles", "Council of the Isles of Scilly"),
    ],
)
def test_a_name_may_be_typed_as_people_do(labels, typed: str, first: str) -> None:
    assert labels(typed)[0] == first


def test_there_are_eight_at_most_and_all_differ(offer) -> None:
    for typed in ("so", "th", "me", "su", "council", "north", "st", "park", "the"):
        found = offer(typed)
        assert len(found) == MAX_SUGGESTIONS
        assert (
            len({shown.value for shown in found})
            == len({shown.label for shown in found})
            == MAX_SUGGESTIONS
        )


@pytest.mark.parametrize("typed", ["", " ", "a", "é", "--", "''", "x" * 201, "zzzz", "stockprot"])
def test_nothing_is_suggested_for_too_little_too_much_or_what_is_no_beginning(
    offer, typed: str
) -> None:
    assert offer(typed) == []


@pytest.mark.parametrize(
    "typed",
    [
        *("GU9 0NZ", "gu9", "SW1", "sw1a 1", "SWIA 1AA", "B1", "GU9 ONZ", "ＧＵ９", "gu\u200b9"),
        *("943 476 5919", "07700 900123", "12 High Street", "park 12", "٠١٢"),
        *("jane@example.org", "park@", "pàrk@", "park＠"),
    ],
)
def test_nothing_is_suggested_for_what_may_be_private(offer, typed: str) -> None:
    assert offer(typed) == []


@pytest.mark.parametrize("on", ["soon", "1999-01-01", "2099-01-01"])
def test_nothing_is_suggested_for_a_date_that_cannot_be_used(offer, on: str) -> None:
    assert offer("stockport", on) == []


# --- What is chosen is what one gets ------------------------------------------------------------

ANSWERS = {
    Outcome.MATCH,
    Outcome.ORGANISATION,
    Outcome.CHOOSE,
    Outcome.CLOSED,
    Outcome.NATION,
    Outcome.CROWN_DEPENDENCY,
}


def some(things, number: int) -> list:
    return random.Random(4).sample(list(things), number)


def test_an_organisation_that_is_chosen_is_the_answer(offer, ask, gazetteer) -> None:
    organisations = {found.code: found for found in gazetteer.register.by_code.values()}
    for wanted in some(organisations.values(), 300):
        if wanted.closed_by(TODAY) or any(char.isdigit() or char == "@" for char in wanted.name):
            continue
        answers = [ask(found.value) for found in offer(wanted.name, limit=300)]
        if wanted.kind == "council":
            assert wanted.name in [answer.read_as for answer in answers], wanted
        else:
            codes = [answer.organisation.code for answer in answers if answer.organisation]
            assert wanted.code in codes, wanted


def test_a_hospital_that_is_chosen_leads_to_its_trust(offer, ask, gazetteer) -> None:
    trusts = {found.code: found for found in gazetteer.register.by_code.values() if found.aliases}
    assert len(trusts) > 100
    for trust in trusts.values():
        for name, place, *_, variant in trust.aliases if not trust.closed_by(TODAY) else ():
            if variant:  # a search word
                continue
            label = f"{name}, {place}" if place else name
            codes = [
                organisation.code
                for found in offer(name, limit=60)
                if found.label.startswith(label) and (organisation := ask(found.value).organisation)
            ]
            assert trust.code in codes or any(char.isdigit() for char in name), label


def test_a_place_that_is_chosen_is_the_answer(offer, ask, gazetteer) -> None:
    every = [place for meanings in gazetteer.places.by_name.values() for place in meanings]
    # Councils come by their full names, and other names lead to the proper ones.
    every = [place for place in every if place.kind not in {"alias", "council", "county"}]
    for wanted in some(every, 500):
        [found] = [found for found in offer(wanted.name, limit=900) if found.label == wanted.label]
        answer = ask(found.value)
        areas = {code for code, _ in wanted.shares}
        if answer.outcome is Outcome.CHOOSE:
            there = {choice.area.code for choice in answer.candidates if choice.area}
            assert there & areas or len(areas) > 1, wanted
        elif answer.area:
            assert answer.area.code in areas, wanted
        else:
            systems = {gazetteer.atlas.areas[code].system_on(TODAY) for code in areas}
            assert answer.system in systems or len(areas) != 1, wanted
        assert answer.outcome in ANSWERS, wanted


def test_a_system_that_is_chosen_is_the_answer_on_any_day(offer, ask, gazetteer) -> None:
    for on in ("2019-01-01", "2026-03-31", "2026-11-21", "2027-06-01"):
        day = date.fromisoformat(on)
        for system in gazetteer.atlas.systems.values():
            if not system.open_on(day):
                continue
            name = system.name_on(day)
            assert offer(name, on)[0] == Suggestion(
                name, "integrated care system (ICS)", f"{name} ICS"
            )
            assert ask(f"{name} ICS", on).system == system


def test_whatever_is_suggested_is_understood(offer, ask, gazetteer) -> None:
    every = sorted({*gazetteer.places.by_name, *gazetteer.register.names()})
    for name in some(every, 400):
        for found in offer(name[: random.Random(name).randint(2, 8)]):
            assert found.label
            assert ask(found.value).outcome in ANSWERS, found


ODD = "\x00\ud800\u202e\u0130ß’'.-& @1٣ªﬁ Å\u0301"


@given(st.one_of(st.text(max_size=40), st.text("nort hsuec" + ODD, max_size=20)))
@example("nor\x00th")
@example("\ud800\udfff")
@example("\n\n")
@example(" " * 199 + "a")
def test_no_text_is_too_odd(gazetteer, text: str) -> None:
    found = suggest(text, today=TODAY, gazetteer=gazetteer)
    assert len(found) <= MAX_SUGGESTIONS
    assert not found or len(fold(text)) > 1


# --- The address ---------------------------------------------------------------------------------

database = pytest.mark.django_db


def send(client: Client, text: str, on: str = ""):
    form = f"q={quote_from_bytes(text.encode('utf-8', 'surrogatepass'))}&on={on}"
    return client.post(PATH, form, content_type=FORM)


@database
def test_the_address_answers_in_json_and_asks_nobody_to_keep_it() -> None:
    client = Client(enforce_csrf_checks=True)
    response = send(client, "farnh")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies
    assert response.json()["suggestions"][0] == {
        "label": "Farnham, Surrey",
        "qualifier": "Surrey and Sussex ICS",
        "value": "Farnham, Surrey",
    }


@database
def test_the_date_in_the_form_counts(client) -> None:
    [first, *_] = send(client, "farnham", "2026-03-31").json()["suggestions"]
    assert first["qualifier"] == "Frimley ICS"
    assert send(client, "farnham", "soon").json() == {"suggestions": []}


@database
@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_only_a_form_is_answered(client, method: str) -> None:
    response = getattr(client, method)(f"{PATH}?q=farnham")
    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert b"arnham" not in response.content


@database
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", FORM, 200),
        (b"q=", FORM, 200),
        (b"on=2026-03-31", FORM, 200),
        (b"q=far%00nham", FORM, 200),
        (b"q=%ED%A0%80%ED%BF%BF", FORM, 200),
        (b"q=\xff\xfe", FORM, 200),
        (b"q=farnham&q=" + b"x" * 100_000, FORM, 200),
        (b"q=" + b"a" * 300_000, FORM, 413),
        (b"q=farnham" + b"&a=b" * 2000, FORM, 400),
        (b'{"q": "farnham"}', "application/json", 200),
        (b"farnham", "multipart/form-data", 400),
        (b"q=farnham", f"{FORM}; charset=rot13", 200),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_no_body_is_too_odd(client, body: bytes, kind: str, status: int) -> None:
    response = client.generic("POST", PATH, body, content_type=kind)
    assert response.status_code == status
    assert b"arnham" not in response.content or response.json()["suggestions"]


def queries(client, *texts: str) -> int:
    """How many queries so many suggestions take, once everything has been read."""
    send(client, "farnham")
    with CaptureQueriesContext(connection) as captured:
        for text in texts:
            send(client, text)
    assert not [query for query in captured if "xylo" in query["sql"].lower()]
    return len(captured)


@database
def test_it_takes_one_query_however_much_there_is(client) -> None:
    texts = ["xylo", "su", "zz"]
    assert queries(client, "GU9 0NZ") == 0  # not looked up
    assert queries(client, *texts) == len(texts)
    assert send(client, "xylo").json() == {"suggestions": []}
    source = Source.objects.first()
    for number in range(MORE):
        Organisation.objects.create(
            code=f"X{number:05}",
            kind="practice",
            form="GP practice",
            name="Xylophone Surgery",
            place=f"Town {number}",
            source=source,
        )
    assert queries(client, *texts) == len(texts)
    assert len(send(client, "xylo").json()["suggestions"]) == MAX_SUGGESTIONS


@database
def test_while_the_database_is_away_it_answers_from_memory_or_says_so(client, monkeypatch) -> None:
    def fail(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        send(client, "farnham")
        patch.setattr(connection, "cursor", fail)
        assert send(client, "farnham").json()["suggestions"]
        patch.setattr(gazetteer_module, "_cached", None)
        response = send(client, "farnham")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert b"arnham" not in response.content


@database
@pytest.mark.parametrize("text", ["Xylophone", "GU9 0NZ", "Xylophone\x00\ud800", "x@xylophone.org"])
def test_what_is_typed_is_in_no_log_header_or_answer(client, caplog, text: str) -> None:
    for logger in (None, "django.request"):
        caplog.set_level(logging.DEBUG, logger)
    for response in (send(client, text), send(client, text, "soon"), client.get(PATH)):
        said = f"{response.headers} {response.content!r} {response.cookies}".lower()
        said += " ".join(repr(record.__dict__) for record in caplog.records).lower()
        assert "xylophone" not in said
        assert "gu9" not in said


@database
def test_the_boxes_bring_the_script_and_work_without_it(client) -> None:
    for path in ("/", "/find/", "/nothing/"):
        content = client.get(path).content.decode()
        assert "js/suggest.js" in content
        assert 'autocomplete="off"' not in content
        assert 'role="combobox"' not in content
    assert "js/suggest.js" not in client.get("/privacy/").content.decode()
