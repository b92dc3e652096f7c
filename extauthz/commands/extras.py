"""Which extra of the package a command stands on, and what to say when it is not installed."""

from typing import Final

from extauthz.commands.errors import UsageError

EXTRAS: Final = frozenset(("audit", "demo", "posture", "serve"))
"""The commands that need more than `pip install phiguard` brings: the extra of the same name."""
_OURS: Final = ("phiscan", "mesh", "atrest", "extauthz")


def missing(command: str, error: ModuleNotFoundError) -> UsageError:
    """Return what to say when the import of a command ended in this error.

    Raises:
        ModuleNotFoundError: the given one, when the missing module is our own: that is a fault.
    """
    package = (error.name or "").partition(".")[0]
    if package in _OURS:
        raise error
    wanted = f"phiguard[{command}]" if command in EXTRAS else "phiguard"
    return UsageError(f"{command}: the package {package} is not installed; pip install '{wanted}'")
