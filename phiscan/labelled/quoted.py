"""The values that a sentence of a program quotes: `'541-27-8860' is not a valid number`.

Validators, servers and databases tell whoever called what was wrong, and quote it. The sentence may
be the raw content of a JSON string, so a quote may have backslashes before it.
"""

import re
from collections.abc import Iterator
from typing import Final

# A part in quotes or square brackets, or a word with digits. Groups: what the quotes hold, one for
# each kind of quotes, then the word.
# matches b"'Ana Ruiz'", b'\\"541-27-8860\\"', b"[541278860]" and b"541278860"; not b"isn't", b"8"
_PART: Final = re.compile(
    rb"(?<!\w)'([^'\\\n]{1,80})'(?!\w)"
    rb'|(?<!\w)\\{0,4}"([^"\\\n]{1,80})\\{0,4}"(?!\w)'
    rb"|`([^`\\\n]{1,80})`"
    rb"|\[([^\[\]\\\n]{1,80})\]"
    rb"|\xe2\x80[\x98\x9c]([^\\\n]{1,80}?)\xe2\x80[\x99\x9d]"
    rb"|(?<![\w@.+/-])([\w@.+/-]{0,60}\d(?:[\w@.+/:-]{0,60}\w)?)"
)
_WORD: Final = 6
# What stands in a pattern, and in no value. matches b"^[A-Z]+$"; not b"O'Neil"
_PATTERN: Final = re.compile(rb"[\^$*+?|\\{}<>]")
_LEAST_WORD: Final = 5


# What each such part has. matches b"'", b"8"; nothing in b"Ana Ruiz"
_SIGN: Final = re.compile(rb"['\"`\[\xe2\d]")


def may_quote(data: bytes, start: int, end: int) -> bool:
    """Whether `data[start:end]` may have such parts. It costs a tenth of a look for them."""
    return _SIGN.search(data, start, end) is not None


def parts_of(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    """Yield the ranges of the parts of `data[start:end]` that may be values.

    The third item is whether the part is in quotes. Else it is a word with digits.
    """
    for match in _PART.finditer(data, start, end):
        group = match.lastindex or 0
        first, last = match.span(group)
        if group == _WORD and last - first < _LEAST_WORD:
            continue
        if _PATTERN.search(data, first, last) is None:
            yield first, last, group != _WORD
