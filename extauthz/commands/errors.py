"""The one error that every command may raise, and the bits of an exit code."""

from typing import Final

FOUND: Final = 1
"""Something counts: PHI was found, or a check failed."""
UNREAD: Final = 2
"""Something could not be read, or not whole. Together with `FOUND` it is 3."""


class UsageError(Exception):
    """Wrong use or unreadable input. The exit code is 2.

    The text is one line that names the thing and the fix. A broken policy gives one line for each
    error.
    """
