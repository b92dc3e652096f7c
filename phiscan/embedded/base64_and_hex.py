"""Documents encoded as one run of characters: base64, base64url, base32, hex.

They may be compressed before the encoding. Most long runs are hashes, keys and tokens. A run counts
as a document only if it decodes to readable text, to a known format or to a file with a known magic
number. A long magic number or long compressed text is certain. Then it is no guess any more, and
what cannot be read of it is a gap.

Cost: one pass that searches for long runs (about 1 us per KiB). Each different run is looked at
and decoded once (a few us).
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from phiscan import packed
from phiscan.embedded import opaque
from phiscan.evidence import Nested, Opaque
from phiscan.finding import Location
from phiscan.formats.dicom import files as dicom
from phiscan.formats.fhir import tables as fhir_tables
from phiscan.formats.hl7v2 import messages as hl7v2
from phiscan.formats.ncpdp import telecom
from phiscan.memory import Memory
from phiscan.readers import magic, protobuf
from phiscan.text import charset, content_coding
from phiscan.text.base64 import from_base64
from phiscan.text.possessive import repeated
from phiscan.words.labels import means_something

MIN_LENGTH: Final = 16
"""The least characters of a run to decode.

They hold 12 bytes of base64, enough for a labelled number. Fewer bytes are words by chance.
"""
_SHORTEST_COMPRESSED: Final = 16
"""The least bytes of a compressed labelled number. Fewer bytes decompress by chance."""
_LEAST_OPAQUE: Final = 100
_CERTAINLY_COMPRESSED: Final = 64
"""The least bytes that do not decompress to text by chance.

If so many bytes begin to decompress to text, an error further on is a gap.
"""
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_SHAPE: Final = bytes(0x61 if c in _ALPHABET else 0x20 for c in range(256))
"""Translates a text to `a` for each character of a run and a blank for all else."""
_LONG_RUN: Final = b"a" * MIN_LENGTH
# matches b"eyJzc24iOiAiMTIz" and the lines of a MIME body as one run; not b"eyJzc24i"
_RUN: Final = re.compile(
    rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}"
    # more lines: line ends may be escaped, and JSON may write \/ for a slash
    rb"(?:(?:\r?\n[ \t]{0,8}|\\r\\n|\\n|\\/)[A-Za-z0-9+/_-]{2,}){0,100000}"
    rb"={0,6}(?![A-Za-z0-9])"  # base32 has up to six
)
# matches b"notes/"; not b"notes"
_SEGMENT: Final = re.compile(rb"[^/]*+/")
# matches b"/a/notes/"; not b"/", b"eyJzc24iOiAiMTIzLTQ1/"
_SHORT_SEGMENTS: Final = re.compile(repeated(rb"[^/]{0,15}+/", "{2,}"))
# matches the second part of b"notes/eyJzc24iOiAiMTIz/a"; not the others, which are short
_PART: Final = re.compile(rb"(?<![A-Za-z0-9+_-])[A-Za-z0-9+_-]{16,}+={0,6}")
_MAX_BEHIND: Final = 8
_MAX_PARTS: Final = 64
"""The most places in one run to decode from a slash on, and between two slashes.

Each costs as much as the whole run, and a long run of base64 has many slashes.
"""
# A UUID, a word in one case, or a number.
# matches b"fullurlreference" and b"2024-05-17/12345"; not b"c3NuOiAxMjM0NTY3"
_NEVER: Final = re.compile(
    rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z"
    rb"|[a-z/_-]+\Z|[A-Z/_-]+\Z|[0-9/_-]+\Z"
)
# Most runs of a FHIR document are paths of words, numbers and UUIDs.
# matches b"org/fhir/sid/us-npi", b"/patients/157233/visits", b"Patient/26e7d03c-...-7f620f5fee17";
# not b"notes/eyJzc24iOiAiMTIz", b"c3NuOiAxMjMtNDU", whose parts mix letters and digits
_PATH: Final = re.compile(
    rb"/?"
    + repeated(
        rb"(?:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"
        rb"|[A-Za-z]++|[0-9]++|v[0-9])(?:[/_-]++|\Z)",
        "+",
    )
    + rb"\Z"
)
# matches b"CodeSystem", b"Gastro"; not b"sid"
_CAPITALS: Final = re.compile(rb"[a-z]*[A-Z][A-Za-z]*")
_URL_SIGNS: Final = (b"-", b"_")
"""What only base64url uses (RFC 4648 section 5)."""
_STANDARD_SIGNS: Final = (b"+", b"/")
"""What only standard base64 uses."""
# matches an escaped line end and the backslash of \/; not the backslash of \\
_ESCAPES: Final = re.compile(rb"\\[rn]|\\(?=/)")
# matches b"\n" and an escaped line end; not b"\\/"
_LINE_ENDS: Final = re.compile(rb"\r?\n[ \t]*|\\r\\n|\\n")
_FEWEST_LISTED: Final = 3
_LONGEST_LISTED: Final = 44
"""Letters of the longest identifier in a list: SHA-256 in base64. Programs write base64 in lines of
64 or 76, and an encryption by blocks of 16 bytes ends with a whole line of 64 in one of three."""
_LONGEST_DIGEST: Final = 72
"""The same in hexadecimal: SHA-256 has 64."""
_BLANKS: Final = b" \t\n\r\f\v"
_HEXADECIMAL: Final = re.compile(rb"[0-9a-fA-F]+")  # matches b"9f0A"; not b"9g"
# matches 24 digits; not 25
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
# matches b"ONZW4ORAGEZDGNBVGY3Q===="; not b"ONZW4ORAgezdgnbvgy3q====", in two cases
_BASE32: Final = re.compile(rb"([A-Z2-7]{20,}|[a-z2-7]{20,})={0,6}")
# matches b"EDPMSEH064P36D1L6ORJGE8="; not b"ONZW4ORAGEZDGNBVGY3TQOI=", whose Z is in base32 only
_BASE32_HEX: Final = re.compile(rb"([0-9A-V]{20,}|[0-9a-v]{20,})={0,6}")
_BASE32_REST: Final = frozenset((0, 2, 4, 5, 7))
"""Possible numbers of characters after the last whole group of eight (RFC 4648 section 6)."""
_SHORT_MAGIC: Final = (b"\x1f\x8b", b"\x1f\x9d", b"\xff\xa0", b"BM")
"""Magic numbers of two bytes. They make no document certain.

One in 16,000 random tokens begins with one of them.
"""
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
# matches "\x00" and "\ufffd"; not "\t"
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_UNREADABLE_BYTE: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A word, a number, or a letter in an escape of another format.
# matches "ssn", "123", "&#x73;" and "\\u0073"; not "a1b2"
_WORD: Final = re.compile(r"[^\W\d_]{3}|\d{3}|&#x[0-9A-Fa-f]{2};|\\u00|(?:%[0-9A-Fa-f]{2}){3}")
# Binary documents have such a key or value. Few random tokens do.
# matches b"name"; not b"a\x00b\x00"
_KEY: Final = re.compile(rb"[\w -]{4}")
_LONGEST_PATH: Final = 200
"""The most bytes of a run that may be taken for a path of words."""
_LONGEST_WORD: Final = 40
"""The most letters of a name in programs."""


class DecodedRun(NamedTuple):
    """What a run decodes to.

    Args:
        data: the decoded bytes.
        declared: whether it is certain that they are a document.
        coding: the content coding that they still have, or empty.
    """

    data: bytes
    declared: bool = False
    coding: str = ""


def readable(data: bytes) -> bool:
    """Whether `data` is text in UTF-8 or UTF-16 with at least one word or number.

    Other encodings are not tried, because any bytes are valid Latin-1.
    """
    head = (
        charset.to_utf8(data, "").data[:4096]
        if b"\x00" in data[:4] or data[:2] in _UTF16_MARKS
        else data[:4096]
    )
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < 4096:
            return False
        text = head[: error.start].decode()
    return len(text) >= 6 and _UNREADABLE.search(text) is None and _WORD.search(text) is not None


def find(data: bytes) -> Iterator[Nested | Opaque | None]:
    """Yield the runs that decode to a document or are opaque, and None after each decoding.

    Each different run is looked at once, because a document repeats its references and addresses.
    """
    known: dict[bytes, _Document | None] = {}
    decoded: dict[bytes, DecodedRun | None] = {}
    shape, at = data.translate(_SHAPE), 0
    while (at := shape.find(_LONG_RUN, at)) >= 0:
        match = _RUN.match(data, at)
        if match is None:
            at = (shape.find(b" ", at) + 1) or len(shape)
            continue
        at, run = match.end(), match[0]
        yield None
        if run not in known:
            known[run] = _document(run, decoded)
        if (found := known[run]) is not None:
            yield found.at(match.start())
        elif len(run) >= _LEAST_OPAQUE and _is_opaque(data, match):
            yield Opaque(Location("encoded", *match.span()))


class _Document(NamedTuple):
    """A document in a run, and the range of the run that it is decoded from."""

    start: int
    end: int
    found: DecodedRun

    def at(self, offset: int) -> Nested:
        """The document of a run that begins at `offset`."""
        data, declared, coding = self.found
        location = Location("encoded", offset + self.start, offset + self.end)
        return Nested(data, location, declared=declared, coding=coding)


def _document(run: bytes, decoded: dict[bytes, DecodedRun | None]) -> _Document | None:
    """The document that stands in a run. One that is certain, or is text, goes before a guess."""
    if _is_path(run):
        return None
    guess = None
    for start, end in _places(run):
        letters = run[start:end]
        if letters not in decoded:
            is_word = len(letters) <= _LONGEST_WORD and letters.isalpha()
            decoded[letters] = _WORDS[letters] if is_word else _decoded(letters)
        if (found := decoded[letters]) is not None:
            document = _Document(start, end, found)
            is_whole = len(letters) == len(run)
            if found.declared or readable(found.data) or (is_whole and not found.coding):
                return document
            guess = guess or document
    return guess


def _is_path(run: bytes) -> bool:
    """Whether a run consists of words, numbers and UUIDs between slashes, dashes and underscores.

    Words with capitals have to be those of FHIR: `CodeSystem`. The letters of base64 make none of
    such a length by chance.
    """
    if len(run) > _LONGEST_PATH or _PATH.match(run) is None:
        return False
    named = _CAPITALS.findall(run)
    return all(word.decode() in fhir_tables.ELEMENTS for word in named)


def _places(run: bytes) -> Iterator[tuple[int, int]]:
    """Where a document may stand in a run: all of it, behind a slash, or between two.

    The slash is a letter of base64, and it separates the segments of a path: `/notes/eyJzc24...`.
    """
    yield 0, len(run)
    if b"/" not in run:
        return
    behind = {head.end() for head in islice(_SEGMENT.finditer(run), _MAX_BEHIND)}
    if short := _SHORT_SEGMENTS.match(run):
        behind.add(short.end())
    places = {(at, len(run)) for at in behind if len(run) - at >= MIN_LENGTH}
    places |= {part.span() for part in islice(_PART.finditer(run), _MAX_PARTS)}
    yield from sorted(places)


def _is_opaque(data: bytes, match: re.Match[bytes]) -> bool:
    if opaque.is_big_number(data, match.start()) or opaque.is_spoken(match[0]):
        return True
    if _is_list(match[0]):
        return False
    run = _without_gaps(match[0])
    if _mixes_alphabets(run) or _NEVER.match(run):
        return False
    decoders = (_from_hex,) if _HEX.fullmatch(run) else (from_base64,)
    before = opaque.before_of(data, match.start())
    return opaque.is_opaque(run, before, data[match.end() : match.end() + 1], decoders)


def _is_list(run: bytes) -> bool:
    """Whether the lines of a run are equally long, as identifiers and hashes in a list are.

    The last line of an encoding is shorter than the others, except by chance.
    """
    lines = _LINE_ENDS.split(run)
    size = len(lines[0])
    return (
        len(lines) >= _FEWEST_LISTED
        and size <= _LONGEST_DIGEST
        and all(len(line) == size for line in lines)
        and (size <= _LONGEST_LISTED or all(map(_HEXADECIMAL.fullmatch, lines)))
    )


def _decoded(run: bytes) -> DecodedRun | None:
    """Return what a run decodes to, or None when that is not a document."""
    if _NEVER.match(run) or _mixes_alphabets(run):
        return None
    run = _without_gaps(run)
    for decoder in (_from_hex,) if _HEX.fullmatch(run) else _DECODERS:
        content = decoder(run)
        found = judged(content) if content else None
        if found is not None:
            return found
    return None


def _is_word(run: bytes, _: DecodedRun | None) -> bool:
    word = run.decode()
    return word in fhir_tables.ELEMENTS or means_something(word)


_WORDS: Final = Memory(_decoded, _is_word)
"""What words decode to. Documents of one kind repeat theirs: `valueCodeableConcept`."""


def judged(content: bytes) -> DecodedRun | None:
    """Return `content` as a DecodedRun if it is a document, else None."""
    if magic.known(content) or magic.encrypted(content):
        return DecodedRun(content, declared=content[:2] not in _SHORT_MAGIC)
    if readable(content) or _is_known_format(content):
        return DecodedRun(content)
    coding = (
        content_coding.unmarked(content, readable) if len(content) >= _SHORTEST_COMPRESSED else ""
    )
    return (
        DecodedRun(content, declared=len(content) >= _CERTAINLY_COMPRESSED, coding=coding)
        if coding
        else None
    )


def _without_gaps(run: bytes) -> bytes:
    """Return a run without the line ends and escapes in it."""
    plain = _ESCAPES.sub(b"", run) if b"\\" in run else run
    return plain.translate(None, _BLANKS)


def _mixes_alphabets(run: bytes) -> bool:
    """Whether a run mixes `-_` with `+/`, which no base64 alphabet does.

    Paths and names do: `us-core/patient`, `v2/x_y`.
    """
    # a search for one byte at a time is ten times faster than for a class of bytes
    if not any(sign in run for sign in _URL_SIGNS):
        return False
    standard = [at for sign in _STANDARD_SIGNS if (at := run.find(sign)) >= 0]
    if not standard:
        return False
    before = run[: min(standard)]
    last = max(before.rfind(b"-"), before.rfind(b"_"))
    return b"\\" not in before[max(last, 0) :]  # JSON may write \/ for a slash


def _is_known_format(data: bytes) -> bool:
    """Whether a sniff of HL7 v2, NCPDP, DICOM, a packed format or protobuf recognises `data`."""
    head = data[:4096]
    if hl7v2.sniff(head) or telecom.sniff(head) or dicom.sniff(head):
        return True
    return _KEY.search(data) is not None and bool(packed.sniff(data) or protobuf.sniff(data))


def _from_hex(run: bytes) -> bytes:
    return bytes.fromhex(run.decode())


def _from_base32(run: bytes) -> bytes | None:
    return _base32(_BASE32.fullmatch(run), base64.b32decode)


def _from_base32_hex(run: bytes) -> bytes | None:
    return _base32(_BASE32_HEX.fullmatch(run), base64.b32hexdecode)


def _base32(match: re.Match[bytes] | None, decoder: Callable[[bytes], bytes]) -> bytes | None:
    """Decode base32 with or without padding, in either case (RFC 4648 sections 6 and 7).

    None unless the result is text, because hashes are written in base32 too.
    """
    if match is None or len(match[1]) % 8 not in _BASE32_REST:
        return None
    letters = match[1].upper()
    if _UNREADABLE_BYTE.search(decoder(letters[:16])):
        return None
    try:
        content = decoder(letters + b"=" * (-len(letters) % 8))
    except binascii.Error:
        return None
    return content if readable(content) else None


_DECODERS: Final[tuple[Callable[[bytes], bytes | None], ...]] = (
    _from_base32,
    _from_base32_hex,
    from_base64,
)
