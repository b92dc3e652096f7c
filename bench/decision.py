"""`decide()` against itself: one rule, 100 rules, 10,000 rules over 1,000 workloads.

python -m bench.decision [--seconds 1]

Each of three questions has its own table:

- One edge, many paths: do the numbers of rules and of findings matter? Ten of the 10,000 rules name
  that edge.
- Random edges among all rules, each met before (warm): what does ordinary traffic cost?
- The first message of each edge (cold): what does a restart or a new policy cost per edge?
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from bench.measure import interleaved, show
from mesh.message.facts import Facts, Operation
from mesh.policy.decide import decide
from mesh.policy.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import INFO_TYPES

REPEAT = 100
WORKLOADS = 1000
RULES = (1, 100, 10_000)


def workload(number: int) -> str:
    """The principal of a workload."""
    return f"cluster.local/ns/ns{number % 20}/sa/w{number}"


def ends(rule: int) -> tuple[str, str]:
    """Source and destination of a rule's edge. Ten of 10,000 rules name each of 1,000 edges."""
    return workload(rule % WORKLOADS), workload((rule * 7 + 1) % WORKLOADS)


def policy(rules: int) -> Policy:
    """A policy of `rules` rules between up to 1,000 workloads.

    The rules of one edge have three different paths in turn.
    """
    disclosure = Disclosure(
        allow=frozenset(("A", "C")), redact=frozenset(("US_SOCIAL_SECURITY_NUMBER",))
    )
    made = tuple(
        Rule(
            name=f"rule-{i}",
            sources=(Peer(principals=(ends(i)[0],)),),
            targets=(
                Target(
                    Peer(principals=(ends(i)[1],)),
                    OperationMatch(
                        methods=("POST",), paths=("/claims/*", f"/version-{i // WORKLOADS % 3}/*")
                    ),
                ),
            ),
            request=disclosure,
        )
        for i in range(rules)
    )
    return Policy("bench", "0" * 64, rules=made)


def report(findings: int) -> ScanReport:
    """A scan report with `findings` findings of two kinds."""
    kinds = INFO_TYPES["PERSON_NAME"], INFO_TYPES["US_SOCIAL_SECURITY_NUMBER"]
    found = tuple(
        Finding.of(
            kinds[i % 2],
            Likelihood.VERY_LIKELY,
            "bench",
            Location("field", i, i + 1),
            Subject.PATIENT,
        )
        for i in range(findings)
    )
    return ScanReport(found, verdict=Verdict.PHI)


def message(source: str, destination: str, number: int) -> Facts:
    """A message along an edge; no two have the same path."""
    operation = Operation("POST", f"/claims/{number}?draft=1", "claims.example:8080", 8080)
    return Facts(
        source=source, destination=destination, mtls=True, redactable=True, operation=operation
    )


def decided(messages: list[Facts], scanned: ScanReport, of: Policy) -> None:
    for facts in messages:
        decide(facts, scanned, of)


def one_edge(seconds: float) -> None:
    policies = {str(size): policy(size) for size in RULES}
    messages = [message(*ends(0), number) for number in range(REPEAT)]
    print(
        f"{'one edge, findings':>19} {'1 rule':>10} {'100 rules':>10} "
        f"{'10,000 rules':>13} {'100 / 1':>8}"
    )
    for findings in (2, 40, 1000):
        runs: dict[str, Callable[[], object]] = {
            n: partial(decided, messages, report(findings), p) for n, p in policies.items()
        }
        one, hundred, most = (median / REPEAT for median in interleaved(runs, seconds).values())
        print(
            f"{findings:>19} {show(one):>10} {show(hundred):>10} {show(most):>13} "
            f"{hundred / one:>8.2f}"
        )


def random_edges(seconds: float) -> None:
    """Print medians of single messages.

    Each is timed alone, so the clock's own cost is included.
    """
    scanned, dice = report(2), random.Random(1)
    print(f"{'random edges':>19} {'1 rule':>10} {'100 rules':>10} {'10,000 rules':>13}")
    cold: dict[int, list[float]] = {size: [] for size in RULES}
    warm: dict[int, list[float]] = {size: [] for size in RULES}
    until = time.perf_counter() + seconds * 3
    while time.perf_counter() < until or not warm[RULES[-1]]:
        for size in RULES:
            found, edges = policy(size), sorted({ends(i) for i in range(size)})
            dice.shuffle(edges)
            cold[size] += [timed(message(*edge, 0), scanned, found) for edge in edges]
            drawn = dice.choices(edges, k=5000)
            warm[size] += [
                timed(message(*edge, number), scanned, found) for number, edge in enumerate(drawn)
            ]
    for name, taken in (("first message", cold), ("later messages", warm)):
        print(
            f"{name:>19} "
            + " ".join(
                f"{show(statistics.median(taken[size])):>{10 + 3 * (size > 100)}}" for size in RULES
            )
        )


def timed(facts: Facts, scanned: ScanReport, of: Policy) -> float:
    start = time.perf_counter()
    decide(facts, scanned, of)
    return time.perf_counter() - start


def main() -> int:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=1.0, help="for each row")
    seconds = arguments.parse_args().seconds
    print("decide(), medians")
    one_edge(seconds)
    random_edges(seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
