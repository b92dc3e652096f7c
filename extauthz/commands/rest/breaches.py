"""Holds a catalogue against a RestPolicy, and says what breaks it.

An alert is one line of JSON, appended to a file: every agent that feeds an alerting system reads
such a file by itself, keeps its place and sends again after a failure. A command that ends with its
scan can do none of that for a receiver that is away. The `id` stays the same from scan to scan, so
that a breach that is known raises no second alarm.
"""

import argparse
import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypedDict

from atrest.exports.names import identifier_of, json_line
from atrest.policy import Breach, RestPolicy, breaches, breaches_of_place
from extauthz.commands.errors import UsageError
from extauthz.detection.detector_sets import DetectorSet
from extauthz.policies import revision
from extauthz.rest import policy_file
from extauthz.rest.policy_file import PolicyFile
from extauthz.rest.store import Store
from extauthz.terminal import say
from mesh.policy_file.problems import Severity


class Alert(TypedDict):
    """One breach of a policy."""

    time: Annotated[str, "when it was found"]
    kind: Annotated[str, "rest-breach"]
    id: Annotated[str, "the same from scan to scan"]
    policy: Annotated[str, "its name"]
    policyDigest: str
    rule: Annotated[str | None, "null when no rule names the unit"]
    reason: str
    source: str
    object: Annotated[str, "name of the unit; what the detectors found in it is masked"]
    key: Annotated[str | None, "of the unit; null for a place that could not be listed"]
    column: str
    field: str
    infoType: str | None
    identifier: Annotated[str | None, "class A to R of the infoType"]


class Judged(TypedDict):
    """A catalogue that was held against a policy."""

    policy: Annotated[str, "its name"]
    policyDigest: str
    units: Annotated[int, "how many were judged"]
    breaches: list[Alert]


def add_alerts(parser: argparse.ArgumentParser) -> None:
    """Add `--alerts`."""
    parser.add_argument(
        "--alerts",
        type=Path,
        metavar="FILE",
        help="append each breach of the policy to this file, as a line of JSON",
    )


def load(path: Path, sets: Sequence[DetectorSet], unseen: frozenset[str]) -> PolicyFile:
    """Return the policy of a file. Its warnings go to the standard error output.

    Raises:
        UsageError: it cannot be read, or has an error.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = (error.strerror or "unreadable").lower()
        raise UsageError(f"{path}: {why}; give a file with a RestPolicy") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8 text; give a RestPolicy written in YAML") from None
    found, problems = policy_file.check(
        text, file=str(path), vocabulary=revision.vocabulary(sets, unseen)
    )
    if found is None:
        errors = (str(each) for each in problems if each.severity is Severity.ERROR)
        raise UsageError("\n".join(errors))
    for problem in problems:
        say.note(str(problem))
    return found


@dataclass(slots=True)
class Judging:
    """A catalogue that is held against a policy.

    Args:
        store: the catalogue.
        file: the policy.
        units: units that were judged so far.
        found: breaches that were found so far.
        used: names of the rules that named a unit so far.
    """

    store: Store
    file: PolicyFile
    units: int = 0
    found: int = 0
    used: set[str] = field(default_factory=set)

    def breaches(self) -> Iterator[Breach]:
        """Yield every breach, unit by unit, then those of places that could not be listed."""
        policy = self.file.policy
        for kept in self.store.units():
            self.units += 1
            self.used.update(rule.name for rule in policy.rules if rule.may_name(kept))
            for breach in breaches(policy, kept):
                self.found += 1
                yield breach
        for place in self.store.unlisted():
            for breach in breaches_of_place(policy, place):
                self.found += 1
                yield breach

    def say_end(self) -> None:
        """Print warnings for rules that name no unit, and what was counted."""
        for problem in self.file.unused(self.used):
            say.note(str(problem))
        policy = self.file.policy
        found = f"{self.found or 'no'} breach{'es' * (self.found != 1)}"
        say.note(f"policy {policy.name}: {self.units} units, {found}")


Told = Callable[[Breach, Alert], None]
"""Is told each breach, and the same as JSON has it."""


def as_text(breach: Breach, _alert: Alert) -> None:
    """Print a breach as a line for people."""
    say.line(words(breach))


def as_nothing(_breach: Breach, _alert: Alert) -> None:
    """Print nothing yet: one JSON value is written when all breaches are known."""


def tell(judging: Judging, alerts: Path | None, told: Told) -> Judged:
    """Tell of every breach, append it to the file of alerts, and return all of them.

    Raises:
        UsageError: the file of alerts cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    policy = judging.file.policy
    found: list[Alert] = []
    try:
        with contextlib.ExitStack() as stack:
            file = stack.enter_context(alerts.open("a", encoding="utf-8")) if alerts else None
            for breach in judging.breaches():
                found.append(alert(breach, policy, now))
                told(breach, found[-1])
                if file is not None:
                    file.write(json_line(dict(found[-1])))
    except OSError as error:
        if alerts is None:
            raise
        why = (error.strerror or "cannot be written").lower()
        raise UsageError(f"--alerts {alerts}: {why}; name a file in a folder that exists") from None
    judging.say_end()
    return Judged(
        policy=policy.name, policyDigest=policy.digest, units=judging.units, breaches=found
    )


def words(breach: Breach) -> str:
    """Return a breach as one line for people: unit, column, infoType, reason, rule."""
    where = f"{breach.source} {breach.object}".rstrip()
    inside = " ".join(part for part in (breach.column, breach.field) if part)
    what = f"{breach.info_type} " * bool(breach.info_type)
    rule = f"rule {breach.rule}" if breach.rule else "no rule names the unit"
    return f"{where}{f': {inside}' if inside else ''}: {what}{breach.why.value} ({rule})"


def alert(breach: Breach, policy: RestPolicy, now: str) -> Alert:
    """Return a breach as JSON has it."""
    place = (breach.source, breach.object if not breach.key else breach.key, breach.column)
    same = (*place, breach.field, breach.info_type, breach.rule, breach.why.value, policy.name)
    return {
        "time": now,
        "kind": "rest-breach",
        "id": hashlib.sha256("\0".join(same).encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "policy": policy.name,
        "policyDigest": policy.digest,
        "rule": breach.rule or None,
        "reason": breach.why.value,
        "source": breach.source,
        "object": breach.object,
        "key": breach.key or None,
        "column": breach.column,
        "field": breach.field,
        "infoType": breach.info_type or None,
        "identifier": identifier_of(breach.info_type) or None,
    }
