"""What is known of encryption: of the storage, and of the connection that read it.

A verdict stands on evidence, and each piece of evidence names where it was read. Nothing that could
not be asked is UP: plain PostgreSQL cannot know whether its disk is encrypted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Shield(StrEnum):
    """Whether something is encrypted."""

    UP = "UP"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One fact.

    Args:
        asked: where it was read: `GetBucketEncryption`, `/sys/dev/block/253:0/dm/uuid`.
        answer: what was read, in the source's own closed words: `aws:kms`, `CRYPT-LUKS2`, `off`.
        shield: what it says.
    """

    asked: str
    answer: str
    shield: Shield


SERVERS_DISK: Final = Evidence("disk of the server", "cannot be asked", Shield.UNKNOWN)
"""What lies below a database that cannot see its own disk."""


@dataclass(frozen=True, slots=True)
class Protection:
    """What is known of one unit.

    Args:
        storage: the evidence on how it is stored.
        connection: the evidence on how it was read.
    """

    storage: tuple[Evidence, ...] = ()
    connection: tuple[Evidence, ...] = ()

    @property
    def stored(self) -> Shield:
        """Whether it is stored encrypted."""
        return _combined(self.storage)

    @property
    def carried(self) -> Shield:
        """Whether the connection was encrypted."""
        return _combined(self.connection)


def _combined(evidence: Iterable[Evidence]) -> Shield:
    """UP when something says so: encryption at any layer encrypts.

    DOWN only when there is evidence and all of it says DOWN: one layer that cannot be asked may
    still encrypt.
    """
    shields = {each.shield for each in evidence}
    if Shield.UP in shields:
        return Shield.UP
    return Shield.DOWN if shields == {Shield.DOWN} else Shield.UNKNOWN


def to_json(protection: Protection) -> dict[str, list[list[str]]]:
    """Return it as JSON has it, in an order of its own."""
    return {
        name: sorted([e.asked, e.answer, e.shield.value] for e in getattr(protection, name))
        for name in ("storage", "connection")
    }


def from_json(data: Mapping[str, Sequence[Sequence[str]]]) -> Protection:
    """Read what `to_json` wrote. Raises KeyError or ValueError for anything else."""
    return Protection(
        *(
            tuple(Evidence(asked, answer, Shield(shield)) for asked, answer, shield in data[name])
            for name in ("storage", "connection")
        )
    )
