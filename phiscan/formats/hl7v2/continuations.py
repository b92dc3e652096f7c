"""Segments of HL7 v2 that are cut, and go on in an ADD (chapter 2, section 2.10.2).

A segment that ends with `|RUI` and is followed by `ADD|Z^ANA` ends with `|RUIZ^ANA`. An empty ADD,
often before a DSC, says that the segment goes on in the next message, whose MSH-14 names that DSC,
and which begins with an ADD that holds the rest.

A document with such segments is read once more with them joined. The next message may stand in the
same document. Where it does not, nobody can join them here: a gap. A DSC alone cuts a message
between two segments, which are read as they stand. Answers that come page by page have it too.

Cost: one search for the name, and one more reading of a document that has it.
"""

from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.formats.hl7v2.splitting import HEADERS, Piece, pieces
from phiscan.text.offsets import Derived

_ADD: Final = b"ADD"
_NO_CONTENT: Final = frozenset((b"MSA", b"DSC", b"BTS", b"FTS"))
"""Segments beside the content of a message. None of them goes on in an ADD."""
_LEAD: Final = b" \t\xef\xbb\xbf"


def joined(data: bytes, evidence: Evidence) -> Gap:
    """Nest the document with cut segments joined, if it has any.

    Returns:
        CUT_OFF where a part of a segment is not in the document.
    """
    if _ADD not in data.upper():
        return Gap.NONE
    reading = _Reading(data)
    for piece in evidence.context.timed(pieces(data)):
        reading.take(piece)
    whole = reading.close()
    if whole is not None:
        evidence.nested.append(whole)
    return reading.gap


class _Reading:
    """Takes the lines of a document, and leaves out what stands between two that are one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = Derived()
        self._at = 0  # what stands before it is in the text
        self._delimiter, self._terminator = b"|", b""  # of the message's fields, of its segments
        self._is_first = False  # whether a header was the newest segment
        self._end = -1  # of the message's newest segment
        self._is_open = False  # whether that one goes on in the next message
        self._cut = -1  # end of the segment of the message before that goes on in this one
        self.gap = Gap.NONE

    def take(self, piece: Piece) -> None:
        end = piece.end
        line = self._data[piece.start : end].lstrip(_LEAD)
        name, mark = line[:3].upper(), line[3:4]
        if self._is_first:
            self._terminator, self._is_first = piece.behind, False
        is_segment = not mark.isalnum()
        if is_segment and name == _ADD:
            # a line of a text may begin with the word: `Add to the list`
            ends_alone = not mark and self._terminator in piece.behind
            self._add(end - len(line[4:]), end, is_sure=ends_alone or mark == self._delimiter)
        elif is_segment and mark and name in HEADERS:
            self._delimiter, self._is_first = mark, True
            self._begin()
        elif not (is_segment and name in _NO_CONTENT):
            self._lose()
            self._end, self._is_open = end, False

    def close(self) -> Nested | None:
        self._begin()
        self._lose()
        if not self._at:
            return None
        self._text.copy(self._data, self._at, len(self._data))
        place = Location("hl7_message", 0, len(self._data))
        return Nested(self._text.text(), place, declared=False, origin=self._text)

    def _begin(self) -> None:
        """Take the header of a message, which may go on with the message before."""
        if self._is_open:
            self._lose()
            self._cut = self._end
        self._end, self._is_open = -1, False

    def _lose(self) -> None:
        """Take it that the rest of a segment that was cut is not here."""
        if self._cut >= 0:
            self.gap, self._cut = Gap.CUT_OFF, -1

    def _add(self, first: int, end: int, *, is_sure: bool) -> None:
        """Take an ADD, whose first field begins at `first`. What may be none leaves no gap."""
        if not is_sure and self._end < 0:
            return
        before = max(self._end, self._cut)
        self._cut = -1
        if before < 0:
            self.gap = Gap.CUT_OFF
        else:
            self._text.copy(self._data, self._at, before)
            self._at = first
        self._end = end
        self._is_open = is_sure and not self._data[first:end].strip(self._delimiter + b"|^~\\& \t")
