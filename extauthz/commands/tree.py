"""The tree of the commands: one `argparse` parser for each, the only description of them.

Help, completion, man pages and the check of the schemas are made from it.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from extauthz.commands import extras, help_texts
from extauthz.commands.errors import UsageError
from extauthz.commands.groups import subcommands
from extauthz.records.release import VERSION
from extauthz.terminal.text import shown

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS: Final = {
    "demo": "run real Envoy sidecars, workloads and the guard on this machine",
    "init": "write a first policy, its cases and values for the chart",
    "serve": "answer Envoy's ext_authz and ext_proc calls",
    "scan": "report the PHI in files",
    "baseline": "keep the findings that are there, so that only new ones count",
    "rest": "find the PHI at rest in files, buckets and databases",
    "redact": "write a document with the PHI masked",
    "detectors": "list detectors, or check custom ones",
    "policy": "check, explain or test a policy",
    "simulate": "show what a policy does with the messages of a case file",
    "istio": "write or check the mesh's configuration",
    "posture": "prove that the guard is up everywhere, or say where it is not known",
    "audit": "read, verify or export the audit ledger",
    "completion": "print what a shell needs to complete the commands",
    "schema": "print the JSON Schema of what a command prints",
}
PROGRAM: Final = "phiguard"
WRONG: Final = 2
"""The exit code of wrong use."""

_COLUMN: Final = 28
"""Where the help of an option begins, at most."""
_CHOICES: Final = 44
"""Characters of an option's choices that its usage has room for."""
Subparsers = argparse._SubParsersAction  # argparse has no public name for it


class _HelpFormatter(argparse.HelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:  # noqa: ANN401 - as argparse has them
        super().__init__(prog, max_help_position=_COLUMN, **options)

    def _format_action(self, action: argparse.Action) -> str:
        # the title of the list says that these are commands
        if isinstance(action, Subparsers):
            # indented, as argparse has them, the longest would have no room beside its help
            return "".join(map(self._format_action, action._get_subactions()))
        return super()._format_action(action)

    # a long list of choices has no room in the usage, and stands in the help of its option
    def _metavar_formatter(
        self, action: argparse.Action, default_metavar: str
    ) -> Callable[[int], tuple[str, ...]]:
        if _has_long_choices(action):
            return lambda count: (default_metavar,) * count
        return super()._metavar_formatter(action, default_metavar)

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text = super()._get_help_string(action)
        return f"{text}; one of %(choices)s" if _has_long_choices(action) else text

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # a text of several lines is a list: examples, kinds of sources
        if "\n" not in text:
            return super()._fill_text(text, width, indent)
        return "".join(indent + line for line in text.splitlines(keepends=True))


def _has_long_choices(action: argparse.Action) -> bool:
    if action.metavar is not None or not action.option_strings:
        return False
    return sum(len(str(each)) + 1 for each in action.choices or ()) > _CHOICES


class Parser(argparse.ArgumentParser):
    """A command or a group of them. Its help ends with examples and the page that tells more."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - as argparse has them
        options["formatter_class"] = _HelpFormatter
        super().__init__(**options)
        more = help_texts.epilog(self.words)
        self.epilog = "\n\n".join(filter(None, (self.epilog, more))) or None
        self.add_argument(
            "--version",
            action="version",
            version=f"{PROGRAM} {VERSION}",
            help="print the version, and end",
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words that name this command, without `phiguard`."""
        return tuple(self.prog.split()[1:])

    # each subcommand refuses what it does not know itself, so that its own help is named
    def parse_known_args(  # type: ignore[override]  # argparse has overloads for each namespace
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse. A group alone prints its help; the exit code is that of wrong use."""
        if not args and subparsers(self) is not None:
            self.print_help()
            self.exit(WRONG)
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown

    # argparse's own takes a closed pipe for done
    def _print_message(self, message: str, file: "SupportsWrite[str] | None" = None) -> None:
        (file or sys.stderr).write(message)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in one line, and end."""
        self.exit(WRONG, f"{PROGRAM}: {shown(message)}; see `{self.prog} --help`\n")


def parser(named: Container[str]) -> Parser:
    """Return the tree. Only the modules of the named commands are imported."""
    root = Parser(
        prog=PROGRAM,
        description="Keep PHI from flowing where it must not inside an Istio mesh.",
    )
    commands = subcommands(root, "command")
    for name, description in COMMANDS.items():
        if name in named:
            _module(name).add_parser(commands)
        else:
            commands.add_parser(name, help=description)
    return root


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"extauthz.commands.{name}")
    except ModuleNotFoundError as error:
        raise extras.missing(name, error) from None


def whole() -> Parser:
    """Return the tree with all commands. A command whose parts are not installed has no options."""
    return parser(frozenset(filter(_is_installed, COMMANDS)))


def _is_installed(name: str) -> bool:
    try:
        _module(name)
    except UsageError:
        return False
    return True


def subparsers(of: argparse.ArgumentParser) -> "Subparsers[argparse.ArgumentParser] | None":
    """Return the commands of a group, or None for a command."""
    # argparse has no public way to list them
    return next((each for each in of._actions if isinstance(each, Subparsers)), None)


def walk(of: Parser) -> Iterator[Parser]:
    """Yield a parser, then all below it."""
    yield of
    below = subparsers(of)
    for each in below.choices.values() if below is not None else ():
        assert isinstance(each, Parser)  # noqa: S101 - a subparser has the class of its parent
        yield from walk(each)


def summaries(of: argparse.ArgumentParser) -> dict[str, str]:
    """Return what each command of a group does, by its name."""
    below = subparsers(of)
    found = below._choices_actions if below is not None else ()
    return {each.dest: each.help or "" for each in found}
