"""Ways that the admins of a mesh know and accept: a file of globs, each with an end.

    - cells: "clinic/*/outbound/443/platform"
      reason: the API server is asked by the operator
      by: Ana Ruiz
      until: 2027-03-31

What is accepted stays DOWN, is marked, and no longer decides the exit code. After the last day it
does again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import translate
from typing import Final

import yaml

from mesh.posture.cell import Cell
from mesh.posture.verdict import State, Verdict

_KEYS: Final = ("cells", "reason", "by", "until")
_LONGEST: Final = 500
_MOST: Final = 10_000


class AcceptanceError(ValueError):
    """The file cannot be used. The text is one line without the file's name."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One way that is known and accepted.

    Args:
        cells: a glob of names of cells; `*` also matches `/`.
        reason: why it is accepted.
        by: who accepts it.
        until: the last day, UTC.
    """

    cells: str
    reason: str
    by: str
    until: date

    def names(self, cell: Cell) -> bool:
        """Whether the glob names the cell."""
        return re.fullmatch(translate(self.cells), str(cell)) is not None


@dataclass(frozen=True)
class Accepted:
    """All acceptances of a mesh, on one day."""

    entries: Sequence[Acceptance] = ()
    today: date = date.min

    def of(self, verdict: Verdict) -> Acceptance | None:
        """Return what accepts a cell that is DOWN; None where nothing does, or no longer."""
        if verdict.state is not State.DOWN:
            return None
        for each in self.entries:
            if each.until >= self.today and each.names(verdict.cell):
                return each
        return None

    def ended(self) -> list[Acceptance]:
        """Return those whose last day is over."""
        return [each for each in self.entries if each.until < self.today]


def read(text: str, now: float) -> Accepted:
    """Read a file of acceptances.

    Args:
        text: YAML.
        now: Unix seconds.

    Raises:
        AcceptanceError: it is not what the module says.
    """
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise AcceptanceError("is not YAML") from None
    entries = [] if found is None else found
    if not isinstance(entries, list) or len(entries) > _MOST:
        raise AcceptanceError("is no list of acceptances")
    kept = tuple(_entry(number, each) for number, each in enumerate(entries, 1))
    return Accepted(kept, datetime.fromtimestamp(now, UTC).date())


def _entry(number: int, entry: object) -> Acceptance:
    if not isinstance(entry, Mapping) or set(entry) != set(_KEYS):
        raise AcceptanceError(
            f"entry {number}: needs cells, reason, by and until, and nothing else"
        )
    cells, reason, by = (_text(number, key, entry[key]) for key in _KEYS[:3])
    until = entry["until"]
    if isinstance(until, datetime) or not isinstance(until, date):
        raise AcceptanceError(f"entry {number}: until is no day, such as 2027-03-31")
    if not _some(cells):
        raise AcceptanceError(f"entry {number}: `cells` would accept every cell")
    return Acceptance(cells, reason, by, until)


def _text(number: int, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise AcceptanceError(f"entry {number}: {key} is no text, is empty, or is too long")
    if not value.isprintable():
        raise AcceptanceError(f"entry {number}: {key} is more than one line")
    return value.strip()


def _some(glob: str) -> bool:
    """Whether a glob names anything: one of wildcards only would end every alarm."""
    return bool(set(glob) - set("*?/"))


def open_holes(verdicts: Iterable[Verdict], accepted: Accepted) -> int:
    """Return how many cells are DOWN and not accepted."""
    return sum(each.state is State.DOWN and accepted.of(each) is None for each in verdicts)
