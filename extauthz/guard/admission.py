"""Admission: decides whether the guard takes on one more exchange.

An exchange that does not fit is denied with a reason. It is not queued: a queue that is longer than
Envoy's timeout answers nobody.

Bytes are reserved when the head of a message arrives, before its body. So the sum of all bodies
stays bounded, in whatever order they come. A workload that sends slowly must not close the guard to
all others: a caller with a proven identity holds at most half of the places and half of the bytes.

Not thread-safe. The event loop of each worker owns one instance.
"""

from collections.abc import Callable
from dataclasses import dataclass

from extauthz.settings import Limits
from mesh.policy.decision import Reason


@dataclass(slots=True)
class _Taken:
    """The places and bytes that are taken."""

    exchanges: int = 0
    bytes: int = 0

    def has_room(self, size: int, limits: Limits, share: int) -> bool:
        """Whether one more exchange of `size` bytes fits into `limits` divided by `share`.

        The first exchange of a caller always fits into its share.
        """
        is_first = share > 1 and not self.exchanges
        return is_first or (
            self.exchanges < limits.exchanges / share
            and self.bytes + size <= limits.held_bytes / share
        )


class Admission:
    """Counts open exchanges, their bytes, and running RPCs.

    Args:
        limits: how many exchanges and how many bytes fit.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = _Taken()
        self._held: dict[str, _Taken] = {}
        self._streams = 0
        self._draining = False
        self._at_drain: set[Callable[[], None]] = set()

    @property
    def streams(self) -> int:
        """The number of running RPCs."""
        return self._streams

    @property
    def exchanges(self) -> int:
        """The number of open exchanges."""
        return self._all.exchanges

    @property
    def held(self) -> int:
        """The bytes that are reserved for their bodies."""
        return self._all.bytes

    @property
    def draining(self) -> bool:
        """Whether new RPCs are refused."""
        return self._draining

    def drain(self) -> None:
        """Refuse new RPCs from now on. Running RPCs may finish, their responses included."""
        self._draining = True
        for leave in tuple(self._at_drain):
            leave()

    def at_drain(self, leave: Callable[[], None]) -> None:
        """Call this when a drain begins: a connection that never ends must end by itself."""
        self._at_drain.add(leave)

    def forget(self, leave: Callable[[], None]) -> None:
        """Undo `at_drain`."""
        self._at_drain.discard(leave)

    def begin(self) -> "Reason | None":
        """Count one more RPC. `end` must follow, whatever this returns.

        Returns:
            The reason why its messages are refused, or None.
        """
        self._streams += 1
        return Reason.DRAINING if self._draining else None

    def end(self) -> None:
        """Count one running RPC less."""
        self._streams -= 1

    def enter(self, size: int, caller: str = "") -> bool:
        """Take on one exchange with a body of up to `size` bytes.

        Args:
            size: bytes to reserve.
            caller: principal of the proxy that asks. It is empty on a plain listener, where all
                callers count as one.

        Returns:
            False when the exchange does not fit. Then no `leave` may follow.
        """
        limits = self._limits
        held = self._held.get(caller) or _Taken()
        share = 2 if caller else 1
        if not (held.has_room(size, limits, share) and self._all.has_room(size, limits, 1)):
            return False
        self._held[caller] = held
        for each in (held, self._all):
            each.exchanges += 1
            each.bytes += size
        return True

    def grow(self, size: int, caller: str = "") -> bool:
        """Reserve `size` more bytes for an exchange that was taken on. False when they do not fit.

        Then nothing changes. `leave` gives back the sum.
        """
        limits, held = self._limits, self._held[caller]
        share = 2 if caller else 1
        is_alone = share > 1 and held.exchanges == 1
        fits = is_alone or held.bytes + size <= limits.held_bytes / share
        if not fits or self._all.bytes + size > limits.held_bytes:
            return False
        for each in (held, self._all):
            each.bytes += size
        return True

    def leave(self, size: int, caller: str = "") -> None:
        """Give back what `enter` took."""
        held = self._held[caller]
        for each in (held, self._all):
            each.exchanges -= 1
            each.bytes -= size
        if not held.exchanges:
            del self._held[caller]


class Reservation:
    """The place of one exchange, and the bytes that are reserved for it.

    Args:
        admission: of the worker.
        caller: principal of the proxy that asks; empty on a plain listener.
    """

    def __init__(self, admission: Admission, caller: str) -> None:
        self._admission = admission
        self._caller = caller
        self._size: int | None = None

    def cover(self, size: int) -> bool:
        """Reserve a place and at least `size` bytes. False when they do not fit."""
        if self._size is None:
            if not self._admission.enter(size, self._caller):
                return False
            self._size = size
        elif size > self._size:
            if not self._admission.grow(size - self._size, self._caller):
                return False
            self._size = size
        return True

    def release(self) -> None:
        """Give everything back. It can be reserved again."""
        if self._size is not None:
            self._admission.leave(self._size, self._caller)
            self._size = None
