"""`application/x-www-form-urlencoded` bodies and query strings (WHATWG URL, section 5.1).

A value that is a document (`payload=%7B%22ssn%22...`, an XML message, base64) is read as one, with each of its bytes traced back
through the percent escapes.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Gap, Location
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import MediaKind, Sample
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated

# a key is bounded and begins where a pair begins: without that, a body without `=` costs its length
# squared
_PAIR: Final = re.compile(rb"(?<![^&;\s])([^&;=\s]{1,512})=([^&;]*)")
_KEY: Final = re.compile(r"[^\]\[.]+")
_ESCAPE: Final = re.compile(rb"\+|%[0-9A-Fa-f]{2}")
# what JSON, XML, HL7, X12, DICOM, gzip and zstd begin with, or base64 whose + / = are escaped
_DOCUMENT: Final = re.compile(
    rb"(?:\+|%20|%0[ADad])*(?:[{\[<]|%7[Bb]|%5[Bb]|%3[Cc]|MSH|FHS|BHS|ISA|%00%00%00%00|%1[fF]%8[bB]|%28%[bB]5)|[A-Za-z0-9]{8}[A-Za-z0-9%]*%(?:2[BbFf]|3[Dd])"
)


_FIELD: Final = rb"[\w.~*%+-]{1,64}(?:\[[\w%-]{0,64}\]){0,8}=[\w.~*%+:/@!$'(),-]*+"
# a=b&c=d, with the characters that the format leaves as they are; not a line of code or prose
_WHOLE: Final = re.compile(_FIELD + repeated(b"&" + _FIELD, "+") + rb"\s*")


def sniff(data: bytes) -> bool:
    """Whether all of `data` is fields of a form, two at least."""
    return b"&" in data[:4096] and _WHOLE.fullmatch(data) is not None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the field names say of their values, and the documents that are values."""
    read_records(_pairs(data, evidence), evidence, "form_field")
    return Gap.NONE


def _pairs(data: bytes, evidence: Evidence) -> Iterator[Labelled]:
    for match in _PAIR.finditer(data):
        # patient[name][first], patient.name.first
        labels = tuple(_KEY.findall(unquote_plus(match[1].decode("latin-1")))) or ("*",)
        start, end = match.span(2)
        if end - start >= 16 and _DOCUMENT.match(data, start, end):
            origin = _unescaped(data, start, end)
            location = Location(shown_path(labels), start, end)
            evidence.nested.append(Nested(origin.text(), location, declared=False, origin=origin))
        yield Labelled(labels, unquote_plus(match[2].decode("utf-8", "replace")), start, end, 0)


def _unescaped(data: bytes, start: int, end: int) -> Derived:
    out, at = Derived(), start
    for match in _ESCAPE.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(b" " if match[0] == b"+" else bytes.fromhex(match[0][1:].decode()), *match.span())
        at = match.end()
    out.copy(data, at, end)
    return out


MEDIA: Final = MediaKind("form", read, may_hold_prose=True, plus_is_blank=True)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the sender or all of the document says that it is a form."""
    declared = sample.declared == "application/x-www-form-urlencoded"
    return MEDIA if declared or sniff(sample.data) else None
