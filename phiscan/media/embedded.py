r"""Documents written as a string within a text: base64, base64url, hex, `data:` URIs, JSON in a JSON string, quoted-printable.

Most long runs of letters are hashes, keys and tokens. A run counts as a document only if it decodes to readable text or to a
file that is known by its magic; then it is no guess any more, and what cannot be read of it is a gap.

Cost: one pass that asks for a long run (about 1 us a KiB); expressions run only where that is long enough.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final
from urllib.parse import unquote_to_bytes

from phiscan import charset
from phiscan.evidence import Evidence, Nested, Spot
from phiscan.finding import Gap
from phiscan.media import dicom, hl7v2, magic, ncpdp, protobuf
from phiscan.media.json_tokens import decode as unescape
from phiscan.offsets import Derived

MIN_LENGTH: Final = 16
"""Letters of base64 or hex that are worth decoding: 12 bytes hold a labelled number, fewer hold words by chance."""
_MAX_FOUND: Final = 1024
"""Embedded documents of one document; each costs a scan, and with more of them it was not seen whole."""
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_SHAPE: Final = bytes(0x61 if c in _ALPHABET else 0x20 for c in range(256))
_LONG_RUN: Final = b"a" * MIN_LENGTH
# eyJzc24iOiAiMTIz...; lines of a MIME body are one run; \n and \/ as JSON writes them
_BASE64: Final = re.compile(
    rb"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}(?:(?:\r?\n[ \t]{0,8}|\\r\\n|\\n|\\/)[A-Za-z0-9+/_-]{2,}){0,100000}={0,2}(?![A-Za-z0-9])"
)
# a UUID; a word or a number
_NEVER: Final = re.compile(
    rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z|[a-z/_-]+\Z|[A-Z/_-]+\Z|[0-9/_-]+\Z"
)
_URL_SIGN: Final = re.compile(rb"[-_]")
_STANDARD_SIGN: Final = re.compile(rb"[+/]")
_GAPS: Final = re.compile(rb"\\[rn]|\\(?=/)|\s")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
# data:text/plain;charset=utf-8;base64,SGVsbG8= and data:,hello%20there
_DATA_URI: Final = re.compile(
    rb"data:([a-z]{1,20}/[\w.+-]{1,80})?((?:;[\w-]{1,40}=[^;,\"'\s]{0,80}){0,4})(;base64)?,([^\s\"'<>()]+)",
    re.IGNORECASE,
)
# "{\"patient\": ...}", "MSH|^~\\&|...\rPID|...", "ISA*00*..."
_JSON_STRING: Final = re.compile(
    rb'"((?:\\[nrt"\\]|\s){0,8}(?:[\[{](?:\\[nrt]|\s){0,8}(?:\\+["[{]|[\[{\]}]|\d)|(?:MSH|FHS|BHS|ISA)[^\w\s"])[^"\\]*+(?:\\.[^"\\]*+)*+)(?:(")|\\?\Z)',
    re.DOTALL,
)
_JSON_STRING_BEGINS: Final = (b"{\\", b'"{', b'"[', b"MSH", b"FHS", b"BHS", b"ISA")
_ESCAPES: Final = re.compile(rb"(?:\\u[0-9A-Fa-f]{4})+|\\.", re.DOTALL)
_QUOTED_PRINTABLE: Final = re.compile(rb"=\r?\n|=[0-9A-F]{2}")
_SHORT_MAGIC: Final = (b"\x1f\x8b", b"\x1f\x9d", b"\xff\xa0", b"BM")
"""Magic of two bytes: a random token begins with one once in 16,000 times, so it makes no document certain."""
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")
_WORD: Final = re.compile(r"[^\W\d_]{3}|\d{3}")


def readable(data: bytes) -> bool:
    """Whether `data` is a text of at least a few words or numbers, in UTF-8 or UTF-16: any bytes at all are Latin-1."""
    head = charset.to_utf8(data, "").data[:4096] if b"\x00" in data[:4] or data[:2] in _UTF16_MARKS else data[:4096]
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3 or len(head) < 4096:
            return False
        text = head[: error.start].decode()
    return len(text) >= 6 and _UNREADABLE.search(text) is None and _WORD.search(text) is not None


def _armored(data: bytes) -> Iterator[Nested]:
    if b"-----BEGIN " in data:
        for match in magic.ARMOR.finditer(data):
            yield Nested(match[0], Spot("armored", *match.span()))


def _data_uris(data: bytes) -> Iterator[Nested]:
    if b"data:" not in data and b"DATA:" not in data:
        return
    for match in _DATA_URI.finditer(data):
        kind = (match[1] or b"text/plain").decode("latin-1") + match[2].decode("latin-1")
        body = unquote_to_bytes(match[4])
        content = _from_base64(body) if match[3] else body
        if content is None:
            content, kind = body, "text/plain"
        yield Nested(content, Spot("data_uri", *match.span(4)), kind)


def _json_strings(data: bytes) -> Iterator[Nested]:
    if not any(begin in data for begin in _JSON_STRING_BEGINS):
        return
    for match in _JSON_STRING.finditer(data):
        if match[2] is None:
            return  # it does not end, and none that begins within it can
        origin = _unescaped(data, *match.span(1))
        yield Nested(origin.text(), Spot("json_string", *match.span(1)), "", declared=False, origin=origin)


def _unescaped(data: bytes, start: int, end: int) -> Derived:
    out, at = Derived(), start
    for match in _ESCAPES.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(unescape(match[0]).encode("utf-8", "replace"), *match.span())
        at = match.end()
    out.copy(data, at, end)
    return out


def _runs(data: bytes) -> Iterator[Nested]:
    """Runs of base64 and hex that decode to something. A document repeats its references: each run is decoded once."""
    decoded: dict[bytes, tuple[bytes, bool] | None] = {}
    shape, at = data.translate(_SHAPE), 0
    while (at := shape.find(_LONG_RUN, at)) >= 0:
        match = _BASE64.match(data, at)
        if match is None:
            at = (shape.find(b" ", at) + 1) or len(shape)
            continue
        run, at = match[0], match.end()
        if run not in decoded:
            decoded[run] = _decoded(run)
        found = decoded[run]
        if found is not None:
            content, declared = found
            yield Nested(content, Spot("encoded", *match.span()), declared=declared)


def _decoded(run: bytes) -> tuple[bytes, bool] | None:
    """What a run decodes to, and whether that is certain; None when it is nothing that anyone would read."""
    if _NEVER.match(run) or _mixes_alphabets(run):
        return None
    run = _GAPS.sub(b"", run)
    for decoder in _DECODERS:
        content = decoder(run)
        if content and (magic.known(content) or magic.encrypted(content)):
            return content, content[:2] not in _SHORT_MAGIC
        if content and (readable(content) or _is_ours(content)):
            return content, False
    return None


def _mixes_alphabets(run: bytes) -> bool:
    """Whether a run begins with what no alphabet of base64 has together, as paths and names do: us-core/patient, v2/x_y."""
    url, standard = _URL_SIGN.search(run), _STANDARD_SIGN.search(run)
    if url is None or standard is None:
        return False
    before = run[: standard.start()]
    last = max(before.rfind(b"-"), before.rfind(b"_"))
    return b"\\" not in before[max(last, 0) :]  # \/ is how JSON writes a slash


def _is_ours(data: bytes) -> bool:
    """Whether a reader of a format that is no plain text knows `data` by its bytes."""
    return any(sniff(data[:4096]) for sniff in (hl7v2.sniff, ncpdp.sniff, dicom.sniff)) or bool(protobuf.sniff(data))


def _quoted_printable(data: bytes) -> Iterator[Nested]:
    if data.count(b"=\n") + data.count(b"=\r\n") < 2 and data.count(b"=3D") < 2:
        return
    if len(_QUOTED_PRINTABLE.findall(data)) >= 4:
        yield Nested(quopri.decodestring(data), Spot("quoted_printable", 0, len(data)), declared=False)


def _from_hex(run: bytes) -> bytes | None:
    return bytes.fromhex(run.decode()) if _HEX.fullmatch(run) else None


def _from_base64(run: bytes) -> bytes | None:
    """Base64 with or without padding, in both alphabets (RFC 4648 sections 4 and 5)."""
    text = run.translate(_STANDARD, b"=\r\n\t ")
    if len(text) % 4 == 1:
        return None
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_DECODERS: Final[tuple[Callable[[bytes], bytes | None], ...]] = (_from_hex, _from_base64)


_Finder = Callable[[bytes], Iterator[Nested]]
MARKS: Final[tuple[tuple[str, bool, _Finder], ...]] = (
    ("-----BEGIN ", False, _armored),
    ("data:", True, _data_uris),
    (r"\{\\+\"", False, _json_strings),
    (r"\"\s{0,8}[\[{]", False, _json_strings),
    (r"\"(?:\\[nrt]){1,8}[\[{]", False, _json_strings),
    (r"\"(?:\\[nrt]|\s){0,8}(?:MSH|FHS|BHS|ISA)[^\w\s]", False, _json_strings),
    (rf"[A-Za-z0-9+/_-]{{{MIN_LENGTH}}}", False, _runs),
    ("=3D", False, _quoted_printable),
    (r"=\r?\n", False, _quoted_printable),
)
"""Hyperscan expressions, whether they are caseless, and what looks for documents where one occurs; where none does, there is none."""


def find(data: bytes, evidence: Evidence, marks: Iterable[int]) -> Gap:
    """Add the documents embedded in the text `data`, except where the structure has named one already; a gap when there are too many.

    Args:
        marks: numbers of the `MARKS` that occur in `data`, in their order.
    """
    taken = sorted((n.spot.start, n.spot.end) for n in evidence.nested)
    finders = dict.fromkeys(MARKS[number][2] for number in marks)
    for number, nested in enumerate(evidence.timed(chain.from_iterable(finder(data) for finder in finders))):
        if number == _MAX_FOUND:
            return Gap.OVER_LIMIT
        spot = nested.spot
        if not any(start < spot.end and spot.start < end for start, end in taken):
            taken.append((spot.start, spot.end))
            evidence.nested.append(nested)
    return Gap.NONE
