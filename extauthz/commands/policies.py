"""Policies on disk for the subcommands of `phiguard policy`."""

from datetime import UTC, datetime
from pathlib import Path

from extauthz.commands.errors import UsageError
from extauthz.policy_store import PolicyUnreadableError, read_policy
from mesh.policy import Policy
from mesh.policy_file import check_files
from mesh.problems import Problem


def load(path: Path) -> tuple[Policy | None, tuple[Problem, ...]]:
    """Return the policy of a file or folder, or None, and its problems. Raises UsageError when it cannot be read."""
    try:
        return check_files(read_policy(path), today=datetime.now(UTC).date())
    except PolicyUnreadableError as error:
        raise UsageError(str(error)) from None


def usable(path: Path) -> Policy:
    """Return the policy of a file or folder as it holds today (UTC).

    Raises:
        UsageError: with its problems when it cannot be used.
    """
    policy, problems = load(path)
    if policy is None:
        raise UsageError("\n".join(str(problem) for problem in problems))
    return policy
