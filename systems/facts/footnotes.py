"""Numbers for the sources of a page, in the order in which its facts are told."""

from systems.models import Source


class Footnotes:
    """Gives each source of a page one number. `sources` is the list for the foot of the page."""

    def __init__(self) -> None:
        self.sources: list[Source] = []

    def number(self, source: Source) -> int:
        if source not in self.sources:
            self.sources.append(source)
        return self.sources.index(source) + 1
