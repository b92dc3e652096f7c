"""The names of members, which can be values themselves (`ruiz_ana_1961-04-02.pdf`)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from atrest.source import Document
from phiscan.containers.members import names_text

_AT_ONCE: Final = 10_000


@dataclass(slots=True)
class Names:
    """Names, comments, owners: what an archive says of its members."""

    waiting: list[str] = field(default_factory=list, repr=False)

    def add(self, *names: str) -> Iterator[Document]:
        """Take some more. Yield a text when there are many."""
        self.waiting += filter(None, names)
        if len(self.waiting) >= _AT_ONCE:
            yield from self.rest()

    def rest(self) -> Iterator[Document]:
        """Yield those that wait as a text."""
        if self.waiting:
            yield Document(
                names_text(self.waiting).encode("utf-8", "replace"), "names", "text/plain"
            )
            self.waiting = []
