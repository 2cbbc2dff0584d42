"""Kept pages on disk, for a process that was started while the database is away.

A file for each address as it was asked for, shared by the processes of the machine. They are never
taken for fresh, as a release may have changed them: they are what is sent where nothing else can.
"""

import hashlib
import json
import logging
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from icsinfo.kept_answer import KeptAnswer
from icsinfo.sealed_files import read_sealed, write_sealed

MAX_STORED_BYTES = 64 * 1024 * 1024
MAX_STORED_SECONDS = 7 * 24 * 3600  # since it was last found to be right
PAGES_BETWEEN_TRIMS = 200

logger = logging.getLogger(__name__)


@dataclass
class PageStore:
    folder: Path

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._fails = False

    def put(self, key: tuple[Any, ...], answer: KeptAnswer, last: KeptAnswer | None) -> None:
        """Store an answer, or note that the `last` one is right still."""
        path = self._path(key)
        try:
            if next(self._numbers) % PAGES_BETWEEN_TRIMS == 0:
                self._trim()
            if last and last.digest == answer.digest and path.exists():
                os.utime(path)
            else:
                write_sealed(path, _to_bytes(answer))
            self._fails = False
        except OSError as error:
            if not self._fails:
                logger.warning("Pages cannot be stored: %s", error)
            self._fails = True

    def get(self, key: tuple[Any, ...]) -> KeptAnswer | None:
        path = self._path(key)
        content = read_sealed(path)
        if content is None:
            return None
        stored_at = path.stat().st_mtime
        too_old = time.time() - stored_at > MAX_STORED_SECONDS
        return None if too_old else _from_bytes(content, datetime.fromtimestamp(stored_at, UTC))

    def discard(self, key: tuple[Any, ...]) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("A page cannot be taken out of those stored: %s", error)

    def _path(self, key: tuple[Any, ...]) -> Path:
        return self.folder / hashlib.sha256(json.dumps(key).encode()).hexdigest()

    def _trim(self) -> None:
        """Delete what is too old, and of the rest the oldest until it fits with room to spare."""
        files = []
        for entry in os.scandir(self.folder):
            try:
                files.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
            except FileNotFoundError:  # another process was first
                continue
        room = MAX_STORED_BYTES * 3 // 4 if sum(f[1] for f in files) > MAX_STORED_BYTES else None
        for modified, size, path in sorted(files, reverse=True):
            room = room and room - size
            if time.time() - modified > MAX_STORED_SECONDS or (room is not None and room <= 0):
                Path(path).unlink(missing_ok=True)


def _to_bytes(answer: KeptAnswer) -> bytes:
    encoding, body = next(iter(answer.bodies.items()))
    told = {
        "made_at": answer.made_at.timestamp(),
        "headers": answer.headers,
        "digest": answer.digest,
        "cache_control": answer.cache_control,
        "read": sorted(answer.read),
        "is_text": answer.is_text,
        "is_feed_or_file": answer.is_feed_or_file,
        "encoding": encoding,
    }
    return json.dumps(told).encode() + b"\n" + body


def _from_bytes(content: bytes, stored_at: datetime) -> KeptAnswer:
    line, _, body = content.partition(b"\n")
    told = json.loads(line)
    return KeptAnswer(
        version=None,
        changes_at=stored_at,
        made_at=datetime.fromtimestamp(told["made_at"], UTC),
        rendered_at=stored_at,
        headers=[(name, value) for name, value in told["headers"]],
        digest=told["digest"],
        cache_control=told["cache_control"],
        read=frozenset(told["read"]),
        is_text=told["is_text"],
        is_feed_or_file=told["is_feed_or_file"],
        bodies={told["encoding"]: body},
    )
