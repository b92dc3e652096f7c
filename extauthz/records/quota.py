"""How often the same thing is logged: a few times in a window, then once with a count.

A client can provoke some lines as often as it likes. Without a bound it could fill a disk, and push
the lines that matter out of the log.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)

WINDOW_SECONDS: Final = 10.0


class Quota(Generic[K]):
    """Admits each key `burst` times in a window and counts the rest.

    When the window ends, a thread tells the count of each key. There is no thread while nothing is
    left out. Any thread may call.

    Args:
        burst: how often a key is admitted in one window.
        tell: takes a key and how often it was not admitted; 1 or more.
        window: in seconds.
    """

    def __init__(
        self, burst: int, tell: Callable[[K, int], None], window: float = WINDOW_SECONDS
    ) -> None:
        self._burst = burst
        self._tell = tell
        self._window = window
        self._lock = threading.Lock()
        self._used: Counter[K] = Counter()
        self._left_out: Counter[K] = Counter()
        self._ends = 0.0
        self._timer: threading.Timer | None = None

    def admit(self, key: K) -> bool:
        """Return whether `key` may be logged now. If not, it is counted."""
        with self._lock:
            now = time.monotonic()
            if now >= self._ends:
                self._used.clear()
                self._ends = now + self._window
            self._used[key] += 1
            if self._used[key] <= self._burst:
                return True
            self._left_out[key] += 1
            if self._timer is None:
                self._timer = threading.Timer(self._ends - now, self.flush)
                self._timer.daemon = True
                self._timer.start()
            return False

    def flush(self) -> None:
        """Tell now what was left out."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            counted = dict(self._left_out)
            self._left_out.clear()
        for key, count in counted.items():
            self._tell(key, count)
