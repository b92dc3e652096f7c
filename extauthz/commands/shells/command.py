"""A command as a shell sees it."""

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from extauthz.commands import tree
from extauthz.commands.tree import Parser

_PATHS: Final = re.compile(
    r"FILE|DIR|PATH|CASE|EDGES|KEY|MANIFEST|SOURCE|POLICY|OLD|NEW|BEFORE|AFTER"
)


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a command.

    Args:
        names: such as `-o` and `--output`.
        about: what it does, in one line.
        takes: whether a value follows.
        words: the closed words of that value; empty for any.
    """

    names: tuple[str, ...]
    about: str
    takes: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A command or a group.

    Args:
        words: that name it, without `phiguard`.
        below: its subcommands, with what each does.
        options: its own.
        arguments: closed words of an argument.
        takes_paths: whether an argument may name a file or folder.
    """

    words: tuple[str, ...]
    below: dict[str, str]
    options: tuple[Option, ...]
    arguments: tuple[str, ...]
    takes_paths: bool

    @property
    def name(self) -> str:
        """The words, with a space between them; empty for `phiguard` itself."""
        return " ".join(self.words)


def commands(root: Parser) -> Iterator[Command]:
    """Yield every command of the tree, groups before what is below them."""
    for each in tree.walk(root):
        options, free = arguments(each)
        yield Command(
            each.words,
            tree.summaries(each),
            tuple(map(_option, options)),
            tuple(str(word) for action in free for word in action.choices or ()),
            any(not action.choices and _PATHS.search(placeholder(action)) for action in free),
        )


def arguments(
    of: argparse.ArgumentParser,
) -> tuple[list[argparse.Action], list[argparse.Action]]:
    """Return the options of a parser, and its arguments, without its subcommands."""
    # argparse has no public way to list them
    found = [each for each in of._actions if not isinstance(each, tree.Subparsers)]
    return (
        [each for each in found if each.option_strings],
        [each for each in found if not each.option_strings],
    )


def _option(action: argparse.Action) -> Option:
    words = tuple(map(str, action.choices or ()))
    return Option(tuple(action.option_strings), about(action), action.nargs != 0, words)


def about(action: argparse.Action) -> str:
    """Return the help of an option or argument in one line, with its default in place."""
    if not action.help or action.help == argparse.SUPPRESS:
        return ""
    return " ".join((action.help % {**vars(action), "prog": tree.PROGRAM}).split())


def placeholder(action: argparse.Action) -> str:
    """Return what stands for the value of an option or argument: `FILE`."""
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    return action.metavar or action.dest.upper()


def filled(script: str, parts: Mapping[str, Iterable[str]]) -> str:
    """Return a script with lines in the place of each `@name@`."""
    for name, lines in parts.items():
        script = script.replace(f"@{name}@", "\n".join(lines))
    return script


def quoted(text: str) -> str:
    """Return a text in single quotes, as bash and zsh read it."""
    return "'" + text.replace("'", "'\\''") + "'"
