"""What a trip to a scanner process costs: the time of a message there beyond the work on it.

    python -m bench.scanner_trip [--seconds 2]

The floor is the same message judged in this process.
"""

import argparse
import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Final

from bench.measure import show
from extauthz.demo import payloads
from extauthz.demo.programs import POLICY
from extauthz.detection import engines
from extauthz.detection.engines import Detection
from extauthz.policies.files import PolicyFiles
from extauthz.policies.store import PolicySnapshot, PolicyStore
from extauthz.scanning.job import Job, judge
from extauthz.scanning.pool import ScannerPool, Work
from extauthz.scanning.timed_exchange import Before, Budget
from mesh.exchange.events import Body, Event, Head
from mesh.message.facts import Facts

KIB: Final = 1024
SIZES: Final = (4 * KIB, 64 * KIB, 1024 * KIB, 8000 * KIB)
_BUDGET: Final = Budget(8 << 20, 30.0)


def _message(size: int) -> tuple[Event, ...]:
    facts = Facts(
        source="cluster.local/ns/a/sa/a", destination="cluster.local/ns/b/sa/b", mtls=True
    )
    return Head(facts), Body(payloads.clean_document_of(size), end=True)


async def _trips(
    pool: ScannerPool, snapshot: PolicySnapshot, size: int, seconds: float
) -> tuple[float, float]:
    """Return the median seconds of the way there and back, and of judging here."""
    work = Work(_message(size), Before(), lambda _: _BUDGET, with_places=False)
    away, here = [], []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(away) < 5:
        began = time.perf_counter()
        answer = await pool.judge(work, snapshot, "bench")
        away.append(time.perf_counter() - began - answer.seconds)
        here.append(
            judge(Job(work.events, _BUDGET, work.before, with_places=False), snapshot).seconds
        )
    return statistics.median(away), statistics.median(here)


async def _run(seconds: float) -> None:
    detection = Detection()
    store = PolicyStore(
        PolicyFiles(POLICY),
        lambda: datetime.now(UTC).date(),
        lambda sets: engines.load(detection, sets),
    )
    pool = ScannerPool(1, detection, lambda: store.current)
    pool.start()
    while not pool.is_open:
        await asyncio.sleep(0.01)
    print(f"{'clean JSON':<12}{'trip':>12}{'judged here':>14}")
    for size in SIZES:
        trip, here = await _trips(pool, store.current, size, seconds)
        print(f"{size // KIB:>6} KiB  {show(trip):>12}{show(here):>14}", flush=True)
    await pool.close()


def main() -> int:
    """Run all sizes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="for each size; default 2")
    asyncio.run(_run(parser.parse_args().seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
