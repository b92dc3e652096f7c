"""Write the man pages of the commands: one for `phiguard`, one for each command and group.

They are made from the `argparse` tree, as the help texts are: `make man` writes `docs/man/`.
"""

import argparse
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from extauthz.commands import help_texts, tree
from extauthz.commands.shells.command import about, arguments, placeholder
from extauthz.commands.tree import Parser
from extauthz.records.release import VERSION
from tools.own_tests import ROOT

FOLDER: Final = ROOT / "docs" / "man"
_CODES: Final = (
    ("0", "done, and nothing was found that counts"),
    ("1", "something counts: PHI was found, or a check failed"),
    ("2", "wrong use, or something could not be read, or not whole"),
    ("3", "both: 1 and 2"),
    ("130", "interrupted by Ctrl-C"),
    ("141", "the reader of a pipe has gone"),
)
_VARIABLES: Final = (
    ("NO_COLOR", "not empty: no colours and no bold letters"),
    ("FORCE_COLOR", "not empty: colours in a pipe too"),
    ("COLUMNS", "the width of the terminal, in place of its own"),
    ("TERM", "dumb or unknown: no colours and no progress"),
)


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    root = tree.whole()
    below = tree.subparsers(root)
    assert below is not None  # noqa: S101 - the root has commands
    found = {"phiguard.1": _page(root, list(below.choices.values()))}
    for name, parser in below.choices.items():
        found[f"phiguard-{name}.1"] = _page(parser, [])
    return found


def main(folder: Path = FOLDER) -> int:
    """Write the pages, and remove those of commands that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.1"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


def _page(parser: argparse.ArgumentParser, others: list[argparse.ArgumentParser]) -> str:
    return "".join(f"{line}\n" for line in _lines(parser, others))


def _lines(parser: argparse.ArgumentParser, others: list[argparse.ArgumentParser]) -> Iterator[str]:
    assert isinstance(parser, Parser)  # noqa: S101 - the tree has no other
    name = "-".join((tree.PROGRAM, *parser.words))
    yield f'.TH {_text(name.upper())} 1 "" "phiguard {VERSION}" "phiguard"'
    yield ".ad l"  # long words of options leave nothing to adjust
    yield ".SH NAME"
    yield f"{_text(name)} \\- {_text(_summary(parser))}"
    yield from _synopsis(parser)
    if parser.description:
        yield ".SH DESCRIPTION"
        yield _text(parser.description)
    if others:
        yield ".SH COMMANDS"
        for each in others:
            assert isinstance(each, Parser)  # noqa: S101 - as above
            yield from _item(f"\\fBphiguard\\-{_text(each.words[0])}\\fR(1)", _summary(each))
        yield ".SH OPTIONS"
        yield from _arguments(parser)
    else:
        yield from _options(parser)
    yield from _list("EXIT STATUS", _CODES)
    yield from _list("ENVIRONMENT", _VARIABLES)
    yield from _examples(parser)
    yield ".SH SEE ALSO"
    more = help_texts.more(parser.words)
    page = _text(help_texts.place(more)) if more else ""
    own = "" if others else "\\fBphiguard\\fR(1)"
    yield ", ".join(filter(None, (own, page)))


def _synopsis(parser: Parser) -> Iterator[str]:
    """One line for each command. The words of `argparse` differ from Python to Python."""
    yield ".SH SYNOPSIS"
    leaves = [each for each in tree.walk(parser) if tree.subparsers(each) is None]
    if not parser.words:
        yield "\\fBphiguard\\fR \\fICOMMAND\\fR [\\fIoptions\\fR]"
        return
    for number, each in enumerate(leaves):
        if number:
            yield ".br"
        free = " ".join(map(_argument, arguments(each)[1]))
        yield f"\\fB{_text(each.prog)}\\fR [\\fIoptions\\fR] {free}".rstrip()


def _argument(action: argparse.Action) -> str:
    name = f"\\fI{_text(placeholder(action))}\\fR"
    if action.nargs in ("+", "*"):
        name += "..."
    return f"[{name}]" if action.nargs in ("?", "*") else name


def _options(parser: Parser) -> Iterator[str]:
    """The options of a command, or a section for each command of a group."""
    for each in tree.walk(parser):
        if tree.subparsers(each) is not None:
            continue
        title = "OPTIONS" if each is parser else each.prog
        yield f".SH {_quoted(title)}"
        if each is not parser:
            yield _text(each.description or _summary(each))
        yield from _arguments(each)


def _arguments(parser: Parser) -> Iterator[str]:
    options, free = arguments(parser)
    for action in free:
        yield from _item(f"\\fI{_text(placeholder(action))}\\fR", about(action))
    for action in options:
        names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
        if action.nargs != 0:
            words = "|".join(map(str, action.choices or ())) or placeholder(action)
            names += f" \\fI{_text(words)}\\fR"
        yield from _item(names, about(action))


def _examples(parser: Parser) -> Iterator[str]:
    more = help_texts.more(parser.words)
    if more is None or not more.examples:
        return
    yield ".SH EXAMPLES"
    for command, what in more.examples:
        yield from _item(f"\\fBphiguard {_text(command)}\\fR", what)


def _list(title: str, items: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {_quoted(title)}"
    for name, what in items:
        yield from _item(f"\\fB{_text(name)}\\fR", what)


def _item(name: str, what: str) -> Iterator[str]:
    yield ".TP"
    yield name
    yield _text(what) if what else "\\ "


def _summary(parser: Parser) -> str:
    if not parser.words:
        return "keep PHI from flowing where it must not inside an Istio mesh"
    return _summaries()[parser.words]


@functools.cache
def _summaries() -> dict[tuple[str, ...], str]:
    """What each command and group does, by its words."""
    return {
        (*each.words, word): about
        for each in tree.walk(tree.whole())
        for word, about in tree.summaries(each).items()
    }


def _text(text: str) -> str:
    """Return a text as roff shows it literally. No line of it is a request."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return f"\\&{safe}" if safe.startswith(".") else safe


def _quoted(text: str) -> str:
    return f'"{_text(text)}"'


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
