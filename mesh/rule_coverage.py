"""Which rules of a policy its cases exercise: a rule that no case names is a rule that nobody has tried."""

from collections.abc import Iterable
from dataclasses import dataclass

from mesh.cases import Case, CaseResult
from mesh.facts import Direction


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """How many cases named one rule's edge, by direction."""

    policy: str
    rule: str
    requests: int
    responses: int

    @property
    def covered(self) -> bool:
        """Whether any case did."""
        return bool(self.requests or self.responses)


def rule_coverage(results: Iterable[tuple[Case, CaseResult]]) -> tuple[RuleCoverage, ...]:
    """The coverage of every rule of every policy that the cases name, in the policies' order."""
    cases = list(results)
    policies = {case.policy.digest: case.policy for case, _ in cases}
    return tuple(
        RuleCoverage(
            policy.name,
            rule.name,
            *(_count(cases, digest, rule.name, direction) for direction in (Direction.REQUEST, Direction.RESPONSE)),
        )
        for digest, policy in policies.items()
        for rule in policy.rules
    )


def _count(cases: Iterable[tuple[Case, CaseResult]], digest: str, rule: str, direction: Direction) -> int:
    return sum(
        rule in result.outcome.decision.rules
        for case, result in cases
        if case.policy.digest == digest and case.head.facts.direction is direction
    )
