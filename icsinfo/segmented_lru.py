"""A bounded cache for what is asked for by people and by machines that walk through everything."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    @property
    def size(self) -> int:
        """In bytes."""


Value = TypeVar("Value", bound=Sized)


class SegmentedLRU(Generic[Value]):
    """Entries up to a size in bytes, the least recently used of which go first.

    What is asked for once stays in a small part of its own, so that whoever walks through all pages
    drives out nothing that is asked for often. Safe from any number of threads.
    """

    PROTECTED = 0.8  # of the size

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._once: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._often: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._often_bytes = 0
        self._lock = Lock()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._often or key in self._once

    def __len__(self) -> int:
        return len(self._often) + len(self._once)

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if often := self._often.get(key):
                self._often.move_to_end(key)
                return often[0]
            if once := self._once.pop(key, None):
                self._often[key] = once
                self._often_bytes += once[1]
                self._shrink()
                return once[0]
        return None

    def put(self, key: Hashable, entry: Value) -> None:
        """Keep an entry, in the place of an older one of the same key, by the size it has now."""
        size = entry.size
        with self._lock:
            if key in self._often:
                self._often_bytes += size - self._often[key][1]
                self.bytes += size - self._often[key][1]
                self._often[key] = entry, size
            else:
                self.bytes += size - self._once.get(key, (entry, 0))[1]
                self._once[key] = entry, size
            self._shrink()

    def discard(self, key: Hashable) -> None:
        with self._lock:
            if often := self._often.pop(key, None):
                self._often_bytes -= often[1]
            if entry := often or self._once.pop(key, None):
                self.bytes -= entry[1]

    def _shrink(self) -> None:
        while self._often_bytes > self.max_bytes * self.PROTECTED:
            key, (entry, size) = self._often.popitem(last=False)
            self._once[key] = entry, size
            self._often_bytes -= size
        while self.bytes > self.max_bytes and self._once:
            _, (_, size) = self._once.popitem(last=False)
            self.bytes -= size
