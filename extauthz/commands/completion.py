"""`phiguard completion`: what a shell needs to complete the commands and their options."""

import argparse
from typing import TYPE_CHECKING, Final

from extauthz.commands import tree
from extauthz.commands.output import formats, output_file
from extauthz.commands.output.formats import OtherForm
from extauthz.commands.shells import bash, fish, zsh

if TYPE_CHECKING:
    _Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_SCRIPTS: Final = {"bash": bash.script, "zsh": zsh.script, "fish": fish.script}


def add_parser(subparsers: "_Subparsers") -> None:
    """Add `completion`."""
    parser = subparsers.add_parser(
        "completion", help="print what a shell needs to complete the commands"
    )
    parser.add_argument("shell", choices=tuple(_SCRIPTS), metavar="bash|zsh|fish")
    formats.declare(parser, OtherForm("a script for the shell"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the script. Return the exit code."""
    script = _SCRIPTS[args.shell](tree.whole())
    output_file.write((script,), None)
    return 0
