"""What the header of an HL7 v2 message says: MSH, and MSA-2 of an answer.

Only what is needed to rule on a message and to answer it. Nothing here says what the message holds:
`phiscan` reads that.

Source: HL7 v2, chapter 2, segments MSH and MSA.
"""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from mesh.message.message_types import is_type
from phiscan.formats.hl7v2.delimiters import V2Delimiters

MOST_BYTES: Final = 8192
"""Bytes of MSH that are read. Its fields have a few hundred at most."""
MOST_NAME: Final = 227
"""Bytes of an application or a facility: the length of the data type HD."""
MOST_ID: Final = 199
"""Bytes of a control id, from version 2.7 on. Before, it was 20."""
_MOST_CHARSETS: Final = 8
_FIELDS: Final = 18
_NO_FIELDS: Final = [b""] * _FIELDS
_NO_CHARSETS: Final = ("",)
_CHARSET_NAME: Final = 32  # bytes; the names of table 0211 are shorter
# A header at the start of a segment. matches b"\rMSH|", b"MSH^"; not b"xMSH|", b"MSH1"
_HEADER: Final = re.compile(rb"(?:^[\r\n\t ]*+|[\r\n])(MSH[!-/:-@[-`{-~])")
_FIRST: Final = re.compile(rb"[\r\n\t ]*(?:MSH|BHS|FHS)[!-/:-@[-`{-~]")
# Delimiters: punctuation of ASCII. matches b"|^~\\&", b"#*~"; not b"|ABC"
_DELIMITERS: Final = re.compile(rb"[!-/:-@[-`{-~]{4,6}")
_BEGINS: Final = re.compile(rb"[\r\n\t ]*MSH[!-/:-@[-`{-~]")
_LINE: Final = re.compile(rb"[^\r\n]*")
# matches "2.3.1"; not "2.5^USA", "3.0"
_VERSION: Final = re.compile(r"2\.[0-9](?:\.[0-9])?")
_PROCESSING: Final = re.compile(r"[A-Z](?:\^[A-Z])?")


class V2Header(NamedTuple):
    """MSH of one message, with what it says of routing and of answers. It is small.

    No repr shows it: senders write anything there.

    Args:
        sender, receiver: application and facility, MSH-3 and 4, MSH-5 and 6, as they stand.
        message_type: `ADT^A01`; empty where MSH-9 has another form.
        control_id: MSH-10.
        processing: MSH-11, `P`; empty where it has another form.
        version: MSH-12, `2.5.1`; empty where it has another form.
        accept: MSH-15, when the sender wants an accept acknowledgement.
        charsets: the repetitions of MSH-18.
    """

    delimiters: V2Delimiters
    sender: tuple[bytes, bytes]
    receiver: tuple[bytes, bytes]
    message_type: str
    control_id: bytes
    processing: str
    version: str
    accept: str
    charsets: tuple[str, ...]

    def __repr__(self) -> str:
        """Show nothing of the message."""
        return "V2Header()"


def read(message: bytes) -> V2Header | None:
    """The header of a message. None where none can be read.

    Args:
        message: begins with MSH, or with the header of a batch or a file and holds an MSH.
    """
    if _FIRST.match(message) is None or (found := _HEADER.search(message)) is None:
        return None
    line = _LINE.match(message, found.start(1), found.start(1) + MOST_BYTES)
    segment = line[0] if line else b""
    mark = segment[3:4]
    delimiters = mark + segment[4:10].partition(mark)[0]
    known = _known(delimiters) if _DELIMITERS.fullmatch(delimiters) else None
    if known is None:
        return None
    # MSH-1 is the delimiter itself, so MSH-n stands at n - 1
    fields = segment.split(mark, _FIELDS) + _NO_FIELDS
    return V2Header(
        delimiters=known,
        sender=(fields[2][:MOST_NAME], fields[3][:MOST_NAME]),
        receiver=(fields[4][:MOST_NAME], fields[5][:MOST_NAME]),
        message_type=_type(fields[8], known),
        control_id=fields[9][:MOST_ID],
        processing=_of_form(_PROCESSING, fields[10].replace(known.component, b"^")),
        version=_of_form(_VERSION, fields[11].partition(known.component)[0]),
        accept=_text(fields[14][:2]),
        charsets=_charsets(fields[17], known) if fields[17] else _NO_CHARSETS,
    )


@lru_cache(maxsize=256)  # punctuation of ASCII, and nearly always the usual
def _known(delimiters: bytes) -> V2Delimiters | None:
    """The delimiters of MSH-1 and MSH-2. None where one stands for two things."""
    known = V2Delimiters.of(b"MSH" + delimiters)
    return None if known is None or known.are_ambiguous else known


def _charsets(written: bytes, marks: V2Delimiters) -> tuple[str, ...]:
    names = written.split(marks.repetition)[:_MOST_CHARSETS]
    return tuple([_text(name[:_CHARSET_NAME]) for name in names])


def begins_message(content: bytes) -> bool:
    """Whether the first segment is MSH, and not the header of a batch."""
    return _BEGINS.match(content) is not None


def answered(message: bytes, delimiters: V2Delimiters) -> bytes | None:
    """MSA-2: the control id of the message that this one answers.

    None when it answers none, and empty when it has several of them.
    """
    if b"MSA" not in message:
        return None
    found = set(_answers(delimiters.field).findall(message))
    if not found:
        return None
    return found.pop()[:MOST_ID] if len(found) == 1 else b""


def is_accept(message: bytes, delimiters: V2Delimiters) -> bool:
    """Whether an answer is an accept acknowledgement (`CA`), behind which another one may come."""
    mark = b"MSA" + delimiters.field + b"CA"
    return b"\r" + mark in message or b"\n" + mark in message


@cache
def _answers(field_mark: bytes) -> re.Pattern[bytes]:
    """MSA-2 of each segment MSA. The mark is one of ASCII's 32."""
    mark = re.escape(field_mark)
    return re.compile(rb"[\r\n]MSA%b[^\r\n%b]*(?:%b([^\r\n%b]*))?" % ((mark,) * 4))


def _type(written: bytes, delimiters: V2Delimiters) -> str:
    """Message code and trigger event. What stands behind them is the structure."""
    parts = written.split(delimiters.component)
    if len(parts) > 1 and not parts[1]:
        parts = parts[:1]
    text = _text(b"^".join(parts[:2]))
    return text if is_type(text) else ""


def _of_form(form: re.Pattern[str], written: bytes) -> str:
    text = _text(written)
    return text if form.fullmatch(text) else ""


def _text(written: bytes) -> str:
    """The field as text; `?` for what is not ASCII, so that no form fits."""
    return written.decode("ascii", "replace").replace("\ufffd", "?")
