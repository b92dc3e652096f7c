"""Whether one more exchange is taken on. What is refused here is denied with a reason, not queued: a queue that is
longer than Envoy's timeout answers nobody.

Bytes are reserved when a message's head arrives, before its body does, so that the sum of all bodies stays bounded
whatever order they come in. One workload that sends slowly must not close the guard to all others: a proxy that has proven
who it is holds at most half of the places and half of the bytes. Single-threaded: each worker's event loop owns one.
"""

from dataclasses import dataclass

from extauthz.settings import Limits
from mesh.policy.decision import Reason


@dataclass(slots=True)
class _Held:
    """What is taken."""

    exchanges: int = 0
    bytes: int = 0

    def has_room(self, size: int, limits: Limits, share: int) -> bool:
        """Whether one more of this size fits into that share of the limits. The first always fits
        into a share."""
        is_first = share > 1 and not self.exchanges
        return is_first or (
            self.exchanges < limits.exchanges / share
            and self.bytes + size <= limits.held_bytes / share
        )


class Admission:
    """Counts what is open.

    Args:
        limits: how many exchanges, how many bytes.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = _Held()
        self._held: dict[str, _Held] = {}
        self._streams = 0
        self._draining = False

    @property
    def streams(self) -> int:
        """RPCs that are running."""
        return self._streams

    @property
    def draining(self) -> bool:
        """Whether new RPCs are refused."""
        return self._draining

    def drain(self) -> None:
        """Refuse new RPCs from now on; those that run may finish, their responses included."""
        self._draining = True

    def begin(self) -> "Reason | None":
        """Count one more RPC. Returns why its messages are refused, or None. `end` must follow
        either way."""
        self._streams += 1
        return Reason.DRAINING if self._draining else None

    def end(self) -> None:
        """Count one RPC less."""
        self._streams -= 1

    def enter(self, size: int, caller: str = "") -> bool:
        """Take on one exchange with a body of up to `size` bytes; False when that is too much. Then
        no `leave`.

        Args:
            caller: principal of the proxy that asks; empty on a plain listener, where all are one.
        """
        limits = self._limits
        held = self._held.get(caller) or _Held()
        share = 2 if caller else 1
        if not (held.has_room(size, limits, share) and self._all.has_room(size, limits, 1)):
            return False
        self._held[caller] = held
        for each in (held, self._all):
            each.exchanges += 1
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
