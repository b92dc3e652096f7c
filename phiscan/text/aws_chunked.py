r"""The content coding `aws-chunked`, in which clients of S3 send what they sign piece by piece.

    10000;chunk-signature=ad80c730...\r\n<65,536 bytes>\r\n
    400\r\n<1,024 bytes>\r\n
    0\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n

Each piece states its length in hexadecimal, and perhaps a signature of itself and of the one
before. Trailers follow the last, empty piece. The signatures cover the bytes, and the header of the
request signs the length of the whole. So nobody without the sender's key can change a body.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers

Cost: one search for each piece.
"""

import re
from typing import Final

from phiscan.finding import Gap
from phiscan.text.decompress import Bound

NAME: Final = "aws-chunked"
# The length of a piece, and its signature. matches b"10000;chunk-signature=" + b"a" * 64 + b"\r\n"
# and b"400\r\n"; not b"400;name=Ruiz\r\n", an extension that S3 does not know
_PIECE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})(;chunk-signature=[0-9A-Za-z+/=]{64,512})?\r\n")
# matches b"x-amz-checksum-crc32c:sOO8/Q==\r\n"; not b"x-amz-meta-name:Ruiz\r\n"
_TRAILER: Final = re.compile(
    rb"x-amz-(?:checksum-[a-z0-9]{1,16}|trailer-signature):[ ]?[0-9A-Za-z+/=]{1,512}(?:\r\n|\n)",
    re.IGNORECASE,
)
_HEX: Final = b"0123456789ABCDEFabcdef"
_LINE_END: Final = b"\r\n"
_MOST_TRAILERS: Final = 8
_LOOK_EVERY: Final = 1024


def shows(data: bytes) -> bool:
    """Whether `data` is framed so: by a signature, or by lengths that are right to the end.

    HTTP's own chunks (RFC 9112 section 7.1) have the same frame, as in a dump of a connection.
    """
    if data[:1] not in _HEX:
        return False  # nearly every document
    first = _PIECE.match(data)
    if first is None:
        return False
    if first[2]:
        return True
    size = int(first[1], 16)
    # the cheapest test first: few texts begin with a number on a line of its own
    if not data.startswith(_LINE_END, first.end() + size) or not size:
        return False
    return not _unframed(data, Bound(len(data), _never))[1]


def remove(data: bytes, bound: Bound) -> tuple[bytes, Gap]:
    """Return the pieces joined, or why they cannot be.

    MALFORMED when a length is wrong, or when bytes stand where a receiver reads none: they could
    hold anything.
    """
    return _unframed(data, bound)


def _unframed(data: bytes, bound: Bound) -> tuple[bytes, Gap]:
    pieces: list[bytes] = []
    at = total = 0
    while (piece := _PIECE.match(data, at)) is not None:
        size = int(piece[1], 16)
        at = piece.end()
        if not size:
            return (b"".join(pieces), Gap.NONE) if _ends(data, at) else (b"", Gap.MALFORMED)
        total += size
        if total > bound.limit:
            return b"", Gap.OVER_LIMIT
        if not data.startswith(_LINE_END, at + size):
            return b"", Gap.MALFORMED
        pieces.append(data[at : at + size])
        at += size + len(_LINE_END)
        if not len(pieces) % _LOOK_EVERY and bound.late():
            return b"", Gap.OUT_OF_TIME
    return b"", Gap.MALFORMED


def _ends(data: bytes, at: int) -> bool:
    """Whether nothing but trailers and an empty line follow the last piece."""
    for _ in range(_MOST_TRAILERS):
        trailer = _TRAILER.match(data, at)
        if trailer is None:
            break
        at = trailer.end()
    return data[at:] in (b"", _LINE_END, _LINE_END * 2)


def _never() -> bool:
    return False
