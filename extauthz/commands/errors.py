"""The one error that every command may raise."""


class UsageError(Exception):
    """Wrong use or unreadable input. The exit code is 2.

    The text is one line that names the thing and the fix. A broken policy gives one line for each
    error.
    """
