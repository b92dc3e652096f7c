"""`phiguard scan`: report the PHI in files."""

from extauthz.commands.scan.command import add_parser

__all__ = ["add_parser"]
