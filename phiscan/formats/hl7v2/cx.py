"""The number in an identifier of HL7 v2's type CX, wherever another format has one.

    77120^^^&1.3.6.1.4.1.21367&ISO
    'st34^^^&1.3.6&ISO'                          a value of a registry's query
    ('st34^^^&1.3.6&ISO','st35^^^&1.3.6&ISO')    several of them

Only the number identifies. The assigning authority behind it is the same for all patients.
"""

import re
from collections.abc import Iterator
from typing import Final

# A quoted CX, whose number may be empty. matches b"'st34^^^&1.3'"; not b"st34^^^&1.3"
_QUOTED: Final = re.compile(rb"'([^'^]*+)[^']*+'")
# matches b"77120" of b"77120^^^&1.3"; the whole of b"77120"
_PLAIN: Final = re.compile(rb"\s*+\(?([^\s^'()][^^'()]*+)")


def numbers(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the range of each number in the CX, or list of CX, in `data[start:end]`."""
    if data.find(b"'", start, end) >= 0:
        for match in _QUOTED.finditer(data, start, end):
            if match[1].strip():
                yield match.span(1)
        return
    plain = _PLAIN.match(data, start, end)
    if plain is not None:
        yield plain.start(1), plain.start(1) + len(plain[1].rstrip())
