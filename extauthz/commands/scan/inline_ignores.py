"""Comments that say that a finding of their line is none: `phiguard:ignore(INFOTYPE) reason`.

The comment stands on the line of the finding, or with `ignore-next-line` on the line before. It
names infoTypes, classes A to R, or `*`. Without a reason it does not hold, and the summary says so.
The reason is for readers of the document: no output repeats it, as it may hold anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from extauthz.commands.scan.places import Lines
from phiscan.finding import Finding

_COMMENT: Final = re.compile(
    rb"phiguard:ignore(?P<next>-next-line)?\((?P<names>[A-Za-z0-9_*, ]*)\)(?P<reason>[^\n]*)"
)
_LETTERS: Final = re.compile(rb"[A-Za-z]{2,}")
"""A reason has a word at least; what closes a comment (`*/`, `-->`) is none."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment.

    Args:
        names: infoTypes and classes; `*` for all.
        line: of the findings that it is about.
        holds: whether it has a reason.
    """

    names: frozenset[str]
    line: int
    holds: bool

    def covers(self, finding: Finding, line: int) -> bool:
        """Whether it speaks of a finding."""
        if not self.holds or line != self.line:
            return False
        identifier = "" if finding.identifier is None else finding.identifier.value
        return not self.names.isdisjoint({"*", finding.info_type, identifier} - {""})


def found(lines: Lines, data: bytes) -> Iterator[Ignore]:
    """Yield every comment of a document."""
    if not lines.are_there:
        return
    for comment in _COMMENT.finditer(data):
        names = frozenset(name.strip() for name in comment["names"].decode().split(","))
        line = lines.number(comment.start()) + bool(comment["next"])
        holds = bool(_LETTERS.search(comment["reason"])) and bool(names - {""})
        yield Ignore(names - {""}, line, holds)
