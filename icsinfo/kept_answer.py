"""An answer as it is sent again and again: `icsinfo.page_cache`."""

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.http import parse_http_date_safe

from icsinfo.http_caching import compressed, digest, is_known

MIN_COMPRESSED_BYTES = 200
BYTES_BESIDE_BODY = 6000  # of key, headers and objects, measured

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


def header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def is_text(headers: Headers) -> bool:
    kind = header(headers, "content-type")
    return kind.startswith(("text/", "application/")) and "gzip" not in kind


def without(headers: Headers, names: set[str]) -> Headers:
    return [(name, value) for name, value in headers if name.lower() not in names]


@dataclass(slots=True)
class KeptAnswer:
    """A 200 as it is sent, with a body for each encoding that was asked for."""

    version: object
    changes_at: datetime
    made_at: datetime  # the first of those that are the same
    rendered_at: datetime
    headers: Headers  # without those that depend on the encoding and the time
    digest: str
    cache_control: str  # its own; empty: that of all public pages
    read: frozenset[str]  # of the query
    is_text: bool
    is_feed_or_file: bool
    bodies: dict[str, bytes]

    @classmethod
    def of(
        cls,
        headers: Headers,
        body: bytes,
        version: object,
        changes_at: datetime,
        read: frozenset[str],
    ) -> "KeptAnswer":
        """What was answered, as it will be sent to others."""
        as_text = is_text(headers) and len(body) >= MIN_COMPRESSED_BYTES
        cache_control = header(headers, "cache-control")
        now = datetime.now(UTC)
        kept = without(
            headers, {"etag", "content-length", "cache-control", "vary", "last-modified"}
        )
        if as_text:
            kept.append(("Vary", "Accept-Encoding"))
        return cls(
            version,
            changes_at,
            made_at=now.replace(microsecond=0),
            rendered_at=now,
            headers=kept,
            digest=digest(body),
            cache_control=cache_control if "immutable" in cache_control else "",
            read=read,
            is_text=as_text,
            is_feed_or_file=not header(headers, "content-type").startswith("text/html"),
            bodies={"gzip": compressed(body, "gzip")} if as_text else {"": body},
        )

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values())) + BYTES_BESIDE_BODY

    def body(self, encoding: str) -> bytes:
        """The body in "br", "gzip" or "", made when it is first asked for."""
        if encoding not in self.bodies:
            plain = self.bodies[""] if "" in self.bodies else gzip.decompress(self.bodies["gzip"])
            self.bodies[encoding] = compressed(plain, encoding)
        return self.bodies[encoding]

    def is_fresh(self, version: object, now: datetime) -> bool:
        return self.version == version and now < self.changes_at

    def follow(self, last: "KeptAnswer") -> None:
        """Date it by the last answer at its address: as old if it is the same, or newer."""
        if self.digest == last.digest:
            self.made_at, self.bodies = last.made_at, last.bodies
        else:
            self.made_at = max(self.made_at, last.made_at + timedelta(seconds=1))

    def is_held_by(self, environ: Environ) -> bool:
        """Whether the reader has this answer, in whatever encoding."""
        if tags := environ.get("HTTP_IF_NONE_MATCH"):
            return is_known(self.digest, tags)
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        held = parse_http_date_safe(since) if since and self.is_feed_or_file else None
        return held is not None and int(self.made_at.timestamp()) <= held
