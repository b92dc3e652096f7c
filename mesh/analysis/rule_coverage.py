"""Which rules of a policy its cases exercise. A rule that no case names is untested."""

from collections.abc import Iterable
from dataclasses import dataclass

from mesh.analysis.cases import Case, CaseResult
from mesh.message.facts import Direction
from mesh.policy.matching import edge_of, rules_on


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
    """The coverage of every rule of every policy that the cases use, in the policies' order.

    AUDIT rules count too.
    """
    cases = [
        (case, {*result.outcome.decision.rules, *_audited(case, result)})
        for case, result in results
    ]
    policies = {case.policy.digest: case.policy for case, _ in cases}
    return tuple(
        RuleCoverage(
            policy.name,
            rule.name,
            *(
                _count(cases, digest, rule.name, direction)
                for direction in (Direction.REQUEST, Direction.RESPONSE)
            ),
        )
        for digest, policy in policies.items()
        for rule in policy.rules
    )


def _audited(case: Case, result: CaseResult) -> Iterable[str]:
    """The AUDIT rules of the case's edge. A decision leaves out those that would have allowed."""
    facts = result.outcome.facts or case.head.facts
    rules = rules_on(case.policy, edge_of(facts, case.policy))
    return (name for name, _ in rules.audits)


def _count(
    cases: Iterable[tuple[Case, set[str]]], digest: str, rule: str, direction: Direction
) -> int:
    return sum(
        rule in named
        for case, named in cases
        if case.policy.digest == digest and case.head.facts.direction is direction
    )
