"""The status of each policy object: what the guard made of it. Pure.

INVARIANT (no text): a status holds no text of a policy, see `mesh.policy_file.shown_problem`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from extauthz.policies.store import Judged, PolicySnapshot
from mesh.policy_file.problems import FileProblem, Severity
from mesh.policy_file.shown_problem import shown

Status = dict[str, Any]

MOST_PROBLEMS: Final = 20
_MAX_CHARS: Final = 500
_SHORT: Final = 12  # characters of a digest in a sentence
ACCEPTED: Final = "Accepted"
IN_FORCE: Final = "InForce"


@dataclass(frozen=True, slots=True)
class Replicas:
    """How many replicas of the guard run the policy in force, of how many."""

    running: int
    known: int

    def __str__(self) -> str:
        return f"{self.running}/{self.known}"


@dataclass(frozen=True, slots=True)
class _Verdict:
    """One condition without its times."""

    holds: bool
    reason: str
    message: str


def statuses(judged: Judged, current: PolicySnapshot, replicas: Replicas) -> dict[str, Status]:
    """Return the status of each object by `NAMESPACE/NAME`, its conditions without their times.

    Args:
        judged: what was last made of the objects.
        current: what is in force.
        replicas: of the guard.
    """
    texts = judged.texts
    if texts is None:
        return {}
    errors: dict[str, list[FileProblem]] = {name: [] for name in texts.policies}
    for problem in judged.problems:
        if problem.severity is Severity.ERROR and problem.file in errors:
            errors[problem.file].append(problem)
    digest = "" if current.policy is None else current.policy.digest
    found = {}
    for name, text in texts.policies.items():
        own = errors[name]
        conditions = {ACCEPTED: _accepted(own), IN_FORCE: _in_force(name, text, judged, current)}
        generation = texts.versions.get(name, "").rpartition("/")[2]
        observed = {"observedGeneration": int(generation)} if generation.isdecimal() else {}
        found[name] = {
            **observed,
            **({"digest": digest} if digest else {}),
            "replicas": str(replicas),
            "problems": _shown(own, text),
            "conditions": [
                {
                    "type": kind,
                    "status": str(verdict.holds),
                    **observed,
                    "reason": verdict.reason,
                    "message": verdict.message,
                }
                for kind, verdict in conditions.items()
            ],
        }
    return found


def with_times(status: Status, before: Mapping[str, Any], now: str) -> Status:
    """Return the status with the time of each condition: that of before while it holds as before.

    Args:
        status: as `statuses` returns it.
        before: the object's status until now; empty when there is none.
        now: RFC 3339.
    """
    since = {
        (each.get("type"), each.get("status")): each.get("lastTransitionTime")
        for each in before.get("conditions") or ()
    }
    conditions = [
        {**each, "lastTransitionTime": since.get((each["type"], each["status"])) or now}
        for each in status["conditions"]
    ]
    return {**status, "conditions": conditions}


def changes(status: Status, before: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the conditions whose status or reason differs from before: what is worth an Event."""
    known = {
        (each.get("type"), each.get("status"), each.get("reason"))
        for each in before.get("conditions") or ()
    }
    return [
        each
        for each in status["conditions"]
        if (each["type"], each["status"], each["reason"]) not in known
    ]


def _shown(problems: Sequence[FileProblem], text: str) -> list[dict[str, str]]:
    made = []
    for problem in problems[:MOST_PROBLEMS]:
        each = shown(problem, text)
        made.append(
            {
                "severity": problem.severity.value,
                "path": each.path[:_MAX_CHARS],
                "message": each.message[:_MAX_CHARS],
                "hint": each.hint[:_MAX_CHARS],
            }
        )
    return made


def _accepted(errors: Sequence[FileProblem]) -> _Verdict:
    if not errors:
        return _Verdict(True, "Valid", "the guard can use the object")
    many = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    return _Verdict(False, "Invalid", f"{many}; see problems, or run `phiguard policy check`")


def _in_force(name: str, text: str, judged: Judged, current: PolicySnapshot) -> _Verdict:
    if current.policy is None:
        return _Verdict(False, "NoPolicy", "there is no policy in force, and messages are denied")
    if current.texts.policies.get(name) == text:
        short = current.policy.digest[:_SHORT]
        return _Verdict(True, IN_FORCE, f"the policy {short} decides with the object")
    namespace = name.partition("/")[0]
    closed = {each.namespace: each.closed for each in current.aside}
    if judged.is_refused:
        return _Verdict(
            False, "Refused", "the newest objects cannot be used together; the ones before stay"
        )
    if closed.get(namespace):
        return _Verdict(
            False,
            "Closed",
            "an object of the namespace has errors, and no last good objects are known: messages "
            "to the namespace are denied",
        )
    return _Verdict(
        False,
        "SetAside",
        "an object of the namespace has errors: its last good objects stay in force",
    )
