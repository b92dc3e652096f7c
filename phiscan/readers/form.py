"""`application/x-www-form-urlencoded` bodies and query strings (WHATWG URL, section 5.1).

A value that is a document (`payload=%7B%22ssn%22...`, an XML message, base64) or a text becomes a
nested document, and its ranges are mapped back through the percent escapes.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import unquote_plus

from phiscan.evidence import Evidence, Nested, shown_path
from phiscan.finding import Gap, Location
from phiscan.formats import targets
from phiscan.labelled.label_steps import rule_of
from phiscan.labelled.records import Labelled, read_records
from phiscan.media_kind import MediaKind, Sample
from phiscan.memory import Memory
from phiscan.syntax.targets import Part, Target, segments
from phiscan.text.offsets import Derived
from phiscan.text.possessive import repeated
from phiscan.words.field_names import is_shown

# A key begins where a pair begins, and its length is bounded. Otherwise a body without `=` would
# take quadratic time.
# matches b"ssn=536904431"; not b"=536904431"
_PAIR: Final = re.compile(rb"(?<![^&;\s])([^&;=\s]{1,512})=([^&;]*)")
# matches "patient" and "name" in "patient[name]"; nothing in "[]"
_KEY: Final = re.compile(r"[^\]\[.]+")
# matches b"%20" and b"+"; not b"%2"
_ESCAPE: Final = re.compile(rb"\+|%[0-9A-Fa-f]{2}")
_DOCUMENT: Final = re.compile(
    # the beginning of JSON, XML, HL7 v2, X12, DICOM, gzip or zstd
    # matches b"%7B%22ssn%22"; not b"Ana+Ruiz"
    rb"(?:\+|%20|%0[ADad])*"
    rb"(?:[{\[<]|%(?:25)*(?:7[Bb]|5[Bb]|3[Cc])|MSH|FHS|BHS|ISA|msh%|isa(?:\*|%)|%00%00%00%00|%1[fF]%8[bB]|%28%[bB]5)"
    # base64 whose + / = are escaped
    # matches b"QW5hIFJ1aXo%3D"; not b"QW5hIFJ1aXo"
    rb"|[A-Za-z0-9%]{8}[A-Za-z0-9%]*%(?:2[BbFf]|3[Dd])"
)
# The escaped sign of a text: a line end, or a bracket or bar of a document behind words.
# matches b"%7C" in b"PID%7C1", b"%0A"; not b"%20", b"%3A"
_SIGN: Final = re.compile(rb"%(?:25)*(?:0[ADad]|7[BbCc]|5[Bb]|3[Cc])")
_BLANKS: Final = 4
"""Blanks of a value that is prose: five words."""
_LONGEST_PROSE: Final = 1 << 16
"""Bytes of the longest prose that is read twice. The detectors read longer ones in place."""
_MOST_PROSE: Final = 256
"""The most nested documents of a form in which prose is read twice."""
_MOST_NESTED: Final = 4096
"""The most nested documents of a form. More are a gap. Each costs a scan (0.1 ms)."""
_LONGEST_NAME: Final = 256
"""Bytes of the longest name of a parameter that is shown."""
_MOST_PARAMETERS: Final = 10_000
"""The most parameters of a search. More are a gap, because each takes memory."""
_FIELD: Final = rb"[\w.~*%+-]{1,64}(?:\[[\w%-]{0,64}\]){0,8}=[\w.~*%+:/@!$'(),-]*+"
# Two or more fields, with the characters that the format does not escape.
# matches b"a=b&c=d"; not b"a=b && c=d", which is code
_WHOLE: Final = re.compile(_FIELD + repeated(b"&" + _FIELD, "+") + rb"\s*")


def sniff(data: bytes) -> bool:
    """Whether all of `data` is a form with at least two fields."""
    return b"&" in data[:4096] and _WHOLE.fullmatch(data) is not None


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what field names say of their values, and the values that are nested documents."""
    parameters = tuple(islice(_parameters(data, evidence), _MOST_PARAMETERS))
    # a search by POST has its path in the request line (https://hl7.org/fhir/http.html#search)
    path = segments(evidence.context.path, Location("path"))
    targets.read(Target(path, parameters), evidence)
    read_records(_pairs(data, evidence), evidence, "form_field")
    are_too_many = len(parameters) == _MOST_PARAMETERS or len(evidence.nested) > _MOST_NESTED
    return Gap.OVER_LIMIT if are_too_many else Gap.NONE


def _parameters(data: bytes, evidence: Evidence) -> Iterator[Part]:
    """The fields that may be parameters of a search."""
    for match in evidence.context.timed(_PAIR.finditer(data)):
        name = _NAMES[match[1]]
        if name.is_parameter:
            value = unquote_plus(match[2].decode("utf-8", "replace"))
            yield Part(name.text, value, Location(shown_path(name.labels), *match.span(2)))


def _pairs(data: bytes, evidence: Evidence) -> Iterator[Labelled]:
    for match in _PAIR.finditer(data):
        name = _NAMES[match[1]]
        labels = name.labels
        start, end = match.span(2)
        if end - start >= 16 and (
            _DOCUMENT.match(data, start, end)
            or _SIGN.search(data, start, end) is not None
            or (
                not name.is_label
                and len(evidence.nested) < _MOST_PROSE
                and _is_prose(data, start, end)
            )
        ):
            if len(evidence.nested) > _MOST_NESTED:
                return
            origin = _unescaped(data, start, end)
            location = Location(shown_path(labels), start, end)
            evidence.nested.append(Nested(origin.text(), location, declared=False, origin=origin))
        yield Labelled(labels, unquote_plus(match[2].decode("utf-8", "replace")), start, end, 0)


def _is_prose(data: bytes, start: int, end: int) -> bool:
    """Whether a value is prose. What begins a sentence shows in the text without escapes only."""
    if end - start > _LONGEST_PROSE:
        return False
    return data.count(b"+", start, end) + data.count(b"%20", start, end) >= _BLANKS


class _Name(NamedTuple):
    """The name of a field.

    Args:
        text: the decoded name.
        labels: the labels in it: `patient[name][first]`, `patient.name.first`.
        is_parameter: whether it may be a parameter of a search.
        is_label: whether its last label says what the value is.
    """

    text: str
    labels: tuple[str, ...]
    is_parameter: bool
    is_label: bool


def _name(key: bytes) -> _Name:
    text = unquote_plus(key.decode("latin-1"))
    labels = tuple(_KEY.findall(text)) or ("*",)
    return _Name(text, labels, targets.is_parameter(text), rule_of(labels[-1]) is not None)


_NAMES: Final = Memory(_name, lambda _, name: all(map(is_shown, name.labels)))
"""The names of fields, which are read twice, and which forms repeat."""


def _unescaped(data: bytes, start: int, end: int) -> Derived:
    out, at = Derived(), start
    for match in _ESCAPE.finditer(data, start, end):
        out.copy(data, at, match.start())
        out.put(b" " if match[0] == b"+" else bytes.fromhex(match[0][1:].decode()), *match.span())
        at = match.end()
    out.copy(data, at, end)
    return out


def fields(data: bytes, offsets: Sequence[int]) -> Iterator[str]:
    """Yield the name of the parameter that holds each offset, as it may be shown."""
    begin, reached = 0, 0
    for offset in offsets:
        mark = data.rfind(b"&", reached, offset) + 1
        begin, reached = mark or begin, offset
        name, ends, _ = data[begin : min(begin + _LONGEST_NAME, offset)].partition(b"=")
        yield shown_path(_NAMES[name].labels) if ends else "*"


MEDIA: Final = MediaKind("form", read, may_hold_prose=True, plus_is_blank=True, fields=fields)


def look(sample: Sample) -> MediaKind | None:
    """MEDIA if the Content-Type or the document itself says that it is a form."""
    declared = sample.declared == "application/x-www-form-urlencoded"
    return MEDIA if declared or sniff(sample.data) else None
