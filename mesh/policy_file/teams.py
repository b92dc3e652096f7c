"""One team's broken part is set aside, and the rest of the policy takes effect.

All files of a namespace are one unit. When one of them has an error, the namespace keeps its last
good unit: a file that opens an edge must not take effect without the file that narrows it. A broken
mesh-wide file holds the whole revision, because it speaks for everybody. So does a mesh-wide change
that a namespace's unit in force cannot be read with.

A namespace without a last good unit is closed: every message to it is denied, because its unit
could deny what the mesh-wide rules allow.

INVARIANT (atomic): of each namespace, the policy holds its newest unit, its last good one, or none
and the namespace is closed. It never holds some files of one and some of another.
INVARIANT (alone): what is set aside in one namespace changes nothing for another.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Final

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from mesh.policy.decision import Mode
from mesh.policy.policy import Policy
from mesh.policy.vocabulary import BUILT_IN, Vocabulary
from mesh.policy_file.load import check_files
from mesh.policy_file.problems import FileProblem, Severity
from mesh.policy_file.yaml_document import UnreadableError, compose

Unit = Mapping[str, str]
"""The texts of one namespace, by file name."""

# one for what is broken, one for last good units that do not fit, and one for the limit that all
# files share; each reads all files
_ROUNDS: Final = 4
_WATCHING: Final = frozenset({Mode.DISCOVER.value, Mode.MONITOR.value})


@dataclass(frozen=True, slots=True)
class LastGood:
    """The last good unit of each namespace.

    Args:
        units: by namespace.
        lost: namespaces whose last good unit nobody knows.
        is_in_force: whether these units are in force. Then a namespace that is not listed has none,
            and mesh-wide changes must go with all of them. If not, they were kept for a restart.
    """

    units: Mapping[str, Unit] = field(default_factory=lambda: MappingProxyType({}))
    lost: frozenset[str] = frozenset()
    is_in_force: bool = False

    def of(self, namespace: str) -> Unit | None:
        """The unit of a namespace, or None when nobody knows it."""
        if namespace in self.lost:
            return None
        return self.units.get(namespace, MappingProxyType({}) if self.is_in_force else None)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A namespace whose newest unit is not in force.

    Args:
        closed: whether it has no last good unit. Then messages to it are denied.
        problems: why the newest unit cannot be used.
    """

    namespace: str
    closed: bool
    problems: tuple[FileProblem, ...]

    def __str__(self) -> str:
        state = "closed" if self.closed else "as it was"
        return f"namespace {self.namespace} is {state}: {'; '.join(map(str, self.problems))}"


@dataclass(frozen=True, slots=True)
class Settled:
    """What can be put in force.

    Args:
        policy: None when the whole revision is refused.
        texts: those that the policy was made of.
        closed: as in the policy.
        problems: of all newest texts. When the revision is refused, they say why.
        aside: sorted by namespace.
    """

    policy: Policy | None
    texts: Mapping[str, str]
    problems: tuple[FileProblem, ...]
    closed: Mapping[str, Mode] = field(default_factory=lambda: MappingProxyType({}))
    aside: tuple[SetAside, ...] = ()


def settle(
    texts: Mapping[str, str],
    owners: Mapping[str, str],
    last_good: LastGood,
    *,
    today: date | None = None,
    vocabulary: Vocabulary = BUILT_IN,
) -> Settled:
    """The policy of these texts, with the broken namespaces set aside.

    Args:
        texts: by file name.
        owners: the namespaces that may be set aside, by file name. Other files are mesh-wide, or
            hold the whole revision for another reason.
        last_good: of each namespace.
        today: as for `check_files`.
        vocabulary: as for `check_files`.
    """
    policy, newest = check_files(texts, today=today, vocabulary=vocabulary)
    blamed = _blamed(newest, owners)
    problems, in_force, aside = newest, dict(texts), dict[str, Unit | None]()
    why = dict[str, tuple[FileProblem, ...]]()
    for _ in range(_ROUNDS):
        if policy is not None or not blamed:
            break
        if last_good.is_in_force and blamed & aside.keys():
            break  # what is in force does not go with the mesh-wide files
        for namespace in blamed:
            why.setdefault(namespace, _of(namespace, problems, owners))
            # where the last good unit does not fit either, there is none
            aside[namespace] = None if namespace in aside else last_good.of(namespace)
        in_force = _with_units(texts, owners, aside)
        policy, problems = check_files(in_force, today=today, vocabulary=vocabulary)
        blamed = _blamed(problems, {**owners, **_owners(aside)})
    if policy is None:
        return Settled(None, texts, tuple(sorted({*newest, *problems})))
    closed = {
        namespace: _closing_mode(policy.mode, _unit(texts, owners, namespace))
        for namespace, unit in aside.items()
        if unit is None
    }
    return Settled(
        close(policy, closed),
        in_force,
        newest,
        closed,
        tuple(SetAside(each, each in closed, why[each]) for each in sorted(aside)),
    )


def _blamed(problems: Iterable[FileProblem], owners: Mapping[str, str]) -> frozenset[str]:
    """The namespaces whose files have an error; none when a mesh-wide file has one."""
    files = {each.file for each in problems if each.severity is Severity.ERROR}
    return frozenset(owners[file] for file in files) if files <= owners.keys() else frozenset()


def _of(
    namespace: str, problems: Iterable[FileProblem], owners: Mapping[str, str]
) -> tuple[FileProblem, ...]:
    return tuple(
        each
        for each in problems
        if each.severity is Severity.ERROR and owners.get(each.file) == namespace
    )


def _unit(texts: Mapping[str, str], owners: Mapping[str, str], namespace: str) -> Unit:
    return {file: text for file, text in texts.items() if owners.get(file) == namespace}


def _owners(units: Mapping[str, Unit | None]) -> dict[str, str]:
    return {file: namespace for namespace, unit in units.items() for file in unit or ()}


def _with_units(
    texts: Mapping[str, str], owners: Mapping[str, str], units: Mapping[str, Unit | None]
) -> dict[str, str]:
    """The texts, with the files of these namespaces replaced by those of the units."""
    kept = {file: text for file, text in texts.items() if owners.get(file) not in units}
    for unit in units.values():
        kept.update(unit or {})
    return kept


def close(policy: Policy, closed: Mapping[str, Mode]) -> Policy:
    """The policy that also denies every message to these namespaces, each in its mode.

    Its digest says so, because it decides otherwise.
    """
    if not closed:
        return policy
    lines = [policy.digest, *(f"closed {name} {closed[name]}" for name in sorted(closed))]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return replace(policy, closed=MappingProxyType(dict(closed)), digest=digest)


def _closing_mode(mode: Mode, unit: Unit) -> Mode:
    """The mode in which a namespace is closed: ENFORCE, unless its unit cannot enforce.

    A mesh that only watches must not begin to block because a team wrote a typing error. A unit
    that may have asked for more than watching is closed in earnest.
    """
    return Mode.ENFORCE if mode is Mode.ENFORCE or any(map(_may_enforce, unit.values())) else mode


def _may_enforce(text: str) -> bool:
    """Whether a text could hold a mode other than `discover` and `monitor`, even misspelt."""
    try:
        return _asks(compose(text))
    except UnreadableError:
        return True


def _asks(node: Node) -> bool:
    if isinstance(node, SequenceNode):
        return any(map(_asks, node.value))
    if isinstance(node, MappingNode):
        return any(
            (_is_mode(key) and not _only_watches(value)) or _asks(value)
            for key, value in node.value
        )
    return isinstance(node, ScalarNode) and "enforce" in str(node.value).lower()


def _is_mode(key: Node) -> bool:
    return isinstance(key, ScalarNode) and str(key.value).lower().startswith("mod")


def _only_watches(value: Node) -> bool:
    return isinstance(value, ScalarNode) and value.value in _WATCHING
