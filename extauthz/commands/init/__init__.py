"""`phiguard init`: a first policy, its cases and values for the chart, from five answers."""

from extauthz.commands.init.command import add_parser

__all__ = ["add_parser"]
