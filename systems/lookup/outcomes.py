"""What a lookup can come to, as values. The names are a contract with other people's programs."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from systems.atlas import AreaFacts, Stay, SystemFacts
from systems.reference.guides import Guide
from systems.reference.organisations import OrganisationFacts


class Outcome(StrEnum):
    """In the order in which they are tried."""

    EMPTY = "empty"
    PRIVATE = "private"
    BAD_DATE = "bad_date"
    OUT_OF_RANGE = "out_of_range"
    MATCH = "match"
    REPAIRED = "repaired"
    ASK = "ask"
    RETIRED = "retired"
    UNKNOWN = "unknown"
    NATION = "nation"
    CROWN_DEPENDENCY = "crown_dependency"
    FORCES = "forces"
    OVERSEAS = "overseas"
    NON_GEOGRAPHIC = "non_geographic"
    NHS_PSEUDO = "nhs_pseudo"
    PARTIAL = "partial"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"
    ORGANISATION = "organisation"
    CLOSED = "closed"
    CHOOSE = "choose"
    NOT_FOUND = "not_found"


class Kind(StrEnum):
    """What the text was taken for."""

    POSTCODE = "postcode"
    PARTIAL = "partial"
    PLACE = "place"
    COUNCIL = "council"
    SYSTEM = "system"
    AREA = "area"
    ORGANISATION = "organisation"
    CODE = "code"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several answers. `share` is per cent of what was asked about, or None."""

    label: str
    system: SystemFacts | None = None
    area: AreaFacts | None = None
    share: float | None = None
    organisation: OrganisationFacts | None = None
    query: str = ""  # what to type to get this one alone


class Answer(NamedTuple):
    """The answer to a text and a date. `on` is None only where the date could not be read.

    A tuple, as a frozen dataclass of so many fields takes a third of the time of a look-up to make.
    """

    outcome: Outcome
    message: str
    on: date | None
    kind: Kind = Kind.OTHER
    read_as: str = ""
    repairs: tuple[str, ...] = ()
    system: SystemFacts | None = None
    area: AreaFacts | None = None
    history: tuple[Stay, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    # Where a plain answer leads when the text named a system that did not exist on the day.
    about: SystemFacts | None = None
    guides: tuple[Guide, ...] = ()  # where to go, outside England
    # The part of a postcode, such as "SW1A 1", from whose others it lies apart.
    apart_from: str = ""
    near: tuple[SystemFacts, ...] = ()  # to whose border a postcode is close
    organisation: OrganisationFacts | None = None
