"""What an output can show: its width, its colours, its characters."""

import codecs
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TextIO

_DUMB: Final = ("", "dumb", "unknown")
_PLAIN_LOCALES: Final = ("C", "POSIX")
_LEAST: Final = 20
_UNKNOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Screen:
    """What an output can show.

    Args:
        width: columns; None where there is no terminal, so that nothing is wrapped.
        is_coloured: whether styles are wanted and understood.
        is_unicode: whether more than ASCII can be shown.
        can_erase: whether a line can be erased again, as progress needs it.
    """

    width: int | None = None
    is_coloured: bool = False
    is_unicode: bool = True
    can_erase: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it has neither a width nor colours: a pipe or a file."""
        return self.width is None and not self.is_coloured


FILE: Final = Screen()
"""A file of UTF-8 text."""


def of(out: TextIO, environment: Mapping[str, str] | None = None) -> Screen:
    """Return what an output can show.

    Args:
        out: the standard output or the standard error output.
        environment: of this process, when it is not `os.environ`.
    """
    known = os.environ if environment is None else environment
    is_terminal = out.isatty()
    is_clever = is_terminal and known.get("TERM", "") not in _DUMB
    is_forced = bool(known.get("FORCE_COLOR"))
    return Screen(
        width=_width(out, known) if is_terminal else None,
        is_coloured=not known.get("NO_COLOR") and (is_clever or is_forced),
        is_unicode=_is_unicode(out, known, is_terminal=is_terminal),
        can_erase=is_clever,
    )


def _width(out: TextIO, environment: Mapping[str, str]) -> int:
    given = environment.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return max(_LEAST, int(given))
    try:
        columns = os.get_terminal_size(out.fileno()).columns
    except OSError:
        columns = shutil.get_terminal_size((_UNKNOWN, 0)).columns
    return max(_LEAST, columns or _UNKNOWN)


def _is_unicode(out: TextIO, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Python writes UTF-8 with the locale C too. A terminal in that locale may not show it."""
    try:
        if codecs.lookup(out.encoding or "utf-8").name != "utf-8":
            return False
    except LookupError:
        return False
    names = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    locale = next(filter(None, names), "C")
    return not is_terminal or locale not in _PLAIN_LOCALES
