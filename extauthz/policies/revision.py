"""One revision: a policy, and the detectors that an organisation wrote for itself.

A policy may name the infoTypes of the detector sets beside it. So both are read together, and are
valid together or not at all. The digest that every decision carries covers both. This module opens
no file; see `extauthz.policies.files`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from extauthz.detection import detector_sets
from extauthz.detection.detector_sets import DetectorSet
from mesh.policy.decision import Mode
from mesh.policy.policy import Policy
from mesh.policy.vocabulary import Vocabulary
from mesh.policy_file import load as policy_file
from mesh.policy_file import teams
from mesh.policy_file.problems import FileProblem, PolicyError, Severity
from mesh.policy_file.teams import LastGood, SetAside


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a revision, by file name.

    Args:
        policies: of the policy.
        detectors: of the detector sets.
        owners: the namespace of each text that may be set aside when it is broken.
        versions: where the source counts them, the version of each text. Texts with the same
            content are the same whatever their version.
        closed: namespaces whose texts are left out because nobody knows a good one, each with the
            mode in which messages to it are denied.
    """

    policies: Mapping[str, str] = field(default_factory=dict)
    detectors: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    closed: Mapping[str, Mode] = field(default_factory=dict)

    @property
    def digest(self) -> bytes:
        """A digest of all names and texts."""
        whole = hashlib.sha256()
        for texts in (self.policies, self.detectors, self.closed):
            whole.update(len(texts).to_bytes(8, "big"))
            for part in (part for item in sorted(texts.items()) for part in item):
                data = part.encode(errors="surrogateescape")
                whole.update(len(data).to_bytes(8, "big") + data)
        return whole.digest()

    def units(self) -> dict[str, dict[str, str]]:
        """Return the texts that may be set aside, by namespace and name."""
        found: dict[str, dict[str, str]] = {}
        for name, namespace in self.owners.items():
            if name in self.policies:
                found.setdefault(namespace, {})[name] = self.policies[name]
        return found


@dataclass(frozen=True, slots=True)
class Revision:
    """A policy and the detector sets whose infoTypes it may name, with the warnings about both.

    Args:
        texts: what both were made of. They give the same revision again.
        aside: namespaces whose newest texts are not among them.
    """

    policy: Policy
    sets: tuple[DetectorSet, ...] = ()
    problems: tuple[FileProblem, ...] = ()
    texts: Texts = field(default_factory=Texts, repr=False)
    aside: tuple[SetAside, ...] = ()


def parse(texts: Texts, *, today: date) -> Revision:
    """Return the revision. Raises `PolicyError` with every problem when a file has an error."""
    found, problems = check(texts, today=today)
    if found is None:
        raise PolicyError(problems)
    return found


def settle(texts: Texts, last_good: LastGood, *, today: date) -> Revision:
    """Return the revision in which the broken namespaces are set aside.

    Raises:
        PolicyError: a text has an error that no namespace answers for; with every problem.
    """
    sets, found = check_sets(texts.detectors)
    if sets is None:
        raise PolicyError(found)
    settled = teams.settle(
        texts.policies, texts.owners, last_good, today=today, vocabulary=vocabulary(sets)
    )
    problems = tuple(sorted((*found, *settled.problems)))
    if settled.policy is None:
        raise PolicyError(problems)
    made = replace(
        texts,
        policies=settled.texts,
        closed=settled.closed,
        owners={**texts.owners, **_owners(settled.texts, last_good)},
    )
    policy = _sealed(settled.policy, sets)
    return Revision(policy, sets, problems, made, settled.aside)


def _owners(texts: Mapping[str, str], last_good: LastGood) -> dict[str, str]:
    """Return the namespaces of the texts that may be last good ones only."""
    return {
        name: namespace
        for namespace, unit in last_good.units.items()
        for name in unit
        if name in texts
    }


def check(
    texts: Texts, *, today: date, unseen: frozenset[str] = frozenset()
) -> tuple[Revision | None, tuple[FileProblem, ...]]:
    """Return the revision and all problems in order of place. The revision is None on an error.

    Args:
        texts: of all files.
        today: the day (UTC) on which exceptions are judged as ended or not.
        unseen: infoTypes that no detector finds; naming one is a warning.
    """
    sets, problems = check_sets(texts.detectors)
    if sets is None:  # a policy that names the infoTypes of broken sets would show false errors
        return None, problems
    words = vocabulary(sets, unseen)
    policy, more = policy_file.check_files(texts.policies, today=today, vocabulary=words)
    problems = tuple(sorted((*problems, *more)))
    if policy is None:
        return None, problems
    policy = _sealed(teams.close(policy, texts.closed), sets)
    return Revision(policy, sets, problems, texts), problems


def vocabulary(sets: Sequence[DetectorSet], unseen: frozenset[str] = frozenset()) -> Vocabulary:
    """Return what a policy beside these sets may name."""
    return Vocabulary(detector_sets.vocabulary(sets), unseen)


def check_sets(
    texts: Mapping[str, str],
) -> tuple[tuple[DetectorSet, ...] | None, tuple[FileProblem, ...]]:
    """Return the detector sets of these files, and all problems.

    The sets are None when one has an error, or when two hold the same name.
    """
    read = [detector_sets.check(text, file=file) for file, text in sorted(texts.items())]
    problems = tuple(sorted(problem for _, found in read for problem in found))
    sets = tuple(found for found, _ in read if found is not None)
    if len(sets) < len(read):
        return None, problems
    if clash := detector_sets.clash(sets):
        return None, (
            *problems,
            FileProblem(sorted(texts)[-1], 1, 1, Severity.ERROR, clash, "rename one"),
        )
    return sets, problems


def _sealed(policy: Policy, sets: Sequence[DetectorSet]) -> Policy:
    """Return the policy with a digest that covers the sets too: other detectors decide otherwise.

    Without sets, the digest stays the policy's own.
    """
    if not sets:
        return policy
    parts = "\n".join([policy.digest, *sorted(each.digest for each in sets)])
    return replace(policy, digest=hashlib.sha256(parts.encode()).hexdigest())
