"""Marks of emphasis in Markdown and in filled forms: `**Ana**`, `__Ana__`, `*Ana*` and code spans.

They are no part of a label or a value, so they become blanks. The text keeps its length.
"""

import re
from typing import Final

# Two or more marks, a code span's marks, and pairs of single marks.
# matches "**", "___", "`", "*Phone*"; not the marks of "a*b", "x_y", "__init__"
_RUNS: Final = re.compile(
    rb"\*{2,3}|`{1,3}|(?<![A-Za-z0-9_])_{2,40}(?=[A-Z\d])|(?<=\w)_{2,40}(?=\s|\Z)"
)
_PAIRS: Final = re.compile(rb"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,80})(?<=\S)\1(?![\w*])")


def blanked(text: bytes) -> bytes:
    """The text with blanks in place of its marks of emphasis."""
    if b"**" in text or b"`" in text or b"__" in text:
        text = _RUNS.sub(lambda m: b" " * len(m[0]), text)
    if b"*" in text or b"_" in text:
        text = _PAIRS.sub(rb" \2 ", text)
    return text
