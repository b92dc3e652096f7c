"""Digests of what was masked. Such a digest says what the mask hides.

Few unknown digits are computed back from a digest in less than a second, and a receiver refuses a
body that does not match its digest. So whatever equals a digest of a masked value, of a masked
attachment, of a line or part that holds one or of the whole body goes too, whatever its name. What
XML signatures state goes by its name: they digest elements in a form that is made for it.

A digest of something that goes on masked is made anew where it stands for itself, because a digest
of what everybody may read says nothing more.

Known are MD5, SHA-1, SHA-2, SHA-3, BLAKE2, CRC-32, CRC-32C, CRC-64/NVME and Adler-32
(`phiscan.redaction.checksums`), in hex, base64 or base64url.

Cost: nothing where no token has the length of a digest. Else one computation of each algorithm of
that length for each piece.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Final

from phiscan.redaction.checksums import ALGORITHMS
from phiscan.text.base64 import from_base64

# matches "1a79a4d60de6718e8e5b326e338ae533", "kAFQmDzST7DWlj99KOF/cg=="; not "Ana"
_TOKEN: Final = re.compile(rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{6,128}={0,2}(?![A-Za-z0-9+/_=-])")
# The digests and the values of signatures of XML (https://www.w3.org/TR/xmldsig-core1/).
# matches b"<ds:DigestValue>kAFQ</ds:DigestValue>"; not b"<DigestMethod/>"
_SIGNED: Final = re.compile(
    rb"<(?:[\w.-]{1,40}:)?(?:DigestValue|SignatureValue)(?:\s[^<>]{0,200})?>([^<>]+)<"
)
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2})+")
_URL_SIGNS: Final = bytes.maketrans(b"-_", b"+/")


class Digests:
    """The digests of some pieces, computed when a token has the length of one."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = {piece for piece in pieces if piece}
        self._known: dict[int, frozenset[bytes]] = {}

    def ranges(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Yield the ranges of a text that equal a digest of a piece."""
        for token in _TOKEN.finditer(text):
            if any(digest in self._of(len(digest)) for digest in _read(token[0])):
                yield token.span()

    def stand_in(self, text: bytes) -> bool:
        """Whether a text holds a digest of a piece."""
        return next(self.ranges(text), None) is not None

    def _of(self, size: int) -> frozenset[bytes]:
        if size not in self._known:
            self._known[size] = frozenset(
                algorithm(piece) for algorithm in ALGORITHMS.get(size, ()) for piece in self._pieces
            )
        return self._known[size]


def digests_of(received: bytes, decoded: bytes, masked: Iterable[tuple[int, int]]) -> Digests:
    """The digests of a document and of what is masked in it.

    Args:
        received: the document with its content codings.
        decoded: the document without them.
        masked: the ranges of `decoded` that are masked.
    """
    masked = sorted(masked)
    values = (form for start, end in masked for form in forms(decoded[start:end]))
    parts = (decoded[start:end] for start, end in _parts(decoded))
    return Digests([received, decoded, *parts, *_lines(decoded, masked), *values])


def _parts(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the contents of a multipart document's parts (RFC 2046, section 5.1)."""
    first, end, _ = data.partition(b"\r\n")
    if not end or not first.startswith(b"--"):
        return
    mark = b"\r\n" + first.rstrip()
    at = 0
    while at < len(data):
        end_of_part = data.find(mark, at)
        end_of_part = len(data) if end_of_part < 0 else end_of_part
        blank = data.find(b"\r\n\r\n", at, end_of_part)
        if blank >= 0:
            yield blank + 4, end_of_part
        at = end_of_part + len(mark)


def _lines(data: bytes, masked: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """Yield the lines in which something is masked, without and with their end.

    A line of NDJSON is a document, and has a digest of its own.
    """
    reached = 0
    for start, _ in masked:
        if start < reached:
            continue
        begin = data.rfind(b"\n", reached, start) + 1 or reached
        end = data.find(b"\n", start)
        end = reached = len(data) if end < 0 else end
        yield data[begin:end].rstrip(b"\r")
        yield data[begin : end + 1]


def signed(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the digests and of the values of signatures in XML."""
    if b"DigestValue" in data:
        yield from (match.span(1) for match in _SIGNED.finditer(data))


def renewed(text: bytes, pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a text with each digest of a piece replaced by that of what the piece is now.

    Args:
        pairs: the pieces as they were and as they are.
    """
    pairs = list(pairs)
    out, at = bytearray(), 0
    for token in _TOKEN.finditer(text):
        anew = next((found for old, new in pairs if (found := _anew(token[0], old, new))), None)
        if anew is not None:
            out += text[at : token.start()] + anew
            at = token.end()
    return bytes(out) + text[at:]


def renew_parts(before: bytes, after: bytes) -> bytes:
    """Return a masked multipart document with the digests of its parts made anew.

    Its masks keep their lengths, so the parts stand where they stood.
    """
    if len(before) != len(after) or not before.startswith(b"--"):
        return after
    parts = list(_parts(before))
    known = Digests(before[start:end] for start, end in parts)
    pairs = [(before[start:end], after[start:end]) for start, end in parts]
    out = bytearray(after)
    for start, end in known.ranges(before):
        anew = renewed(before[start:end], pairs)
        out[start:end] = anew if len(anew) == end - start else out[start:end]
    return bytes(out)


def _anew(token: bytes, old: bytes, new: bytes) -> bytes | None:
    """The digest of `new` in the form of a token that is a digest of `old`, or None."""
    for digest in _read(token):
        for algorithm in ALGORITHMS[len(digest)]:
            if algorithm(old) == digest:
                return _written(algorithm(new), token)
    return None


def _written(digest: bytes, token: bytes) -> bytes:
    """Write a digest as a token is written."""
    if _HEX.fullmatch(token) and len(token) == 2 * len(digest):
        text = digest.hex().encode()
        return text.upper() if token.upper() == token else text
    text = base64.b64encode(digest)
    if b"-" in token or b"_" in token:
        text = text.translate(bytes.maketrans(b"+/", b"-_"))
    return text if token.endswith(b"=") else text.rstrip(b"=")


def forms(value: bytes) -> Iterator[bytes]:
    """Yield a masked value as a sender may have hashed it: cases, digits alone, decoded."""
    yield from (value, value.strip(), value.lower(), value.upper())
    yield re.sub(rb"[^0-9A-Za-z]", b"", value)
    content = from_base64(b"".join(value.split()))
    if content:
        yield content


def _read(token: bytes) -> Iterator[bytes]:
    """Yield what a token may stand for, if that has the length of a digest."""
    if _HEX.fullmatch(token) and len(token) // 2 in ALGORITHMS:
        yield bytes.fromhex(token.decode())
    digits = token.rstrip(b"=").translate(_URL_SIGNS)
    if len(digits) * 3 // 4 in ALGORITHMS:
        try:
            yield base64.b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
        except binascii.Error:
            return
