"""Marks of emphasis in Markdown and in filled forms: `**Ana**`, `__Ana__`, `*Ana*` and code spans.

They are no part of a label or a value, so they become blanks. The text keeps its length.
"""

import re
from typing import Final

# Two or more marks, and a code span's marks. matches "**", "___", "`"; not the marks of "__init__"
_RUNS: Final = re.compile(
    rb"\*{2,3}|`{1,3}|(?<![A-Za-z0-9_])_{2,40}(?=[A-Z\d])|(?<=\w)_{2,40}(?=\s|\Z)"
)
# Pairs of single marks. matches "*Phone*", "_Phone_"; not the marks of "a*b", "x_y"
# The mark comes first and what stands before it second: a search for one byte is fast.
_STARS: Final = re.compile(rb"\*(?<![\w*].)(?=[^\s*_])[^*_\n]{1,80}(?<=\S)\*(?![\w*])")
_LINES: Final = re.compile(rb"_(?<![\w*].)(?=[^\s*_])[^*_\n]{1,80}(?<=\S)_(?![\w*])")


def blanked(text: bytes) -> bytes:
    """The text with blanks in place of its marks of emphasis."""
    has_star, has_line = b"*" in text, b"_" in text
    if (has_star and b"**" in text) or (has_line and b"__" in text) or b"`" in text:
        text = _RUNS.sub(lambda m: b" " * len(m[0]), text)
    pairs = [m.span() for m in _STARS.finditer(text)] if has_star else []
    pairs += [m.span() for m in _LINES.finditer(text)] if has_line else []
    if not pairs:
        return text
    blank = bytearray(text)
    for start, end in pairs:
        blank[start] = blank[end - 1] = 0x20
    return bytes(blank)
