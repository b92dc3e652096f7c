"""Says in place of a value that it is masked: the null flavor MSK of HL7 version 3.

    <birthTime value="19611123"/>   ->  <birthTime nullFlavor="MSK"/>
    <family>Ruiz</family>           ->  <family nullFlavor="MSK"></family>

Source: HL7 version 3, vocabulary domain NullFlavor. A value gets no edit where this is not
possible: it is a part of an attribute or of a text, its element has a null flavor already, or it
stands in the narrative, whose elements have none.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from phiscan.media_kind import Edit

_MASKED: Final = b'nullFlavor="MSK"'
# the start tag of an element up to the value of an attribute; group 1 is that attribute
# matches b'<id root="1.2" extension="'; not b'<td>extension="'
_ATTRIBUTE: Final = re.compile(
    rb"<[\w:.-]{1,80}(?:\s++[\w:.-]{1,80}+\s?+=\s?+(?:\"[^\"<]*+\"|'[^'<]*+'))*?"
    rb"\s++((?:value|extension)\s?+=\s?+[\"'])\Z"
)
# the start tag of a part of a name or of an address
# matches b'<given qualifier="IN">'; not b"<td>"
_PART: Final = re.compile(
    rb"<(?:\w{1,20}:)?(?:given|family|prefix|suffix|name|streetAddressLine|streetName|houseNumber"
    rb"|city|county|state|postalCode|country|additionalLocator|unitID|desc)(?:\s[^<>]*+)?>\Z"
)
_LONGEST_TAG: Final = 2048


def edits(data: bytes, ranges: Collection[tuple[int, int]]) -> list[Edit]:
    """Return the edits that say of these whole values that they are masked."""
    return list(_edits(data, sorted(ranges)))


def _edits(data: bytes, ranges: list[tuple[int, int]]) -> Iterator[Edit]:
    for start, end in ranges:
        opened = data.rfind(b"<", max(0, start - _LONGEST_TAG), start)
        closed = data.find(b">", end, end + _LONGEST_TAG)
        if opened < 0 or closed < 0 or b"nullFlavor" in data[opened:closed]:
            continue
        tag = _ATTRIBUTE.match(data, opened, start)
        if tag is not None and data[start - 1] == data[end]:
            yield Edit(tag.start(1), end + 1, _MASKED)
        elif _PART.match(data, opened, start) and data.startswith(b"</", end):
            yield Edit(start - 1, end, b" " + _MASKED + b">")
