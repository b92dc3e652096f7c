"""Regular expressions for the tokens of JSON (RFC 8259), for all modules that read JSON bytes.

Compile them with `re.DOTALL`, because in broken JSON a backslash may come before a line end. All
repeats are possessive, so that no byte is tried twice.
"""

from typing import Final

from phiscan.text.possessive import repeated

BLANK: Final = r"[ \t\r\n]"
BLANKS: Final = r"[ \t\r\n,]"
"""A blank, or the comma between two members or items."""
# Neither a quote nor a backslash. `re` tests three ranges in one step, and `[^"\\]` in two.
_LETTER: Final = r"[\x00-!#-\[\]-\xff]"
# matches `a \" b`; not `a " b`, where it stops before the quote
TEXT: Final = f"{_LETTER}*+" + repeated(rf"\\.{_LETTER}*+", "*")
"""The content of a string."""
STRING: Final = f'"{TEXT}"'
# matches `-1.5e+3` and `true`; not `"a"`
WORD: Final = r"[-+\w.]++"
"""A number, `true`, `false` or `null`, or what broken JSON has in their place."""
COLON: Final = rf"{BLANK}*+:{BLANK}*+"
SCALAR: Final = rf"(?:{STRING}|{WORD})"
