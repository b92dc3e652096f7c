"""`decide()` against itself: one rule, 100 rules, 10,000 rules over 1,000 workloads; few findings and many.

python -m bench.decision [--seconds 1]
"""

import argparse
import sys
from functools import partial

from bench.measure import interleaved, show
from mesh.decide import decide
from mesh.facts import Facts, Operation
from mesh.policy import Disclosure, OperationMatch, Peer, Policy, Rule, Target
from phiscan.finding import Finding, Likelihood, Location, ScanReport, Subject, Verdict
from phiscan.identifiers import Identifier

REPEAT = 100


def workload(number: int) -> str:
    """The principal of a workload."""
    return f"cluster.local/ns/ns{number % 20}/sa/w{number}"


def policy(rules: int) -> Policy:
    """A policy of `rules` edges between up to 1,000 workloads."""
    disclosure = Disclosure(allow=frozenset(("A", "C")), redact=frozenset(("US_SOCIAL_SECURITY_NUMBER",)))
    made = tuple(
        Rule(
            name=f"rule-{i}",
            sources=(Peer(principals=(workload(i % 1000),)),),
            targets=(
                Target(
                    Peer(principals=(workload((i * 7 + 1) % 1000),)),
                    OperationMatch(methods=("POST",), paths=("/claims/*",)),
                ),
            ),
            request=disclosure,
        )
        for i in range(rules)
    )
    return Policy("bench", "0" * 64, rules=made)


def report(findings: int) -> ScanReport:
    """A scan report with `findings` findings of two kinds."""
    kinds = (("PERSON_NAME", Identifier.NAME), ("US_SOCIAL_SECURITY_NUMBER", Identifier.SSN))
    found = tuple(
        Finding(*kinds[i % 2], Likelihood.VERY_LIKELY, "bench", Location("field", i, i + 1), Subject.PATIENT)
        for i in range(findings)
    )
    return ScanReport(found, verdict=Verdict.PHI)


def main() -> int:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--seconds", type=float, default=1.0, help="for each report size")
    seconds = arguments.parse_args().seconds
    facts = Facts(
        source=workload(0),
        destination=workload(1),
        mtls=True,
        redactable=True,
        operation=Operation("POST", "/claims/7", "w1", 8080),
    )
    policies = {size: policy(size) for size in (1, 100, 10_000)}

    def many(of: Policy, scanned: ScanReport) -> None:
        for _ in range(REPEAT):
            decide(facts, scanned, of)

    print("decide(), medians")
    print(f"{'findings':>9} {'1 rule':>10} {'100 rules':>10} {'10,000 rules':>13} {'100 / 1':>8}")
    for findings in (2, 40, 1000):
        medians = interleaved({str(n): partial(many, p, report(findings)) for n, p in policies.items()}, seconds)
        one, hundred, most = (medians[str(n)] / REPEAT for n in policies)
        print(f"{findings:>9} {show(one):>10} {show(hundred):>10} {show(most):>13} {hundred / one:>8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
