"""Names, codes and postcodes that other people's programs and users had trouble with, as reported
in their bug trackers and lists; each stands for its kind.
"""

import pytest

from systems import gazetteer as gazetteer_module
from systems.lookup import lookup
from systems.lookup.outcomes import Outcome
from tests.builders import TODAY

pytestmark = pytest.mark.django_db

# What was typed, the date if any, the outcome, and what the answer leads to: the slug of a system,
# the code of an organisation, or words of the message or of a choice.
CASES = [
    ("NHS Sussex ICB - 09D", "", "match", "surrey-and-sussex"),
    ("NHS Lincolnshire ICB - 71E", "", "match", "lincolnshire"),
    ("B85022: Honley Surgery", "", "organisation", "B85022"),
    ("D9Y0V", "2025-01-15", "match", "hampshire-and-isle-of-wight"),
    ("92A", "2025-01-15", "match", "surrey-heartlands"),
    ("92A", "", "match", "surrey-and-sussex"),
    ("D2P2L", "", "match", "black-country"),
    ("06H", "", "match", "central-east"),
    ("E38000259", "", "match", "black-country"),
    ("00C", "2019-06-01", "match", "Tees Valley was in no integrated care system"),
    ("NHS Darlington CCG", "2019-06-01", "match", "Tees Valley"),
    ("15D", "2019-06-01", "match", "frimley"),
    ("NHS East Berkshire CCG", "2019-06-01", "match", "frimley"),
    ("13T", "2020-01-01", "match", "north-east-and-north-cumbria"),
    ("E07000097", "", "match", "central-east"),
    ("E07000165", "", "match", "abolished at the end of 31 March 2023"),
    ("E07000105", "", "match", "kent-and-medway"),
    ("Dorking Community Hospital", "", "choose", "Dorking, Surrey"),
    ("Gravesham Community Hospital", "", "choose", "Gravesham is in Kent and Medway ICS."),
    ("Bridgnorth Community Hospital", "", "repaired", "R1D"),
    ("East Herts Council", "", "match", "central-east"),
    ("Trafford District", "", "match", "greater-manchester"),
    ("Swindon Health Centre", "", "choose", "Swindon, Wiltshire"),
    ("NHS North Manchester CCG", "2018-01-01", "match", "greater-manchester"),
    ("Ulster Hospital", "", "nation", "Northern Ireland"),
    ("Bury St Edmonds", "", "repaired", "norfolk-and-suffolk"),
    ("Royal Bournmouth Hospital", "", "repaired", "R0D"),
    ("Park Hill Hospital", "", "choose", "Park Hill, Croydon"),
    ("Bramcote Hospital", "", "choose", "Bramcote, Nottinghamshire"),
    ("South Tyneside District", "", "match", "South Tyneside Council"),
    ("Prince Philip Hospital", "", "not_found", ""),
    ("Ellen's Glen House", "", "not_found", ""),
    ("Y02811", "", "organisation", "Y02811"),
    ("S01 OAA", "", "retired", "hampshire-and-isle-of-wight"),
    ("BII ILL", "", "ask", "B11 1LL or BL1 1LL"),
    ("The Christie NHS Foundation Trust", "", "organisation", "RBV"),
    ("Royal Berkshire NHS Foundation Trust", "", "organisation", "RHW"),
    ("Southern Health NHS Foundation Trust", "2022-07-01", "organisation", "RW1"),
    (
        "University Hospitals Bristol and Weston NHS Foundation Trust",
        *("2025-01-15", "organisation", "RA7"),
    ),
    (
        "Royal Bournemouth and Christchurch Hospitals NHS Foundation Trust",
        *("", "organisation", "closed at the end of 30 September 2020"),
    ),
    ("Anglesey", "", "choose", "Anglesey, Wales"),
    ("Powys", "", "nation", "Wales"),
    ("Wrexham County Borough Council", "", "nation", "Wales"),
    ("GL16 8PB", "", "nation", "Wales"),
    ("Brent London Boro", "", "match", "west-and-north-london"),
    ("Kingston upon Hull, City of", "", "match", "humber-and-north-yorkshire"),
    ("BNSSG ICB", "", "match", "bristol-north-somerset-and-south-gloucestershire"),
    ("NENC ICB", "", "match", "north-east-and-north-cumbria"),
    ("RM1", "", "partial", "RM1 is also the code of Norfolk and Norwich"),
    ("RM102", "", "repaired", "RM1"),
    ("Ipswich Hospital", "", "choose", "Ipswich Hospital is in Norfolk and Suffolk ICS."),
    ("Queen Mary's Hospital Sidcup", "", "choose", "is in South East London ICS."),
    ("RRK", "", "organisation", "birmingham-and-solihull"),
    ("St Thomas'", "", "choose", "St Thomas' Hospital, Lambeth, London"),
    ("Pinderfields General Hospital", "", "organisation", "RXF"),
    ("Royal Cornwall Hospital (Treliske)", "", "organisation", "REF"),
    ("P89027", "2022-08-01", "organisation", "closed at the end of 31 October 2017"),
    ("H81013", "2026-03-31", "organisation", "frimley"),
    ("Kes@Northgate", "", "organisation", "K84605"),
    ("Manchester, UK", "", "match", "greater-manchester"),
    ("CA72PG", "", "match", "north-east-and-north-cumbria"),
    ("M169QP", "", "match", "greater-manchester"),
    ("M24 4ge", "", "match", "greater-manchester"),
    ("B33 8T^", "", "invalid", "it contains a character that is not a letter or number"),
    ("GM4N6TF", "", "unknown", "We do not know of any postcode that begins with GM4N"),
    ("BI56 3QX", "", "invalid", "no postcode has I as its second letter"),
    ("CB1X 0BY", "", "unknown", "We do not know of any postcode that begins with CB1X"),
    (
        "16 Southfield Drive Barton Seagrave Northamptonshire NN15 5YQ",
        *("", "repaired", "northamptonshire"),
    ),
    ("Watton", "", "choose", "Watton, East Riding of Yorkshire"),
    ("Bradford, Devon", "", "match", "devon"),
    ("Street", "", "match", "somerset"),
    ("L34 2GA", "", "match", "cheshire-and-merseyside"),
    ("AL1 1AB", "", "retired", "It was probably in the area Herts Valleys, which is in"),
    ("SW1A 1AA", "01/04/2026", "bad_date", "year-month-day"),
]


@pytest.mark.parametrize(("text", "on", "outcome", "leads_to"), CASES)
def test_a_reported_case_is_answered_rightly(text, on, outcome, leads_to) -> None:
    answer = lookup(text, on, today=TODAY, gazetteer=gazetteer_module.current())
    assert answer.outcome is Outcome(outcome), answer.message
    said = [
        answer.message,
        *(candidate.label for candidate in answer.candidates),
        answer.system.slug if answer.system else "",
        answer.organisation.code if answer.organisation else "",
    ]
    assert any(leads_to in words for words in said), said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Savernake Hospital Marlborough", "Marlborough, Wiltshire is in Bath and North East"),
        ("Royal Victoria Hospital, Belfast", "Belfast is in Northern Ireland."),
        ("Park Lane Medical Centre, Leeds", "These are the closest matches to what you entered."),
    ],
)
def test_where_a_text_ends_with_a_place_it_is_said_what_is_there(ask, text: str, says: str) -> None:
    answer = ask(text)
    assert answer.repairs == (f"We could not find anything called “{text}”.",)
    assert answer.message.startswith(says)
    assert answer.outcome in {"choose", "nation"}
