"""The pieces of JSON text as regular expressions (RFC 8259), for all that read JSON by its bytes.

Compile them with `re.DOTALL`: an escape may stand before a line's end in broken JSON. All pieces are possessive, so that no
byte is tried twice.
"""

from typing import Final

from phiscan.text.possessive import repeated

BLANK: Final = r"[ \t\r\n]"
BLANKS: Final = r"[ \t\r\n,]"
"""A blank, or the comma between two members."""
# neither a quote nor a backslash; three ranges are looked up in one step, `[^"\\]` in two
_LETTER: Final = r"[\x00-!#-\[\]-\xff]"
# matches `a \" b`; stops before `"`
TEXT: Final = f"{_LETTER}*+" + repeated(rf"\\.{_LETTER}*+", "*")
"""The content of a string."""
STRING: Final = f'"{TEXT}"'
# matches `-1.5e+3`, `true`; not `"a"`
WORD: Final = r"[-+\w.]++"
"""A number, or one of JSON's names; also what broken JSON has there."""
COLON: Final = rf"{BLANK}*+:{BLANK}*+"
SCALAR: Final = rf"(?:{STRING}|{WORD})"
