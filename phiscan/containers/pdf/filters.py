"""Filters of streams (ISO 32000-1, 7.4). Those of pictures are not decoded."""

import base64
import binascii
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

PICTURES: Final = frozenset("DCTDecode DCT JPXDecode CCITTFaxDecode CCF JBIG2Decode".split())
"""Filters whose result is pixels."""
_MAX_FILTERS: Final = 8
_NOT_BASE85: Final = re.compile(rb"[^!-uz]+")
_NOT_HEX: Final = re.compile(rb"[^0-9A-Fa-f]+")
_MOST_PREDICTED: Final = 1 << 20
"""The most bytes of a stream with a predictor. Only tables of objects have one, and pictures."""


class FilterError(Exception):
    """The bytes cannot be decoded."""


class TooLongError(Exception):
    """They decode to more bytes than may be."""


def decode(data: bytes, filters: Sequence[tuple[str, Mapping[str, int]]], limit: int) -> bytes:
    """Return the decoded bytes of a stream.

    Args:
        filters: the names of the filters in order, each with the numbers of its parameters.
        limit: the most bytes of each step.

    Raises:
        FilterError: the bytes are broken, or a filter is unknown.
        TooLongError: they decode to more bytes.
    """
    if len(filters) > _MAX_FILTERS:
        raise TooLongError
    for name, parameters in filters:
        filter_ = _FILTERS.get(name)
        if filter_ is None:
            raise FilterError
        data = filter_(data, limit)
        if len(data) > limit:
            raise TooLongError
        if parameters.get("Predictor", 1) > 1:
            data = _unpredicted(data, parameters)
    return data


def _flate(data: bytes, limit: int) -> bytes:
    """Decompress zlib. Whatever comes out of a stream that is broken further on counts."""
    stream = zlib.decompressobj()
    out: list[bytes] = []
    left = limit + 1
    for at in range(0, len(data), 16384):
        try:
            piece = stream.decompress(data[at : at + 16384], left)
        except zlib.error:
            if out:
                return b"".join(out)
            raise FilterError from None
        out.append(piece)
        left -= len(piece)
        if left <= 0:
            raise TooLongError
        if stream.eof:
            break
        # decompress() keeps what it did not get to only when `left` was reached
    return b"".join(out)


def _lzw(data: bytes, limit: int) -> bytes:
    """Decompress LZW with codes of 9 to 12 bits (7.4.4)."""
    table = [bytes((n,)) for n in range(256)] + [b"", b""]
    out: list[bytes] = []
    bits = kept = size = 0
    width, last = 9, b""
    for byte in data:
        bits, kept = bits << 8 | byte, kept + 8
        if kept < width:
            continue
        code = bits >> (kept - width)
        kept -= width
        bits &= (1 << kept) - 1
        if code == 256:
            del table[258:]
            width, last = 9, b""
            continue
        if code == 257:
            break
        if code >= len(table) and not last:
            raise FilterError
        entry = table[code] if code < len(table) else last + last[:1]
        out.append(entry)
        size += len(entry)
        if size > limit:
            raise TooLongError
        if last and len(table) < 4096:
            table.append(last + entry[:1])
        last = entry
        width = min(max(len(table) + 1, 256).bit_length(), 12)
    return b"".join(out)


def _base85(data: bytes, _limit: int) -> bytes:
    letters = data.partition(b"~")[0].removeprefix(b"<")
    try:
        return base64.a85decode(_NOT_BASE85.sub(b"", letters))
    except (ValueError, OverflowError):
        raise FilterError from None


def _hexadecimal(data: bytes, _limit: int) -> bytes:
    digits = _NOT_HEX.sub(b"", data.partition(b">")[0])
    try:
        return binascii.unhexlify(digits + b"0" * (len(digits) & 1))
    except binascii.Error:
        raise FilterError from None


def _run_length(data: bytes, limit: int) -> bytes:
    out, at, size = list[bytes](), 0, 0
    while at < len(data) and data[at] != 128:
        length = data[at]
        if length < 128:
            piece = data[at + 1 : at + 2 + length]
            at += 2 + length
        else:
            piece = data[at + 1 : at + 2] * (257 - length)
            at += 2
        out.append(piece)
        size += len(piece)
        if size > limit:
            raise TooLongError
    return b"".join(out)


def _same(data: bytes, _limit: int) -> bytes:
    return data


def _unpredicted(data: bytes, parameters: Mapping[str, int]) -> bytes:
    """Undo the predictors of PNG (7.4.4.4). TIFF's is used for pictures only."""
    if len(data) > _MOST_PREDICTED:
        raise TooLongError
    columns, colours = parameters.get("Columns", 1), parameters.get("Colors", 1)
    bits = parameters.get("BitsPerComponent", 8)
    if parameters["Predictor"] < 10 or not 0 < columns * colours * bits <= 1 << 20:
        raise FilterError
    width, step = (columns * colours * bits + 7) // 8, max(1, colours * bits // 8)
    above, out = bytearray(width), bytearray()
    for at in range(0, len(data), width + 1):
        row = bytearray(data[at + 1 : at + 1 + width].ljust(width, b"\x00"))
        _undo_row(data[at], row, above, step)
        out += row
        above = row
    return bytes(out)


def _undo_row(kind: int, row: bytearray, above: bytearray, step: int) -> None:
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            row[i] = (row[i] + left) & 0xFF
        elif kind == 2:
            row[i] = (row[i] + above[i]) & 0xFF
        elif kind == 3:
            row[i] = (row[i] + (left + above[i]) // 2) & 0xFF
        elif kind == 4:
            row[i] = (row[i] + _paeth(left, above[i], corner)) & 0xFF


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


_FILTERS: Final[Mapping[str, Callable[[bytes, int], bytes]]] = MappingProxyType(
    {
        "FlateDecode": _flate,
        "Fl": _flate,
        "LZWDecode": _lzw,
        "LZW": _lzw,
        "ASCII85Decode": _base85,
        "A85": _base85,
        "ASCIIHexDecode": _hexadecimal,
        "AHx": _hexadecimal,
        "RunLengthDecode": _run_length,
        "RL": _run_length,
        "Crypt": _same,
    }
)
