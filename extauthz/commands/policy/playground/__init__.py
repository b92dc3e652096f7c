"""`phiguard policy playground`: a local page on which a policy can be tried."""

from extauthz.commands.policy.playground.command import add_parser

__all__ = ["add_parser"]
