"""Whether one more exchange is taken on. What is refused here is denied with a reason, not queued: a queue that is
longer than Envoy's timeout answers nobody.

Bytes are reserved when a message's head arrives, before its body does, so that the sum of all bodies stays bounded
whatever order they come in. Single-threaded: each worker's event loop owns one.
"""

from extauthz.settings import Limits
from mesh.decision import Reason


class Admission:
    """Counts what is open.

    Args:
        limits: how many exchanges, how many bytes.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._exchanges = 0
        self._bytes = 0
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
        """Count one more RPC. Returns why its messages are refused, or None. `end` must follow either way."""
        self._streams += 1
        return Reason.DRAINING if self._draining else None

    def end(self) -> None:
        """Count one RPC less."""
        self._streams -= 1

    def enter(self, size: int) -> bool:
        """Take on one exchange with a body of up to `size` bytes; False when that is too much. Then no `leave`."""
        if self._exchanges >= self._limits.exchanges or self._bytes + size > self._limits.held_bytes:
            return False
        self._exchanges += 1
        self._bytes += size
        return True

    def leave(self, size: int) -> None:
        """Give back what `enter` took."""
        self._exchanges -= 1
        self._bytes -= size
