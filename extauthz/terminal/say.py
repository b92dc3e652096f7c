"""Lines for people: results to the standard output, everything else to the standard error output.

INVARIANT (safe): a line that is not `Drawn` is escaped, so no text of others commands the terminal.
"""

import sys
from collections.abc import Iterable
from typing import TextIO

from extauthz.terminal import screen as screens
from extauthz.terminal.drawn import Drawn
from extauthz.terminal.text import ascii_of, shown


def lines(found: Iterable[str]) -> None:
    """Write lines of a result."""
    _write(sys.stdout, found)


def line(text: str = "") -> None:
    """Write one line of a result."""
    lines((text,))


def note(text: str) -> None:
    """Write one line that is no result: a count, or what was left out."""
    _write(sys.stderr, (text,))


def problem(text: str) -> None:
    """Write what went wrong. A text of several lines stays one."""
    _write(sys.stderr, f"phiguard: {text}".split("\n"))


def flush() -> None:
    """Hand on what was written, so that a reader has it at once."""
    sys.stdout.flush()


def _write(out: TextIO, found: Iterable[str]) -> None:
    is_unicode = screens.of(out).is_unicode
    for each in found:
        safe = each if isinstance(each, Drawn) else shown(each)
        out.write(f"{safe if is_unicode else ascii_of(safe)}\n")
