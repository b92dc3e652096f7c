"""What stands in one frame of MLLP, as events of an `Exchange`: one message, or a batch of them.

A batch (FHS, BHS, messages, BTS, FTS) is one frame of several messages. Each is judged with its own
type. The headers of a batch belong to the first message and its trailers to the last, so that every
byte is scanned once.

A message starts where a segment MSH starts: after a CR, and after an LF where the frame has no CR.
An MSH that only some receivers see (after an LF, where segments end with CR) leaves its message
without a type: no rule that names types can be sure of it.

INVARIANT (unread is unread): a message that this module cannot read has a `gap`, and no scan makes
it complete.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from typing import Final

from mesh.exchange.events import Body, Event, Head
from mesh.exchange.mllp_events import Message
from mesh.message import hl7_charsets, hl7_header
from mesh.message.facts import Facts, Protocol
from mesh.message.headers import Headers
from mesh.message.hl7_header import V2Header
from phiscan.finding import Gap

MOST: Final = 1024
"""The most messages of a batch that are judged one by one. A longer batch is unreadable."""
_MEDIA: Final = "application/hl7-v2"
_MSH: Final = b"MSH"
_STARTS: Final = re.compile(rb"\r\n?(?=MSH[!-/:-@[-`{-~])")
_LF_STARTS: Final = re.compile(rb"\n(?=MSH[!-/:-@[-`{-~])")
# An MSH that any receiver may take for a header. matches b"\nMSH|", b"\x0cMSH^"; not b"xMSH|"
_ANY_START: Final = re.compile(
    rb"(?:\A[\r\n\t ]*+|[\r\n\x0b\x0c\x1c-\x1e\x85]|\xe2\x80[\xa8\xa9])MSH[!-/:-@[-`{-~]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a frame.

    Args:
        content: its bytes, with what belongs to it of a batch.
        header: its MSH, or None where none can be read.
        answers: MSA-2, as `hl7_header.answered`.
        gap: why it cannot be read.
        is_whole: False when its end did not come.
        charset: that MSH-18 names, of `hl7_charsets.charset_of`; empty where nobody knows it.
    """

    content: bytes = field(repr=False)
    header: V2Header | None = None
    answers: bytes | None = field(default=None, repr=False)
    gap: Gap = Gap.NONE
    is_whole: bool = True
    charset: str = ""

    @property
    def is_answer(self) -> bool:
        """Whether nothing else comes in answer to the message that it answers."""
        if self.header is None or not self.answers:
            return False
        return not hl7_header.is_accept(self.content, self.header.delimiters)

    @property
    def own_type(self) -> str:
        """The type of the message; empty where nobody can be sure of it."""
        if self.header is None:
            return ""
        starts = islice(_ANY_START.finditer(self.content), 2)
        # only a batch and an oddity need the longer look
        is_one = self.content.count(_MSH) == 1 or len(list(starts)) == 1
        return self.header.message_type if is_one else ""

    def facts(self, facts: Facts, message_type: str) -> Facts:
        """The facts of the message.

        Args:
            facts: of the connection, with the direction of the message.
            message_type: that rules are asked about.
        """
        operation = replace(facts.operation, message_type=message_type)
        return replace(facts, protocol=Protocol.MLLP, redactable=self.is_whole, operation=operation)

    def events(self, facts: Facts) -> tuple[Event, ...]:
        """The message as events, for its judgement by these facts."""
        head = Head(facts, _headers(self.charset), gap=self.gap)
        return head, Body(self.content, end=True, truncated=not self.is_whole)


@cache
def _headers(charset: str) -> Headers:
    """The headers of a message in one of the charsets that `hl7_charsets` knows."""
    media = f"{_MEDIA}; charset={charset}" if charset else _MEDIA
    return Headers((("content-type", media),))


def parts(frame: Message) -> tuple[Part, ...]:
    """The messages of one frame, in their order. Together they are all of its bytes."""
    if not frame.is_whole:
        return (_part(frame.content, frame),)
    contents = list(islice(_split(frame.content), MOST + 1))
    if len(contents) > MOST:
        return (replace(_part(frame.content, frame), gap=Gap.OVER_LIMIT),)
    return tuple(_part(content, frame) for content in contents)


def _split(content: bytes) -> Iterator[bytes]:
    if content.count(_MSH) <= 1:
        yield content
        return
    starts = _STARTS if b"\r" in content else _LF_STARTS
    at, is_begun = 0, hl7_header.begins_message(content)
    for found in starts.finditer(content):
        if is_begun:  # before it, there is only the header of a batch
            yield content[at : found.end()]
            at = found.end()
        is_begun = True
    yield content[at:]


def _part(content: bytes, frame: Message) -> Part:
    header = hl7_header.read(content)
    charset = hl7_charsets.charset_of(header.charsets) if header else None
    if header is None or frame.is_flawed:
        return Part(content, header, None, Gap.MALFORMED, frame.is_whole, charset or "")
    # the last character of a cut message may be half
    is_known = charset is not None and (not frame.is_whole or hl7_charsets.is_of(content, charset))
    return Part(
        content,
        header,
        hl7_header.answered(content, header.delimiters),
        Gap.NONE if is_known else Gap.UNKNOWN_ENCODING,
        frame.is_whole,
        charset or "",
    )
