"""Protocol Buffers without a schema, and the frames of gRPC around messages.

    frame = flags:1 length:4 message        (numbers of bytes; gRPC over HTTP/2)

gRPC-web adds a trailer frame (flag 0x80) and a base64 form.

A length-delimited value is a string, a message or bytes, and the wire does not say which. A value
that is printable text counts as a string. Otherwise, a value that parses to its last byte counts as
a message, and any other value as bytes.

All strings of a message are joined to one text, one a line, or `key: value` for the entry of a map.
So words that are near each other in the message are near each other for the detectors. Field names
are not on the wire. A value that only a field name explains (an SSN as an integer) is found only
when the type of the message is known (`typed_protobuf`).

The format states lengths, so a mask has as many bytes as the value.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Final

from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location
from phiscan.media_kind import BINARY, Masking, MediaKind, Sample
from phiscan.protobuf import wire as wire_format
from phiscan.protobuf.wire import Field, NotAMessageError
from phiscan.readers import magic
from phiscan.readers.typed_protobuf import TypedMessage
from phiscan.text.offsets import Derived, excerpt

_MAX_DEPTH: Final = 64
_MAX_FIELDS: Final = 1_000_000
_GUESSED_NUMBER: Final = 4096
"""The highest field number of an undeclared message. Schemas stay below it, random bytes do not."""
_PREFIX: Final = 5
_COMPRESSED, _TRAILERS = 0x01, 0x80
_TYPES: Final = frozenset(
    f"application/{t}"
    for t in ("x-protobuf", "protobuf", "vnd.google.protobuf", "x-google-protobuf", "proto")
)
# The parameter of a media type that names the type of the message.
# matches "; proto=clinic.Patient" and '; messageType="clinic.Patient"'; not "; protocol=clinic"
_TYPE: Final = re.compile(r";\s*(?:proto|messagetype)\s*=\s*\"?([\w.]+)", re.IGNORECASE)
# matches b"\x00"; not b"\t", and not VT, FS and GS, which frame HL7 v2 and NCPDP
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1e\x1f]")
# matches "\x00" and "\x1c"; not "\t"
_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# matches b"patient_name"; not b"2024-05-17"
_LABEL: Final = re.compile(rb"[A-Za-z][\w .-]{0,60}")
_NO_MASK: Final = Location("compressed", -1, -1)
"""The location of a compressed message. No mask fits in there, so redaction refuses it."""
# matches b'{"ssn"' and b"MSH|"; not b"Ruiz"
_DOCUMENT: Final = re.compile(rb"\s*(?:[{\[<]|MSH|ISA|FHS|BHS|msh\||isa\*)")


def look_declared(sample: Sample) -> MediaKind | None:
    """The kind that the Content-Type names, if it is one of KINDS."""
    if sample.declared.startswith("application/grpc-web-text"):
        return WEB_TEXT
    if sample.declared.startswith("application/grpc"):
        return GRPC
    return MESSAGE if sample.declared in _TYPES else None


def look(sample: Sample) -> MediaKind | None:
    """One of KINDS or BINARY if the document has control characters, which text does not have."""
    return sniff(sample.data) or BINARY if _CONTROL.search(sample.data) else None


def sniff(data: bytes) -> MediaKind | None:
    """GRPC or MESSAGE if undeclared bytes parse as one to the last byte and hold something."""
    if data[0] in (0, 1) and _whole_frames(data):
        return GRPC
    try:
        reader = _Strings(data, _GUESSED_NUMBER, Evidence())
        reader.message(0, len(data), 0)
    except NotAMessageError:
        return None
    return MESSAGE if reader.longest >= 4 else None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add the strings of a message as nested documents."""
    return _message(data, 0, len(data), evidence)


def read_frames(data: bytes, evidence: Evidence) -> Gap:
    """Add the strings of each framed message. CUT_OFF when the last frame is not whole."""
    gap, end = Gap.NONE, 0
    for flags, start, end in evidence.context.timed(_frames(data)):
        if flags & _TRAILERS:
            evidence.nested.append(_excerpt(data, start, end, "trailers"))
        elif flags & _COMPRESSED:
            # The coding is named in the grpc-encoding header, which is not known here. The first
            # bytes show gzip and zstd. Any other coding is a gap.
            shown = data[start : start + 2] in (b"\x1f\x8b", b"\x28\xb5")
            kind = (
                f"application/x-protobuf; proto={name}"
                if (name := _type_of(evidence))
                else "application/x-protobuf"
            )
            evidence.nested.append(Nested(data[start:end], _NO_MASK, kind))
            gap = gap or (Gap.NONE if shown else Gap.UNKNOWN_ENCODING)
        else:
            found = _payload(data, start, end, evidence)
            gap = gap or found
    return gap if end == len(data) else gap or Gap.CUT_OFF


def read_web_text(data: bytes, evidence: Evidence) -> Gap:
    """Add the frames of gRPC-web's base64 form, in which each chunk may have its own padding."""
    chunks = re.findall(rb"[A-Za-z0-9+/]+={0,2}", data)
    try:
        plain = b"".join(base64.b64decode(chunk, validate=True) for chunk in chunks)
    except binascii.Error:
        return Gap.MALFORMED
    if sum(map(len, chunks)) != len(data.translate(None, b"\r\n")):
        return Gap.MALFORMED
    evidence.nested.append(
        Nested(plain, Location("frames", 0, len(data)), "application/grpc-web+proto")
    )
    return Gap.NONE


def _payload(data: bytes, start: int, end: int, evidence: Evidence) -> Gap:
    """Read the content of a frame. Its codec may be JSON or another text format, not protobuf."""
    if _DOCUMENT.match(data, start, end):
        evidence.nested.append(_excerpt(data, start, end, "frame"))
        return Gap.NONE
    return _message(data, start, end, evidence)


def _message(data: bytes, start: int, end: int, evidence: Evidence) -> Gap:
    reader = _Strings(data, wire_format.HIGHEST_NUMBER, evidence)
    gap = Gap.NONE
    try:
        reader.message(start, end, 0)
    except NotAMessageError:
        gap = Gap.MALFORMED
    if name := _type_of(evidence):
        typed = TypedMessage(data, evidence.context.schemas, evidence)
        typed.write(name, start, end)
        location = Location("message", start, end)
        evidence.nested.append(
            Nested(
                typed.text.text(), location, "application/json", declared=False, origin=typed.text
            )
        )
    text = reader.text.text()
    if text.strip():
        evidence.nested.append(
            Nested(text, Location("strings", start, end), "text/plain", origin=reader.text)
        )
    evidence.nested += reader.documents
    return gap


def _type_of(evidence: Evidence) -> str:
    """Return the type of the message by the gRPC method or the Content-Type, or empty."""
    found = _TYPE.search(evidence.context.content_type)
    return evidence.context.message or (found[1] if found else "")


def numbers(data: bytes) -> list[tuple[int, int]]:
    """Return the ranges of numbers in a message, in order, as far as the wire shows them."""
    return _all_numbers(data, [(0, len(data))])


def numbers_in_frames(data: bytes) -> list[tuple[int, int]]:
    """Like `numbers`, for the messages in the frames of gRPC."""
    return _all_numbers(data, [(start, end) for _, start, end in _frames(data)])


def _all_numbers(data: bytes, messages: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in messages:
        with suppress(NotAMessageError):
            found += _numbers(data, start, end, 0)
    return found


def _numbers(data: bytes, start: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
    for field in wire_format.fields(data, start, end):
        if field.kind != wire_format.LENGTH:
            yield field.start, field.end
        elif depth < _MAX_DEPTH and not _is_text(data[field.start : field.end]):
            with suppress(NotAMessageError):
                yield from list(_numbers(data, field.start, field.end, depth + 1))


def _whole_frames(data: bytes) -> bool:
    """Whether all of `data` is frames that are not empty. A run of NULs would be empty frames."""
    end = 0
    for flags, start, end in _frames(data):
        if flags not in (0, _COMPRESSED, _TRAILERS) or start == end:
            return False
    return end == len(data)


def _frames(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the flags of each whole frame, and the start and end of its message."""
    at = 0
    while at + _PREFIX <= len(data):
        start = at + _PREFIX
        end = start + int.from_bytes(data[at + 1 : start])
        if end > len(data):
            return
        yield data[at], start, end
        at = end


def _excerpt(data: bytes, start: int, end: int, name: str) -> Nested:
    return Nested(data[start:end], Location(name, start, end), "", origin=excerpt(data, start, end))


class _Strings:
    """Walks a message and joins its strings to one text.

    `documents` collects the strings and bytes that may be documents themselves.
    """

    def __init__(self, data: bytes, highest: int, evidence: Evidence) -> None:
        self._data = data
        self._evidence = evidence
        self._highest = highest
        self._left = _MAX_FIELDS
        self.text = Derived()
        self.documents: list[Nested] = []
        self.longest = 0

    def message(self, start: int, end: int, depth: int) -> None:
        """Read the message from `start` to `end`.

        Raises:
            NotAMessageError: the bytes are not a message. The strings read before stay.
        """
        fields = list(self._evidence.context.timed(self._fields(start, end)))
        key = self._key(fields)
        for i, field in enumerate(self._evidence.context.timed(fields)):
            self._value(field, depth, ": " if key and i == 0 else "\n")

    def _value(self, field: Field, depth: int, after: str) -> None:
        value = self._data[field.start : field.end]
        if _is_text(value):
            self.longest = max(self.longest, len(value))
            if len(value) >= 32 and _DOCUMENT.match(value):
                self.documents.append(_excerpt(self._data, field.start, field.end, "string"))
                return
            self.text.copy(self._data, field.start, field.end)
            self.text.put(after.encode(), field.end, field.end)
        elif self._is_message(field):
            if depth == _MAX_DEPTH:
                raise NotAMessageError
            self.message(field.start, field.end, depth + 1)
        elif len(value) >= 16:
            known = magic.known(value) or magic.encrypted(value)
            self.documents.append(
                Nested(value, Location("bytes", field.start, field.end), declared=known)
            )

    def _is_message(self, field: Field) -> bool:
        try:
            return any(True for _ in list(self._fields(field.start, field.end)))
        except NotAMessageError:
            return False

    def _key(self, fields: list[Field]) -> bool:
        """Whether the fields are the entry of a map: number 1 is a label, number 2 is its value."""
        return [f.number for f in fields] == [1, 2] and bool(
            _LABEL.fullmatch(self._data, fields[0].start, fields[0].end)
        )

    def _fields(self, start: int, end: int) -> Iterator[Field]:
        """Yield the length-delimited fields of a message. The others are numbers."""
        for field in wire_format.fields(self._data, start, end, self._highest):
            self._left -= 1
            if self._left < 0:
                raise NotAMessageError
            if field.kind == wire_format.LENGTH:
                yield field


def _is_text(value: bytes) -> bool:
    if not value:
        return False
    try:
        return _UNPRINTABLE.search(value.decode()) is None
    except UnicodeDecodeError:
        return False


def _masking(find: Callable[[bytes], list[tuple[int, int]]]) -> Masking:
    return Masking(same_length=True, numbers=find, zero=wire_format.zero)


MESSAGE: Final = MediaKind("protobuf", read, is_searchable=False, masking=_masking(numbers))
GRPC: Final = MediaKind(
    "grpc", read_frames, is_searchable=False, masking=_masking(numbers_in_frames)
)
WEB_TEXT: Final = MediaKind(
    "grpc-web-text", read_web_text, is_searchable=False, masking=Masking(same_length=True)
)
KINDS: Final = (MESSAGE, GRPC, WEB_TEXT)
