"""What a user of `phiguard istio` did wrong."""


class UsageError(Exception):
    """An argument cannot be used. The text is one line."""
