"""The one error that every command may raise."""


class UsageError(Exception):
    """Wrong use or unreadable input. The text is one line that names the thing and the fix; the
    exit code is 2."""
