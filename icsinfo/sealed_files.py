"""Files that only this site can have written, as they bear a seal made with its secret key.

For what is read back by a process that cannot ask the database. A file that was cut short, changed,
renamed, or written with another key is as good as none.
"""

import os
import secrets
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path

from django.utils.crypto import salted_hmac

_SEAL_BYTES = 32


def write_sealed(path: Path, content: bytes) -> None:
    """Write aside and rename, readable by this user alone. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_seal(path, content) + content)
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()
        raise


def read_sealed(path: Path) -> bytes | None:
    """What was written there; None where nothing can be read, or its seal is not right."""
    try:
        sealed = path.read_bytes()
    except OSError:
        return None
    seal, content = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
    return content if compare_digest(seal, _seal(path, content)) else None


def _seal(path: Path, content: bytes) -> bytes:
    message = path.name.encode() + b"\0" + content
    return salted_hmac("icsinfo.sealed_files", message, algorithm="sha256").digest()
