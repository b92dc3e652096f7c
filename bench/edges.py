"""The cost of counting an edge, beside the decision on it, and of writing a store.

python -m bench.edges [--seconds 1]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from bench.decision import policy, report, workload
from bench.measure import interleaved, show
from extauthz.records.edges.observation_store import LIMIT, ObservationStore
from mesh.message.facts import Facts, Operation
from mesh.policy.decide import decide
from phiscan.finding import ScanReport

REPEAT = 100
NOTHING = ScanReport()
RULES = policy(100)


def facts(number: int, path: str) -> Facts:
    """A message of one of many edges."""
    operation = Operation("POST", path, "w", 8080)
    return Facts(
        source=workload(number),
        destination=workload(number * 7 + 1),
        mtls=True,
        redactable=True,
        operation=operation,
    )


def full(store: ObservationStore, edges: int) -> ObservationStore:
    """The store, filled with `edges` different edges."""
    decision = decide(facts(0, "/claims"), NOTHING, RULES)
    for number in range(edges):
        path = "/claims" if number % 2 else f"/patients/{number}/labs"
        store.count(facts(number, path), decision, report(4), RULES)
    return store


def main() -> int:
    """Print both tables."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=1.0, help="for each row")
    seconds = arguments.parse_args().seconds

    def today() -> date:
        return datetime.now(UTC).date()

    with tempfile.TemporaryDirectory() as folder:
        store = full(ObservationStore(Path(folder), 0, today), 1000)

        def many(work: Callable[..., object], *given: object) -> None:
            for _ in range(REPEAT):
                work(*given)

        print("counting one message in a store of 1,000 edges, medians")
        print(f"{'findings':>9} {'path':<34} {'decide':>9} {'count':>9}")
        for found in (0, 2, 40, 1000):
            for path in ("/claims/7731", "/fhir/R4/Patient/7731/$everything"):
                scanned = report(found) if found else NOTHING
                message = facts(0, path)
                decision = decide(message, scanned, RULES)
                medians = interleaved(
                    {
                        "decide": partial(many, decide, message, scanned, RULES),
                        "count": partial(many, store.count, message, decision, scanned, RULES),
                    },
                    seconds,
                )
                print(
                    f"{found:>9} {path:<34} {show(medians['decide'] / REPEAT):>9} "
                    f"{show(medians['count'] / REPEAT):>9}"
                )
        store.close()

    print("\nwriting a store, every few seconds at most, in a thread")
    print(f"{'edges':>7} {'all changed':>12} {'one changed':>12} {'size':>9}")
    for edges in (100, 1000, LIMIT):
        with tempfile.TemporaryDirectory() as folder:
            store = full(ObservationStore(Path(folder), 0, today), edges)

            def save(store: ObservationStore = store) -> None:
                store.count(
                    facts(0, "/claims"), decide(facts(0, "/claims"), NOTHING, RULES), NOTHING, RULES
                )
                store.save()

            start = time.perf_counter()
            store.save()
            first = time.perf_counter() - start
            median = interleaved({"save": save}, seconds)["save"]
            size = (Path(folder) / "edges-0.jsonl").stat().st_size
            print(f"{edges:>7,} {show(first):>12} {show(median):>12} {size / 1e6:>6.2f} MB")
            store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
