"""Comments that say that a finding of their line is none: `phiguard:ignore(INFOTYPE) reason`.

The comment stands on the line of the finding, or with `ignore-next-line` on the line before. It
names infoTypes, classes A to R, or `*`. Without a reason it does not hold, and the command says
where it stands. The reason is for readers of the document: no output repeats it, as it may hold
anything.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from extauthz.commands.scan.places import Lines
from phiscan.finding import Finding
from phiscan.identifiers import Identifier

_COMMENT: Final = re.compile(
    rb"phiguard:ignore(?P<next>-next-line)?\((?P<names>[A-Za-z0-9_*, ]*)\)(?P<reason>[^\n]*)"
)
_LETTERS: Final = re.compile(rb"[A-Za-z]{2,}")
"""A reason has a word at least; what closes a comment (`*/`, `-->`) is none."""
_OTHER_NAMES: Final = frozenset({"*", "INFOTYPE", *(each.value for each in Identifier)})
"""Names that are right and no infoType: all, what pages about such comments write, the classes."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment.

    Args:
        names: infoTypes and classes; `*` for all.
        line: of the findings that it is about.
        holds: whether it has a reason.
        at: its own line.
    """

    names: frozenset[str]
    line: int
    holds: bool
    at: int

    def covers(self, finding: Finding, line: int) -> bool:
        """Whether it speaks of a finding."""
        if not self.holds or line != self.line:
            return False
        identifier = "" if finding.identifier is None else finding.identifier.value
        return not self.names.isdisjoint({"*", finding.info_type, identifier} - {""})

    def fault(self, known: Set[str]) -> str:
        """What is wrong with it, or empty text. A name that nobody knows is not repeated.

        Args:
            known: every infoType; classes are known too.
        """
        if not self.names:
            return "names nothing, and so has no effect; write `phiguard:ignore(INFOTYPE) reason`"
        if not self.holds:
            return "has no reason, and so no effect; write one behind it"
        if self.names - known - _OTHER_NAMES:
            return "names an infoType that no detector has; see `phiguard detectors list`"
        return ""


def found(lines: Lines, data: bytes) -> Iterator[Ignore]:
    """Yield every comment of a document."""
    if not lines.are_there:
        return
    for comment in _COMMENT.finditer(data):
        names = frozenset(name.strip() for name in comment["names"].decode().split(","))
        at = lines.number(comment.start())
        holds = bool(_LETTERS.search(comment["reason"])) and bool(names - {""})
        yield Ignore(names - {""}, at + bool(comment["next"]), holds, at)
