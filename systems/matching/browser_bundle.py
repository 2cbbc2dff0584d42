"""What a browser needs to answer as `lookup` does for postcodes alone: one small compressed file.

static/js/postcodes.js reads it, on the page /match/ and in the file that export_offline writes.
It says nothing that differs between dates or readers, so its digest is its name and caches may keep
it for ever. Patterns, sentences and facts come from where the server has them, once.
"""

import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from systems import lookup
from systems.atlas import AreaFacts, Atlas, Fact, SystemFacts
from systems.gazetteer import Gazetteer
from systems.lookup.context import LookupContext
from systems.lookup.elsewhere import elsewhere
from systems.lookup.outcomes import Kind
from systems.lookup.sentences import SENTENCES
from systems.matching import columns
from systems.models.base import CodeScheme
from systems.reference import nations
from systems.reference.directory import write_bitmap
from systems.reference.nations import Elsewhere
from systems.text import postcodes

_GZIP_LEVEL = 6  # level 9 takes seven times as long and saves 3%


@dataclass(frozen=True)
class BrowserBundle:
    """The file as JSON, and as it is sent."""

    text: bytes

    @classmethod
    def of(cls, gazetteer: Gazetteer) -> "BrowserBundle":
        return cls(
            json.dumps(_facts(gazetteer), ensure_ascii=False, separators=(",", ":")).encode()
        )

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.text).hexdigest()[:16]

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.text, _GZIP_LEVEL, mtime=0)


_cached: tuple[Atlas, BrowserBundle] | None = None


def browser_bundle(gazetteer: Gazetteer) -> BrowserBundle:
    """The file for a reading of the gazetteer, made when somebody first asks.

    Each reading has an atlas of its own; a request may hold the reading by a lazy object.
    """
    global _cached
    if _cached is None or _cached[0] is not gazetteer.atlas:
        _cached = (gazetteer.atlas, BrowserBundle.of(gazetteer))
    return _cached[1]


def _facts(gazetteer: Gazetteer) -> dict[str, Any]:
    outside = _Outside(gazetteer)
    return {
        "vintage": gazetteer.vintage_date,
        "columns": columns.COLUMNS,
        "sentences": SENTENCES,
        "patterns": [*_patterns()],
        "invalid": [(why, _as_script(each)) for why, each in postcodes.WHY_INVALID.items()],
        "letters": postcodes.UNIT_LETTERS,
        "confused": postcodes.CONFUSED,
        "max_changes": postcodes.MAX_CHANGES,
        "repairs": {taken + meant: words for (taken, meant), words in postcodes.REPAIRS.items()},
        "places": {key: outside.number(place) for key, place in gazetteer.nations.by_key().items()},
        "straddling": {
            sector: (write_bitmap(units), outside.number(place))
            for sector, (units, place) in gazetteer.nations.straddling().items()
        },
        "elsewhere": outside.told,
        "systems": {
            slug: _system(system)
            for slug, system in gazetteer.atlas.systems.items()
            if system.opened_on
        },
        "areas": {code: _area(area) for code, area in gazetteer.atlas.areas.items()},
        "directory": "\n".join(line.rpartition(",")[0] for line in gazetteer.directory.lines()),
    }


class _Outside:
    """What is said of places outside England: outcomes and sentences, each once, by number.

    Number 0 is nothing, so that a script can ask whether there is a place.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.context = LookupContext(date.max, date.max, gazetteer)
        self.told: list[tuple[str, str]] = [("", "")]

    def number(self, place: Elsewhere) -> int:
        answer = elsewhere("{read_as}", Kind.POSTCODE, self.context, place)
        told = (answer.outcome.value, answer.message)
        if told not in self.told:
            self.told.append(told)
        return self.told.index(told)


def _patterns() -> list[tuple[str, str, str]]:
    """Name, pattern and flags of each, the way JavaScript writes them."""
    whole = {
        "unit": postcodes.UNIT,
        "outward": postcodes.OUTWARD,
        "sector": postcodes.SECTOR,
        "most": postcodes.INCOMPLETE,
        "area": postcodes.AREA,
        "mark": postcodes.MARK,
        "numbers": postcodes.LOOKS_LIKE_NUMBERS,
        "looks": postcodes.LOOKS_LIKE,
        "piece": postcodes.PIECE,
        "letters": postcodes.LETTERS,
        "halves": postcodes.HALVES,
        "foreign": nations.FOREIGN,
        "shape": nations.UNIT_SHAPE,
        "heading": columns.HEADING,
    }
    anywhere = {
        "found": postcodes.FOUND,
        "apart": postcodes.FOUND_APART,
        "word": postcodes.WORD,
    }
    edges, invisible = _signs(postcodes.EDGES), _signs(postcodes.INVISIBLE)
    private = "|".join(_as_script(each) for each in lookup.PRIVATE)
    return [
        *((name, f"^(?:{_as_script(each)})$", "u") for name, each in whole.items()),
        *((name, _as_script(each), "gu") for name, each in anywhere.items()),
        ("edges", f"^{edges}+|{edges}+$", "gu"),
        ("invisible", invisible, "gu"),
        ("private", private, "u"),
    ]


def _as_script(pattern: re.Pattern[str]) -> str:
    r"""A pattern in JavaScript with the flag u, for which \d and \w of all scripts have names."""
    text = pattern.pattern.replace(r"\d", r"\p{Nd}").replace(r"[\W_]", r"[^\p{L}\p{N}]")
    return text.replace(r"\w", r"[\p{L}\p{N}_]").replace(r"\"", '"')


def _signs(signs: str) -> str:
    return "[" + "".join(f"\\u{{{ord(sign):x}}}" for sign in signs) + "]"


def _system(system: SystemFacts) -> dict[str, list[tuple[str, str]]]:
    return {
        "names": _rows(system.names),
        "ods": _rows(system.codes_of(CodeScheme.ODS)),
        "ons": _rows(system.codes_of(CodeScheme.ONS)),
    }


def _rows(facts: Iterable[Fact]) -> list[tuple[str, str]]:
    return [(fact.date_from.isoformat(), fact.value) for fact in facts]


def _area(area: AreaFacts) -> dict[str, Any]:
    spans = [
        (stay.start.isoformat(), stay.system.slug if stay.system else None) for stay in area.stays
    ]
    return {"name": area.name, "slug": area.slug, "spans": spans}
