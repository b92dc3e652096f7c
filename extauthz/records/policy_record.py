"""The ledger record of a policy that came into force: what a decision's `policy` stands for.

It holds the whole text of the policy, so that an auditor reads what decided, years later and
without the guard. A detector set is named by its digest only: the examples in its text look like
values.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from extauthz.records.release import VERSION
from mesh.policy.policy import Policy
from mesh.policy_file.teams import SetAside

MAX_PROBLEMS: Final = 20
"""The log and the ledger show so many problems of a policy. `phiguard policy check` shows all."""
MAX_PROBLEM_CHARS: Final = 500
"""Characters of each. The problems of a file of 1 MiB can take 9 MiB."""


def policy_record(
    policy: Policy | None,
    texts: Mapping[str, str],
    detectors: Mapping[str, Any],
    problems: Sequence[object],
    today: date,
) -> dict[str, Any]:
    """Return the record of the policy that is in force from now on.

    Args:
        policy: None when there is none; then every message is denied.
        texts: of its files, by name.
        detectors: `version`, a digest of all patterns, and `sets`, the digests of the custom ones.
        problems: warnings about it.
        today: the day (UTC) on which its exceptions are judged.
    """
    rules = () if policy is None else policy.rules
    return {
        "kind": "policy",
        "policy": None if policy is None else policy.digest,
        "name": None if policy is None else policy.name,
        "mode": None if policy is None else policy.mode.value,
        "texts": dict(texts),
        "detectors": dict(detectors),
        "version": VERSION,
        "day": today.isoformat(),
        "exceptions": {rule.name: str(rule.terms.expires) for rule in rules if rule.terms},
        "ended": [rule.name for rule in rules if not rule.holds_on(today)],
        "problems": shown_problems(problems),
    }


def set_aside(aside: Sequence[SetAside]) -> dict[str, Any]:
    """Return the key of that record that names the namespaces whose newest part is not in force."""
    return {"setAside": {each.namespace: "closed" if each.closed else "held" for each in aside}}


def refusal_record(policy: Policy | None, problems: Sequence[object]) -> dict[str, Any]:
    """Return the record of a newer revision, or of a namespace's part, that cannot be used.

    Args:
        policy: the one in force, or None when there is none.
        problems: why the newer one, or the part, is refused.
    """
    return {
        "kind": "refusal",
        "policy": None if policy is None else policy.digest,
        "problems": shown_problems(problems),
    }


def shown_problems(problems: Sequence[object]) -> list[str]:
    """Return the problems of a policy as they are kept: not too many, and not too long."""
    return [str(problem)[:MAX_PROBLEM_CHARS] for problem in problems[:MAX_PROBLEMS]]
