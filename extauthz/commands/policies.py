"""Policies on disk with the detectors beside them, for the subcommands of `phiguard policy`."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.policies import revision
from extauthz.policies.files import PolicyFiles, PolicyUnreadableError
from extauthz.policies.revision import Revision
from mesh.policy.policy import Policy
from mesh.policy_file.problems import FileProblem, Severity


def add_detectors(parser: argparse.ArgumentParser) -> None:
    """Add `--detectors`, for sets outside the policy's folder."""
    parser.add_argument(
        "--detectors",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="file of custom detectors (a DetectorSet) besides those in the policy's folder",
    )


def load(
    path: Path, detectors: Iterable[Path] = (), unseen: frozenset[str] = frozenset()
) -> tuple[Revision | None, tuple[FileProblem, ...]]:
    """Return the policy of a file or folder with its detectors, and all problems.

    The policy is None when there is an error.

    Args:
        path: the policy's file or folder.
        detectors: further files of detectors.
        unseen: infoTypes that no detector finds; naming one is a warning.

    Raises:
        UsageError: a file cannot be read.
    """
    try:
        texts = PolicyFiles(path, detectors).read()
    except PolicyUnreadableError as error:
        raise UsageError(str(error)) from None
    return revision.check(texts, today=datetime.now(UTC).date(), unseen=unseen)


def usable_revision(path: Path, detectors: Iterable[Path] = ()) -> Revision:
    """Return the policy of a file or folder, as it holds today (UTC), with its detectors.

    Raises:
        UsageError: with the policy's errors.
    """
    found, problems = load(path, detectors)
    if found is None:
        raise UsageError(
            "\n".join(str(problem) for problem in problems if problem.severity is Severity.ERROR)
        )
    return found


def usable(path: Path, detectors: Iterable[Path] = ()) -> Policy:
    """Return the policy alone. Raises as `usable_revision`."""
    return usable_revision(path, detectors).policy
