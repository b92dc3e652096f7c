"""Which extra of the package a command stands on, and what to say when it is not installed."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from extauthz.commands.errors import UsageError

EXTRAS: Final[Mapping[str, str]] = MappingProxyType(
    {"audit": "audit", "posture": "posture", "serve": "serve", "demo": "demo"}
)
"""The extra of each command that needs more than `pip install phiguard` brings."""
_OURS: Final = ("phiscan", "mesh", "atrest", "extauthz")


def missing(command: str, error: ModuleNotFoundError) -> UsageError:
    """Return what to say when the import of a command ended in this error.

    Raises:
        ModuleNotFoundError: the given one, when the missing module is our own: that is a fault.
    """
    package = (error.name or "").partition(".")[0]
    if package in _OURS:
        raise error
    extra = EXTRAS.get(command)
    wanted = f"phiguard[{extra}]" if extra else "phiguard"
    return UsageError(f"{command}: the package {package} is not installed; pip install '{wanted}'")
