"""The negative acknowledgement of an HL7 v2 message that may not pass.

It holds what its receiver had written itself (names of applications, a control id, a version), and
words of ours. INVARIANT (no content): nothing else of any message is in it.

    field              value
    -----------------  -----------------------------------------------------------------
    MSH-1, 2           those of the message
    MSH-3 to 6         those of the message, swapped
    MSH-7, 10          the time, and the first 20 digits of the decision's id
    MSH-9              ACK^A01^ACK; ACK^A01 before version 2.3.1; ACK in 2.1
    MSH-11, 12         those of the message in their form, else P and 2.5
    MSA-1, 2           AR, CR or AE; the control id of the message
    MSA-3 (before 2.5) denied by phiguard: REASON ID
    ERR (before 2.5)   ERR-1 ^^^207&Application internal error&HL70357
    ERR (from 2.5)     ERR-3 207^..., ERR-4 E, ERR-5 the reason, ERR-7 the id, ERR-8 the text

Source: HL7 v2, chapter 2: MSH, MSA, ERR, the enhanced mode of acknowledgements.
"""

import re
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from mesh.message.hl7_header import V2Header
from mesh.policy.decision import Reason
from phiscan.formats.hl7v2.delimiters import V2Delimiters

_OWN_ID: Final = 20
_ACCEPTED: Final = frozenset(("AL", "ER"))
_ERROR: Final = "207", "Application internal error", "HL70357"
_VERSION: Final = "2.5"
_OWN_PUNCTUATION: Final = frozenset(b"_:;.")
"""What our words hold, as their reasons and versions do."""
# printable ASCII; matches what is not
_UNPRINTABLE: Final = re.compile(rb"[^\x20-\x7e]")
_DENIED: Final = "denied by phiguard"
_WITHHELD: Final = "delivered; the answer was withheld by phiguard"


class Code(StrEnum):
    """MSA-1.

    REJECT: the message was not delivered. ACCEPT_REJECT: the same, in the enhanced mode.
    WITHHELD: it was delivered, and its answer is not.
    """

    REJECT = "AR"
    ACCEPT_REJECT = "CR"
    WITHHELD = "AE"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a message is refused.

    Args:
        reason: of the decision.
        id: of the decision, 32 hexadecimal digits.
        at: the time (UTC).
    """

    reason: Reason
    id: str
    at: datetime


def code_for(header: V2Header | None) -> Code:
    """The code for a refused message: of the mode of acknowledgement that it asks for."""
    is_enhanced = header is not None and header.accept in _ACCEPTED
    return Code.ACCEPT_REJECT if is_enhanced else Code.REJECT


def nak(header: V2Header | None, refused: Refused, code: Code) -> bytes:
    """The content of the frame.

    Args:
        header: of the message that is answered. None where it cannot be read: then the answer names
            nobody.
    """
    marks = header.delimiters if header else V2Delimiters()
    if not _OWN_PUNCTUATION.isdisjoint(b"".join(astuple(marks))):
        marks = V2Delimiters()  # ours would read as theirs
    version = (header.version if header else "") or _VERSION
    writer = _Writer(marks)
    segments = (
        writer.msh(header, refused, version),
        *writer.reason(header, refused, code, version),
    )
    return b"".join(segment + b"\r" for segment in segments)


class _Writer:
    """Writes segments with the delimiters of a message."""

    def __init__(self, marks: V2Delimiters) -> None:
        self._marks = marks

    def msh(self, header: V2Header | None, refused: Refused, version: str) -> bytes:
        marks = self._marks
        by, to = (header.receiver, header.sender) if header else ((b"", b""),) * 2
        names = [self._clean(name) for name in (*by, *to)]
        encoding = b"".join((marks.component, marks.repetition, marks.escape, marks.subcomponent))
        processing = self._parts(*((header.processing if header else "") or "P").split("^"))
        return self._segment(
            b"MSH",
            encoding,
            *names,
            refused.at.strftime("%Y%m%d%H%M%S").encode(),
            b"",
            self._type(header, version),
            refused.id[:_OWN_ID].encode(),
            processing,
            version.encode(),
        )

    def reason(
        self, header: V2Header | None, refused: Refused, code: Code, version: str
    ) -> tuple[bytes, bytes]:
        control_id = self._clean(header.control_id) if header else b""
        text = _WITHHELD if code is Code.WITHHELD else _DENIED
        msa = b"MSA", code.value.encode(), control_id
        if _is_before(version, "2.5"):
            long = f"{text}: {refused.reason.value} {refused.id}".encode()
            place = self._parts("", "", "", self._marks.subcomponent.decode().join(_ERROR))
            return self._segment(*msa, long), self._segment(b"ERR", place)
        reason, error = refused.reason.value.encode(), self._parts(*_ERROR)
        fields = b"", b"", error, b"E", reason, b"", refused.id.encode(), text.encode()
        return self._segment(*msa), self._segment(b"ERR", *fields)

    def _type(self, header: V2Header | None, version: str) -> bytes:
        event = header.message_type.partition("^")[2] if header else ""
        if _is_before(version, "2.2") or not event:
            return b"ACK"
        structure = () if _is_before(version, "2.3.1") else ("ACK",)
        return self._parts("ACK", event, *structure)

    def _parts(self, *components: str) -> bytes:
        return self._marks.component.join(each.encode() for each in components)

    def _clean(self, name: bytes) -> bytes:
        """A field of the message, in printable ASCII and without what would end it."""
        text = _UNPRINTABLE.sub(b"?", name)
        for mark in (self._marks.field, self._marks.repetition):
            text = text.replace(mark, b"?")
        return text

    def _segment(self, *fields: bytes) -> bytes:
        return self._marks.field.join(fields)


def _is_before(version: str, other: str) -> bool:
    return _numbers(version) < _numbers(other)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
