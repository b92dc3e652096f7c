"""Patterns of `.phiguardignore` and of `--exclude`, written as in `.gitignore`.

Source: https://git-scm.com/docs/gitignore, "PATTERN FORMAT". Tests compare them with git's own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class _Pattern:
    form: re.Pattern[str]
    folders_only: bool
    takes_back: bool


class Patterns:
    """The patterns of one file, or of one command line. The last one that matches decides."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._patterns = [found for line in lines if (found := _pattern(line)) is not None]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def decide(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether a path is left out; None when no pattern speaks of it.

        Args:
            path: relative to where the patterns stand, with `/` between its parts.
        """
        for pattern in reversed(self._patterns):
            if pattern.folders_only and not is_folder:
                continue
            if pattern.form.fullmatch(path):
                return not pattern.takes_back
        return None


def _pattern(line: str) -> _Pattern | None:
    text = _without_ending(line.rstrip("\r\n"))
    if not text or text.startswith("#"):
        return None
    takes_back = text.startswith("!")
    text = text[takes_back:]
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    if not text:
        return None
    anchored = "/" in text
    return _Pattern(_form(text.removeprefix("/"), anchored=anchored), folders_only, takes_back)


def _without_ending(text: str) -> str:
    """The line without blanks at its end, but for one that a backslash keeps."""
    kept = text.rstrip(" ")
    is_escaped = (len(kept) - len(kept.rstrip("\\"))) % 2 == 1
    return kept + " " if is_escaped and len(kept) < len(text) else kept


def _form(text: str, *, anchored: bool) -> re.Pattern[str]:
    words = [_as_expression(token) for token in _TOKEN.finditer(text)]
    try:
        return re.compile("".join(["" if anchored else "(?:.*/)?", *words]), re.DOTALL)
    except re.error:
        return re.compile(_NOTHING)


_NOTHING: Final = "(?!)"
_LETTER: Final = r"(?:\\.|[^\]\\])"
_LETTERS: Final = rf"(?:\]{_LETTER}*|{_LETTER}+)"
_TOKEN: Final = re.compile(
    r"(?P<any_folders>(?:^|(?<=/))\*\*/)|(?P<all_below>(?<=/)\*\*$)|(?P<letters>\*+)|(?P<letter>\?)"
    rf"|(?P<class>\[(?:[!^]{_LETTERS}|(?![!^]){_LETTERS})\])"
    r"|(?P<escaped>\\.)|(?P<wrong>[\[\\])|(?P<plain>.)",
    re.DOTALL,
)
_EXPRESSIONS: Final = {
    "any_folders": "(?:.*/)?", "all_below": ".+", "letters": "[^/]*", "letter": "[^/]",
    "wrong": _NOTHING,
}  # fmt: skip


def _as_expression(token: re.Match[str]) -> str:
    """One part of a pattern as a regular expression."""
    kind, text = str(token.lastgroup), token[0]
    if kind == "class":
        inside = text[1:-1]
        negated = inside[:1] in ("!", "^")
        inside = re.sub(
            r"\\(.)|([\[\]&~|^])",
            lambda letter: re.escape(letter[1] or letter[2]),
            inside[negated:],
            flags=re.DOTALL,
        )
        return f"(?!/)[{'^' * negated}{inside}]"
    if kind in ("escaped", "plain"):
        return re.escape(text[-1])
    return _EXPRESSIONS[kind]
