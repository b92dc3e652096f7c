"""A connection to a database that is opened when it is needed, and whose reads are snapshots."""

import contextlib
import traceback
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final, Generic, Protocol, Self, TypeVar

from atrest.manners import Manners
from atrest.protection import Evidence, Shield
from atrest.readers.address import Address
from atrest.readers.replica import Lag
from atrest.source import ReadError, Reason

GRACE: Final = 30
"""Seconds that the connection waits longer than a statement may take: the server gives up first."""


def let_go(error: BaseException) -> None:
    """Clear the frames of a driver's error, so that no socket stays open while it is kept.

    They hold the driver's end of the connection.
    """
    each: BaseException | None = error
    while each is not None:
        traceback.clear_frames(each.__traceback__)
        each = each.__context__


class _Closable(Protocol):
    def close(self) -> object:
        """End the connection."""
        ...


C = TypeVar("C", bound=_Closable)


class SnapshotSession(ABC, Generic[C]):
    """What every database's session does. A subclass speaks with its driver.

    Args:
        addresses: where, and who: one for each server that holds the same. A replica is read where
            one answers, else the first server that does.
        manners: how long a statement and a lock may take, and how far a replica may be behind.
    """

    failures: tuple[type[Exception], ...]
    """What the driver raises."""
    refusals: type[Exception]
    """Of those, what the server says. After any other nobody knows where in an answer it stands."""
    asked: str
    """Where the driver reads how the connection is protected."""

    def __init__(self, addresses: Sequence[Address], manners: Manners) -> None:
        self._addresses = addresses
        self._address = addresses[0]
        self._manners = manners
        self._lag = Lag(manners.lag_seconds, self._seconds_behind)
        self._connection: C | None = None
        self._transport: Evidence | None = None

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Self]:
        """One read-only transaction: every statement in it sees the database at one moment.

        Raises:
            ReadError: the connection cannot be made, or a statement fails.
        """
        try:
            if self._connection is None:
                self._open_one()
            self._lag.wait()
            self._begin()
            yield self
        except self.failures as error:
            if not isinstance(error, self.refusals):
                self.close()
                let_go(error)
            raise self._read_error(error) from None
        finally:
            self._end()

    def keep_up(self) -> None:
        """Look, from time to time, whether the replica that is read goes on. Raises ReadError."""
        self._lag.check()

    def transport(self) -> Evidence:
        """How the connection is protected, as the server says. Raises ReadError."""
        if self._transport is None:
            with self.snapshot():
                pass
        return self._transport or Evidence(self.asked, "nothing", Shield.UNKNOWN)

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*self.failures):
                connection.close()

    def _opened(self) -> C:
        if self._connection is None:
            raise ReadError(Reason.UNREACHABLE, "the connection is closed")
        return self._connection

    def _end(self) -> None:
        """End the transaction. A connection that cannot do so is given up."""
        if self._connection is None:
            return
        try:
            self._roll_back(self._connection)
        except self.failures:
            self.close()

    def _open_one(self) -> None:
        """Open a connection to a replica, or to the first server that answers.

        Raises:
            ReadError: no server answers. It is the error of the first.
        """
        if len(self._addresses) == 1:
            self._open()
            return
        answered: list[Address] = []
        failed: list[ReadError] = []
        for address in self._addresses:
            self._address = address
            try:
                self._open()
                if self._is_replica():
                    return
                answered.append(address)
            except ReadError as error:
                failed.append(error)
            except self.failures as error:
                failed.append(self._read_error(error))
            self.close()
        if not answered:
            raise failed[0]
        self._address = answered[0]
        self._open()

    @abstractmethod
    def _open(self) -> None:
        """Open the connection, and ask how it is protected. Raises ReadError."""

    @abstractmethod
    def _is_replica(self) -> bool:
        """Whether the server is a replica."""

    @abstractmethod
    def _seconds_behind(self) -> float | None:
        """Return how far a replica is behind. None: it does not say, or is no replica."""

    @abstractmethod
    def _begin(self) -> None:
        """Begin the transaction."""

    @abstractmethod
    def _roll_back(self, connection: C) -> None:
        """End the transaction."""

    @abstractmethod
    def _read_error(self, error: Exception) -> ReadError:
        """Return a failure without the driver's text."""
