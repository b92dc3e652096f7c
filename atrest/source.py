"""The port of a source: it lists units, reads one of them, and says how it is protected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from atrest.protection import Protection
from atrest.unit import Unit


class Reason(StrEnum):
    """Why something was not read, or not all of it."""

    NOT_PERMITTED = "NOT_PERMITTED"
    NOT_A_FILE = "NOT_A_FILE"
    """A pipe, a socket, a device, or a file of the kernel's own (`/proc`)."""
    LINK_LOOP = "LINK_LOOP"
    GONE = "GONE"
    CHANGED = "CHANGED"
    UNREACHABLE = "UNREACHABLE"
    REFUSED = "REFUSED"
    """The source refused the credentials or the connection."""
    MALFORMED = "MALFORMED"
    ENCRYPTED = "ENCRYPTED"
    OVER_LIMIT = "OVER_LIMIT"
    OUT_OF_TIME = "OUT_OF_TIME"
    LAGGING = "LAGGING"
    """The replica that is read fell behind, and was left alone."""
    ARCHIVED = "ARCHIVED"
    """An object in an archive tier. Reading it would restore it, which costs money."""
    REQUESTER_PAYS = "REQUESTER_PAYS"
    SEES_LESS = "SEES_LESS"
    """The role sees only some rows (row-level security)."""
    NO_READER = "NO_READER"
    """The extra that reads this format is not installed."""
    WORKER_LOST = "WORKER_LOST"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class ReadError(Exception):
    """A unit or a whole source cannot be read.

    INVARIANT (no values): `detail` is made of our own words and of the error's class or code.
    Drivers quote rows in their messages, so their text is never kept.

    Args:
        reason: why.
        detail: what helps to mend it: an SQLSTATE, an errno's text, the extra to install.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}{': ' if detail else ''}{detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["ReadError"], tuple[Reason, str]]:
        """Survives the way between processes."""
        return (ReadError, (self.reason, self.detail))


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of a unit may be read.

    Args:
        rows: of a table at most so many rows; 0: all.
        document_bytes: of one document or cell at most so many bytes.
        seed: of the sample. The same seed chooses the same rows of the same content, where the
            source can.
    """

    rows: int = 5_000
    document_bytes: int = 16 << 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table.

    Args:
        columns: their names.
        rows: cells as Python values: None, str, bytes, numbers, dates, lists, dicts.
        table: the name of the table, where the unit has several: a sheet of a workbook.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]] = field(repr=False)
    table: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one document, or of a piece of one.

    Args:
        data: the bytes.
        content_type: as the source says, or empty.
        content_encoding: as the source says, or empty.
        truncated: whether the document has more bytes.
    """

    data: bytes = field(repr=False)
    content_type: str = ""
    content_encoding: str = ""
    truncated: bool = False


class Method(StrEnum):
    """How the rows that were read were chosen."""

    ALL = "all"
    BERNOULLI = "bernoulli"
    """Each row with the same chance, whatever the others."""
    RANDOM = "random"
    """Rows drawn at random, each with the same chance."""
    STORES = "store's"
    """The store's own sample, whose chances it does not state. No bound follows."""
    BLOCKS = "blocks"
    """Whole blocks of rows at random. Rows of one block are alike, so no bound follows."""

    @property
    def is_uniform(self) -> bool:
        """Whether a bound on all rows follows from the sample."""
        return self in (Method.ALL, Method.BERNOULLI, Method.RANDOM)


@dataclass(frozen=True, slots=True)
class Sampled:
    """How the rows were chosen. A reader says it once, after the last row.

    Args:
        method: how.
        seed: with which seed.
    """

    method: Method
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A part that was not read.

    Args:
        reason: why.
        member: where it stands within the unit.
    """

    reason: Reason
    member: str = ""


Item = Rows | Document | Sampled | Unread


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A place that a listing could not read.

    Args:
        source: the source's name.
        name: of the folder, schema or bucket.
        reason: why.
        detail: what helps to mend it.
    """

    source: str
    name: str
    reason: Reason
    detail: str = ""


class Source(Protocol):
    """One store. Not thread-safe; each process opens its own."""

    @property
    def name(self) -> str:
        """The source's name, without credentials."""
        ...

    def list(self) -> Iterator[Unit | Unlisted]:
        """Yield every unit, in the order of names, and each place that cannot be listed.

        Raises:
            ReadError: the whole source cannot be listed.
        """
        ...

    def read(self, unit: Unit, budget: Budget) -> Iterator[Item]:
        """Yield the content of one unit, in pieces that fit into memory.

        Raises:
            ReadError: it cannot be read. What was yielded before stays true.
        """
        ...

    def protection(self, unit: Unit) -> Protection:
        """What is known of the unit's encryption.

        Never raises: what cannot be asked is UNKNOWN.
        """
        ...

    def close(self) -> None:
        """End the connection."""
        ...
