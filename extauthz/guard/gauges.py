"""What of a worker is read at each export or scrape: how full it is, and how old what it uses is.

Each value is read in the thread of who asks, never on the event loop.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Final

from extauthz.guard import certificate
from extauthz.guard.admission import Admission
from extauthz.listeners import Tls
from extauthz.policies.store import PolicyStore
from extauthz.records.allow_list import Key
from extauthz.records.ledger import room
from extauthz.records.ledger.keeper import Ledger
from extauthz.records.series import Gauge, Kind, Read, Words, gauge
from extauthz.scanning.pool import ScannerPool
from extauthz.settings import Limits, Settings
from mesh.policy.policy import Policy


class Freshness:
    """When what a worker uses was last known to be good, and whether the worker is ready.

    The event loop sets it, and other threads read it. Times are in seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self.ready = False
        self.policy_since = self.synced = self.signed = time.monotonic()
        self._checkpoint = ""

    def see_checkpoint(self, note: str) -> None:
        """Take in the newest signed checkpoint."""
        if note != self._checkpoint:
            self._checkpoint, self.signed = note, time.monotonic()


@dataclass(frozen=True, slots=True)
class Watched:
    """The parts of a worker that its gauges read."""

    settings: Settings
    admission: Admission
    scanners: ScannerPool
    policies: PolicyStore
    ledger: Ledger
    freshness: Freshness

    def gauges(self) -> list[Gauge]:
        """Return the gauges of the worker."""
        settings, freshness = self.settings, self.freshness
        made = [
            gauge("phiguard.ready", "", "Whether the worker takes messages", self._ready),
            *_of_queues(settings.limits, self.admission, self.scanners),
            *_of_policy(self.policies, freshness),
        ]
        if settings.ledger is not None:
            made += _of_ledger(settings, settings.ledger, self.ledger, freshness)
        if settings.signing is not None:
            made.append(_of_checkpoints(freshness))
        if settings.tls is not None:
            made.append(_of_certificate(settings.tls))
        return made

    def _ready(self) -> float:
        return self.freshness.ready


def _of_queues(limits: Limits, admission: Admission, scanners: ScannerPool) -> list[Gauge]:
    return [
        gauge(
            "phiguard.exchanges.open",
            "{exchange}",
            "Messages that are being judged, or whose body is awaited",
            lambda: admission.exchanges,
        ),
        gauge(
            "phiguard.exchanges.limit",
            "{exchange}",
            "Messages at a time; more are refused as OVERLOADED",
            lambda: limits.exchanges,
        ),
        gauge(
            "phiguard.bodies.held",
            "By",
            "Bytes reserved for the bodies of open messages",
            lambda: admission.held,
        ),
        gauge(
            "phiguard.bodies.limit",
            "By",
            "Bytes of bodies at a time; more are refused as OVERLOADED",
            lambda: limits.held_bytes,
        ),
        gauge(
            "phiguard.scanner.waiting",
            "{message}",
            "Messages that wait for a scanner process",
            lambda: scanners.waiting,
        ),
    ]


class _SetAside(Mapping[Words, Read]):
    """One series for each namespace that is set aside at the moment."""

    def __init__(self, policies: PolicyStore) -> None:
        self._policies = policies

    def __getitem__(self, words: Words) -> Read:
        return lambda: 1

    def __iter__(self) -> Iterator[Words]:
        for each in self._policies.current.aside:
            yield each.namespace, "closed" if each.closed else "held"

    def __len__(self) -> int:
        return len(self._policies.current.aside)


def _of_policy(policies: PolicyStore, freshness: Freshness) -> list[Gauge]:
    return [
        gauge(
            "phiguard.policy.loaded",
            "",
            "Whether there is a policy",
            lambda: policies.current.policy is not None,
        ),
        gauge(
            "phiguard.policy.age",
            "s",
            "Since the policy in force was put in force by this process",
            lambda: time.monotonic() - freshness.policy_since,
        ),
        gauge(
            "phiguard.policy.refused",
            "",
            "Whether the newest policy is not in force",
            lambda: policies.refused,
        ),
        Gauge(
            "phiguard.policy.set_aside",
            "",
            "1 for each namespace whose newest policy objects are not in force",
            _SetAside(policies),
            (Key.NAMESPACE, Key.STATE),
        ),
        gauge(
            "phiguard.policy.exception.remaining",
            "s",
            "Until the next exception of the policy ends",
            lambda: until_next_end(policies.current.policy, datetime.now(UTC)),
        ),
    ]


def _of_checkpoints(freshness: Freshness) -> Gauge:
    return gauge(
        "phiguard.ledger.checkpoint.age",
        "s",
        "Since the newest checkpoint of the ledger was signed",
        lambda: time.monotonic() - freshness.signed,
    )


def _of_ledger(
    settings: Settings, folder: Path, ledger: Ledger, freshness: Freshness
) -> list[Gauge]:
    return [
        gauge(
            "phiguard.ledger.written",
            "By",
            "Bytes written to the ledger",
            lambda: ledger.written,
            Kind.COUNTER,
        ),
        gauge(
            "phiguard.ledger.free",
            "By",
            "Bytes that the ledger may still take, of its disk and of its budget",
            lambda: free(folder, settings.ledger_budget),
        ),
        gauge(
            "phiguard.ledger.unsynced",
            "s",
            "Since the ledger was last known to be on the disk",
            lambda: time.monotonic() - freshness.synced,
        ),
    ]


def _of_certificate(tls: Tls) -> Gauge:
    return gauge(
        "phiguard.certificate.remaining",
        "s",
        "Until the listener's certificate ends",
        lambda: until_end(tls.cert, datetime.now(UTC)),
    )


_DAY: Final = timedelta(days=1)


def until_next_end(policy: Policy | None, now: datetime) -> float | None:
    """Return the seconds until an exception in force ends, or None when there is none.

    Args:
        policy: in force.
        now: in UTC. An exception holds up to the end of its last day.
    """
    if policy is None:
        return None
    last_days = [rule.terms.expires for rule in policy.in_force if rule.terms is not None]
    if not last_days:
        return None
    end = datetime.combine(min(last_days), clock_time(), UTC) + _DAY
    return (end - now).total_seconds()


def until_end(chain: Path, now: datetime) -> float | None:
    """Return the seconds until the certificate in a file ends, or None when it cannot be read."""
    try:
        return (certificate.ends(chain.read_text("ascii")) - now).total_seconds()
    except (OSError, ValueError):
        return None


def free(folder: Path, budget: int) -> int | None:
    """Return the bytes that a ledger may still take, or None when its disk does not say.

    Args:
        folder: of the ledger.
        budget: bytes that it may take; 0 for all of its disk.
    """
    try:
        measured = room.measure(folder, budget)
    except OSError:
        return None
    return max(measured.limit - measured.used, 0)
