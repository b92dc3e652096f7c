"""What a user of `phiguard istio` did wrong."""

from extauthz.commands.errors import UsageError

__all__ = ["UsageError"]
