"""Profiles: what was counted in a unit.

A profile is a commutative monoid: `Profile()` counts nothing, and `+` adds what two have counted.
So batches, processes, machines and restarts may come in any order, and the result is the same.
It holds counts by infoType, and never a value.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from phiscan.finding import Likelihood, Subject, Verdict

NAME: Final = "(name)"
"""The column of what was found in a unit's own name."""
TABLE: Final = "(table)"
"""The column of what was found in a batch of rows as a whole, and in none of its cells alone."""
FEWEST: Final = 20
"""A shape that fewer rows share is dropped: it could tell a person."""


class Hit(NamedTuple):
    """What was found, and by whom.

    Args:
        field: where within a cell or document: a path of known labels, or empty.
        info_type: the infoType's name.
        likelihood: of the best finding in the row.
        subject: whom it is about.
        detector: that found it.
    """

    field: str
    info_type: str
    likelihood: Likelihood
    subject: Subject
    detector: str


_SUBJECTS: Final = (Subject.NOBODY, Subject.PROVIDER, Subject.PERSON, Subject.PATIENT)


def rank(hit: Hit) -> tuple[Likelihood, int, str]:
    """Order hits of one infoType: the surest is the best, then the one about a patient."""
    return hit.likelihood, _SUBJECTS.index(hit.subject), hit.detector


class Shape(NamedTuple):
    """The masked shape of values: `999-99-9999`, `Aa Aa`.

    Args:
        info_type: of the values.
        shape: digits are 9, runs of letters are A, a or Aa.
    """

    info_type: str
    shape: str


@dataclass(frozen=True, slots=True)
class Column:
    """What was counted in one column, or in a unit's documents (the column without a name).

    Args:
        rows: rows that were read of its table; documents.
        filled: of those, how many have a cell that is neither NULL nor empty.
        hits: rows with a hit. A row counts once for an infoType: by its best finding.
        shapes: rows by the masked shape of what was found.
        texts: of the filled cells, how many are texts of some words, or documents.
    """

    rows: int = 0
    filled: int = 0
    hits: Mapping[Hit, int] = field(default_factory=Counter)
    shapes: Mapping[Shape, int] = field(default_factory=Counter)
    texts: int = 0

    def __add__(self, other: "Column") -> "Column":
        return Column(
            self.rows + other.rows,
            self.filled + other.filled,
            Counter(self.hits) + Counter(other.hits),
            Counter(self.shapes) + Counter(other.shapes),
            self.texts + other.texts,
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """What was counted in one unit.

    Args:
        rows: rows read.
        documents: documents read, and cells that are documents.
        bytes: bytes given to the detectors.
        columns: by name. Documents have the column without a name.
        verdicts: batches and documents by what their findings mean together.
        gaps: batches and documents that were not read whole, by why (`phiscan.finding.Gap`).
        unread: parts that could not be read, by why (`atrest.source.Reason`).
        methods: how the rows were chosen.
        media: documents by what they were read as.
    """

    rows: int = 0
    documents: int = 0
    bytes: int = 0
    columns: Mapping[str, Column] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=Counter)
    gaps: Mapping[str, int] = field(default_factory=Counter)
    unread: Mapping[str, int] = field(default_factory=Counter)
    methods: Mapping[str, int] = field(default_factory=Counter)
    media: Mapping[str, int] = field(default_factory=Counter)

    def __add__(self, other: "Profile") -> "Profile":
        names = self.columns.keys() | other.columns.keys()
        none = Column()
        return Profile(
            self.rows + other.rows,
            self.documents + other.documents,
            self.bytes + other.bytes,
            {n: self.columns.get(n, none) + other.columns.get(n, none) for n in names},
            *(
                Counter(getattr(self, name)) + Counter(getattr(other, name))
                for name in ("verdicts", "gaps", "unread", "methods", "media")
            ),
        )

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of a batch or document."""
        return next((v for v in Verdict if self.verdicts.get(v.value)), Verdict.NONE)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was chosen to be read was read."""
        return not self.gaps and not self.unread

    def settled(self) -> "Profile":
        """Return it without the shapes that fewer than 20 rows share: for the end of a unit."""
        columns = {
            name: Column(
                column.rows,
                column.filled,
                column.hits,
                Counter({s: n for s, n in column.shapes.items() if n >= FEWEST}),
                column.texts,
            )
            for name, column in self.columns.items()
        }
        return Profile(
            self.rows,
            self.documents,
            self.bytes,
            columns,
            self.verdicts,
            self.gaps,
            self.unread,
            self.methods,
            self.media,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON has it, in an order of its own: equal profiles give equal bytes."""
        return {
            "rows": self.rows,
            "documents": self.documents,
            "bytes": self.bytes,
            "columns": {
                name: {
                    "rows": c.rows,
                    "filled": c.filled,
                    "texts": c.texts,
                    "hits": [
                        [h.field, h.info_type, h.likelihood.name, h.subject.value, h.detector, n]
                        for h, n in sorted(c.hits.items())
                    ],
                    "shapes": [[*s, n] for s, n in sorted(c.shapes.items())],
                }
                for name, c in sorted(self.columns.items())
            },
            **{
                name: dict(sorted(getattr(self, name).items()))
                for name in ("verdicts", "gaps", "unread", "methods", "media")
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Profile":
        """Read what `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            data["rows"],
            data["documents"],
            data["bytes"],
            {
                name: Column(
                    column["rows"],
                    column["filled"],
                    _hits(column["hits"]),
                    Counter({Shape(t, s): n for t, s, n in column["shapes"]}),
                    column["texts"],
                )
                for name, column in data["columns"].items()
            },
            *(Counter(data[name]) for name in ("verdicts", "gaps", "unread", "methods", "media")),
        )


def _hits(rows: Iterable[tuple[str, str, str, str, str, int]]) -> Counter[Hit]:
    return Counter(
        {
            Hit(path, info_type, Likelihood[likelihood], Subject(subject), detector): count
            for path, info_type, likelihood, subject, detector, count in rows
        }
    )
