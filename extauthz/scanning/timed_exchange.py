"""An exchange with its clock: the same code judges a message here and in a scanner process.

Time: a scan has a budget of seconds. A sender who is slow to send its body must not use it up. So
the scanner's clock (`Stopwatch`) runs only while an event is worked on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from extauthz.policies.store import PolicySnapshot
from extauthz.records.allow_list import SpanName
from mesh.exchange.events import Event, Head, Outcome
from mesh.exchange.machine import Exchange, Scanner
from mesh.message.body_digests import Replaced
from phiscan.finding import ScanReport
from phiscan.scanner import Limits as ScanLimits


class Step(NamedTuple):
    """One step of the work on a message, in nanoseconds since 1970."""

    name: SpanName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Budget:
    """What the scan of one message may cost.

    Args:
        body_bytes: the largest body that is scanned.
        seconds: time for one scan.
        seconds_per_mib: as much more for each MiB after the first.
    """

    body_bytes: int
    seconds: float
    seconds_per_mib: float = 0.0


@dataclass(frozen=True, slots=True)
class Before:
    """What came before the message, and what its masks need.

    Args:
        earlier: what was found in the part of the message that was already forwarded, or None.
        replaced: the body of that part, where it was masked, or None.
        mask_key: the secret of tokens and shifted dates, or None for none.
    """

    earlier: ScanReport | None = None
    replaced: Replaced | None = None
    mask_key: bytes | None = field(default=None, repr=False)


class Stopwatch:
    """Counts seconds of work. It runs between `start` and `stop` only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._worked = 0.0
        self._since: float | None = None

    def __call__(self) -> float:
        """Return the seconds worked so far. A scanner takes this object as its clock."""
        return self._worked + (0.0 if self._since is None else self._clock() - self._since)

    def start(self) -> None:
        """Begin to count."""
        self._since = self._clock()

    def stop(self) -> None:
        """Pause."""
        self._worked, self._since = self(), None


class _Scans:
    """The scans of one message: their clock, their limits and their steps.

    The exchange refers to this object and this object not to the exchange: a message that left a
    cycle would be freed by Python's collector only, which stops the event loop.
    """

    def __init__(self, snapshot: PolicySnapshot, budget: Budget, clock: Callable[[], int]) -> None:
        self.steps: list[Step] = []
        self.watch = Stopwatch()
        self._engine = snapshot.engine
        self._budget = budget
        self._clock = clock
        self._begun: list[float] = []  # start of each scan, in seconds of work
        self._deciding_since: int | None = None
        self._is_decided = False

    def open(self, head: Head) -> Scanner:
        """Return the scanner of a body."""
        self.decided()  # a second scanner proves a redaction, so the decision is made
        scanner = self._engine.scanner(
            content_type=head.content_type,
            content_encoding=head.content_encoding,
            rpc=head.facts.rpc,
            limits=self._limits(),
            clock=self.watch,
        )
        return _TimedScanner(scanner, self)

    def _limits(self) -> ScanLimits:
        """Return the limits of the next scan.

        All scans that prove one redaction share a budget. When a long body has used up more than
        the time of a short one, what is left is negative, and the time by size makes it up.
        """
        self._begun.append(self.watch())
        spent = self._begun[-1] - self._begun[min(1, len(self._begun) - 1)]
        return ScanLimits(
            body=self._budget.body_bytes,
            seconds=self._budget.seconds - spent,
            seconds_per_mib=self._budget.seconds_per_mib,
        )

    def finish(self, scanner: Scanner, *, truncated: bool) -> ScanReport:
        """Finish a scan, and keep the step."""
        began = self._clock()
        report = scanner.finish(truncated=truncated)
        self._deciding_since = max(began, self._clock())
        self.steps.append(Step(SpanName.SCAN, began, self._deciding_since))
        return report

    def decided(self) -> None:
        """Keep the step from the end of the first scan to now, once."""
        since = self._deciding_since
        if since is not None and not self._is_decided:
            self._is_decided = True
            self.steps.append(Step(SpanName.DECIDE, since, max(since, self._clock())))


class _TimedScanner:
    """A scanner whose work shows as a step. `feed` only collects; `finish` does the work."""

    def __init__(self, scanner: Scanner, scans: _Scans) -> None:
        self._scanner = scanner
        self._scans = scans

    def feed(self, chunk: bytes) -> None:
        self._scanner.feed(chunk)

    def feed_field(self, label: str, value: str) -> None:
        self._scanner.feed_field(label, value)

    def finish(self, *, truncated: bool) -> ScanReport:
        return self._scans.finish(self._scanner, truncated=truncated)


class TimedExchange:
    """One message under one policy snapshot.

    Args:
        snapshot: what decides the message.
        budget: of the call; asked for when a scan begins.
        before: what came before it.
        clock: returns nanoseconds since 1970.
    """

    def __init__(
        self,
        snapshot: PolicySnapshot,
        budget: Budget,
        before: Before,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._scans = _Scans(snapshot, budget, clock)
        self._exchange = Exchange(
            snapshot.policy, self._scans.open, before.earlier, before.mask_key, before.replaced
        )

    @property
    def steps(self) -> list[Step]:
        """The steps so far."""
        return self._scans.steps

    @property
    def seconds(self) -> float:
        """The seconds of work so far."""
        return self._scans.watch()

    def receive(self, event: Event) -> Outcome | None:
        """Take one event of the message. Return the outcome once it is known, else None."""
        watch = self._scans.watch
        watch.start()
        outcome = self._exchange.receive(event)
        watch.stop()
        if outcome is not None:
            self._scans.decided()
        return outcome
