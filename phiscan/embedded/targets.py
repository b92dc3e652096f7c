r"""Targets of health care's REST interfaces within a text: in logs, headers, errors, e-mails.

    "GET /fhir/Patient/77301452 HTTP/1.1" 200        {"url": "https://ehr/fhir/Patient/77301452"}

A log line tells of a request that somebody made, and so does a header: there every id is a
patient's. Any other text may be a manual, a test or a program, which mention `Patient/123`. There
only a number that looks like an issued one counts (`targets.read_mentioned`).

Cost: the prefilter says which `MARKS` occur in a text. For each of them one search for a word, and
each target that it finds is parsed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final

from phiscan.embedded.finders import Taken
from phiscan.evidence import Evidence
from phiscan.finding import Location, Subject
from phiscan.formats import targets
from phiscan.formats.fhir import tables
from phiscan.media_kind import MediaKind
from phiscan.readers.tables import csv
from phiscan.syntax.targets import Place, parsed
from phiscan.text.normalise import Normalised

_ASKS: Final = r"(?:\?|%3[Ff]|\\u003[Ff])"
"""A question mark, as it is or escaped."""
_SLASH: Final = r"(?:/|\\|%2[Ff])"
_EQUALS: Final = r"(?:=|%3[Dd])"
# matches "Observation" in "/fhir/Observation?" and "/fhir/Observation/_search?"
_SEARCHED: Final = re.compile(rb"([A-Z][A-Za-z]{3,40})(?:/_search)?\Z")
# matches "&", "?", and the end of "&amp;"
_BETWEEN: Final = b"?&;"
# matches "0010", "0030"; the rest of a tag in `00100010=`
_REST_OF_TAG: Final = re.compile(rb"[0-9A-Fa-f]{4}=")
_REACH: Final = 512
"""Bytes before such a word in which its target may begin."""
_BEFORE: Final = re.compile(rb"[^\s\"'<>`()|,\\]*+")
_BEHIND: Final = re.compile(rb"[^\s\"'<>`\\]{0,2048}")
_CELL: Final = re.compile(rb"[^\s\"'<>`\\,;]{0,2048}")  # a table ends a value at its delimiter
# What stands before the value of FHIR's Reference.reference.
# matches what is before `Patient/77` in {"reference": "Patient/77"} and
# <reference value="Patient/77"/>; not in {"url": "Patient/77"}
_REFERENCE: Final = re.compile(rb"\breference(?:\"\s{0,8}:\s{0,8}| value=)\"\Z")
_COMMON: Final = (b'"reference":"', b'"reference": "')
"""How nearly all references begin. A look at them is cheaper than a search."""
_PATIENT: Final = b"Patient/"
# matches "Patient/" in {"url": "Patient/77"}; not in {"reference": "Patient/77"}
_OTHER_PATIENT: Final = re.compile(
    _PATIENT + b"".join(b"(?<!%b%b)" % (begin, _PATIENT) for begin in _COMMON)
)
_CLOSING: Final = b".,;:)]}!?"
"""What stands behind a target in a sentence, and is no part of it."""
# What only a log line has: a time, a status behind the request line, a level at its beginning.
# matches ISO 8601, the Common Log Format, syslog, and seconds since 1970 behind their key;
# not "2024-01-02"
_TIME: Final = re.compile(
    rb":\d\d:\d\d(?:(?<=\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)"
    rb"|(?<=\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d)"
    rb"|(?<=[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d))"
    rb"|:[ \"]{0,2}1\d{9}"
)
# matches `HTTP/1.1" 200`; not "HTTP/1.1", "HTTP/1.1 200"
_STATUS: Final = re.compile(rb"HTTP/[\d.]{1,3}\" [1-5]\d\d\b")
# matches "[INFO] ", "WARN "; not "Information"
_LEVEL: Final = re.compile(
    rb"\W{0,4}(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|SEVERE|CRITICAL)\b"
)
_AROUND: Final = (400, 200)
"""Bytes before and behind the start of a target in which its line counts."""


def _words(word: bytes) -> Callable[[bytes], Iterator[int]]:
    def places(text: bytes) -> Iterator[int]:
        at = text.find(word)
        while at >= 0:
            yield at
            at = text.find(word, at + len(word))

    return places


def _searches(text: bytes) -> Iterator[int]:
    """The question marks behind a resource type."""
    for at in _words(b"?")(text):
        found = _SEARCHED.search(text, max(0, at - 49), at)
        if found is not None and found[1].decode() in tables.RESOURCES:
            yield at


def _parameters(word: bytes) -> Callable[[bytes], Iterator[int]]:
    """The parameters that begin with `word`."""

    def places(text: bytes) -> Iterator[int]:
        return (at for at in _words(word)(text) if at and text[at - 1] in _BETWEEN)

    return places


def _tags(text: bytes) -> Iterator[int]:
    return (at for at in _parameters(b"0010")(text) if _REST_OF_TAG.match(text, at + 4))


def _openehr(text: bytes) -> Iterator[int]:
    yield from _parameters(b"subject_id=")(text)
    yield from _parameters(b"ehr_id=")(text)


_FINDERS: Final = (
    (rf"Patient{_SLASH}", _words(_PATIENT)),
    (rf"Person{_SLASH}", _words(b"Person/")),
    # the names of all resources would cost more than all other marks
    (rf"[a-z]{_ASKS}[a-z_]", _searches),
    (r"[?&;6Ff]patient(?:[.:=]|%3[AaDd])", _parameters(b"patient")),
    (rf"(?:[&;6]|{_ASKS})0010[0-9A-Fa-f]{{4}}{_EQUALS}", _tags),
    (rf"(?:[&;6]|{_ASKS})Patient(?:Name|ID|BirthDate){_EQUALS}", _parameters(b"Patient")),
    (rf"/studies{_SLASH}[0-2]\.\d", _words(b"/studies/")),
    # openEHR: the id of an EHR is a UUID
    (rf"/ehr{_SLASH}[0-9A-Fa-f]{{8}}-", _words(b"/ehr/")),
    (rf"(?:[&;6]|{_ASKS})(?:subject|ehr)_id{_EQUALS}", _openehr),
)
_OF_PATIENT: Final = 0
"""The index of the first of them."""
MARKS: Final = tuple(mark for mark, _ in _FINDERS)
"""Hyperscan expressions. One of them occurs in every text with a target."""


def find(kind: MediaKind, normalised: Normalised, marks: Sequence[int], evidence: Evidence) -> None:
    """Add the patients that targets in a document name.

    Args:
        kind: what the document was read as.
        normalised: its text.
        marks: the indexes of the `MARKS` that occur in it.
        evidence: where the findings go.
    """
    if not marks:
        return
    text = normalised.text
    whose = Subject.PERSON if kind.is_prose else Subject.PATIENT

    def located(start: int, end: int) -> Location:
        return Location("", *normalised.origin(start, end))

    taken: Taken | None = None
    of_nobody: set[bytes] = set()  # a document repeats the targets that it mentions
    behind = _CELL if kind is csv.MEDIA else _BEHIND
    for at, start, end in _ranges(text, _unread(kind, text, marks), evidence, behind):
        is_reference = _is_reference(text, at)
        taken = taken or Taken((first, last) for first, last, _ in evidence.identified())
        if taken.overlaps(*normalised.origin(at, at + 1)):
            continue
        raw, place = text[start:end], _from(start, located)
        if _is_logged(text, start) or (is_reference and not kind.is_prose):
            targets.read(parsed(raw.decode("latin-1"), place), evidence)
        elif raw not in of_nobody:
            target = parsed(raw.decode("latin-1"), place)
            if not targets.read_mentioned(target, evidence, whose):
                of_nobody.add(raw)


def find_in_fields(
    normalised: Normalised, marks: Iterable[int], evidence: Evidence, place: Place
) -> None:
    """Add the patients that targets in the fields of a request name.

    Args:
        normalised: the joined fields.
        marks: the indexes of the `MARKS` that occur in them.
        evidence: where the findings go.
        place: maps a range of the joined fields to the location of its field.
    """
    text = normalised.text

    def located(start: int, end: int) -> Location:
        return place(*normalised.origin(start, end))

    for _, start, end in _ranges(text, _places(text, marks), evidence, _BEHIND):
        targets.read(parsed(text[start:end].decode("latin-1"), _from(start, located)), evidence)


def _from(start: int, located: Place) -> Place:
    return lambda first, last: located(start + first, start + last)


def _places(text: bytes, marks: Iterable[int]) -> set[int]:
    """Where the words stand that only targets have."""
    return {at for mark in marks for at in _FINDERS[mark][1](text)}


def _unread(kind: MediaKind, text: bytes, marks: Sequence[int]) -> set[int]:
    """Those of these places that the reader of the document has not read already."""
    if not kind.reads_references:
        return _places(text, marks)
    places = _places(text, (mark for mark in marks if mark != _OF_PATIENT))
    if _OF_PATIENT in marks:  # a resource has many such references, and little else
        places.update(found.start() for found in _OTHER_PATIENT.finditer(text))
    return {at for at in places if not _is_reference(text, at)}


def _is_reference(text: bytes, at: int) -> bool:
    """Whether the value of a FHIR Reference begins at `at`."""
    before = max(0, at - 32)
    return text.endswith(_COMMON, before, at) or (
        text.endswith(b'"', before, at) and _REFERENCE.search(text[before:at]) is not None
    )


def _ranges(
    text: bytes, places: Collection[int], evidence: Evidence, behind: re.Pattern[bytes]
) -> Iterator[tuple[int, int, int]]:
    """The place of a word that only a target has, and the range of the target around it.

    They are in order and do not overlap. `behind` matches how a target may go on.
    """
    reached = 0
    for at in evidence.context.timed(sorted(places)):
        if at < reached:
            continue
        before = _BEFORE.match(text[max(reached, at - _REACH) : at][::-1])
        rest = behind.match(text, at)
        start = at - (before.end() if before else 0)
        reached = rest.end() if rest else at
        end = start + len(text[start:reached].rstrip(_CLOSING))
        yield at, start, end


def _is_logged(text: bytes, at: int) -> bool:
    """Whether a target stands in a log line."""
    before, behind = _AROUND
    line = text[max(0, at - before) : at].rpartition(b"\n")[2]
    line += text[at : at + behind].partition(b"\n")[0]
    if _LEVEL.match(line) is not None:
        return True
    # cheap tests first: a time has two colons
    return (line.count(b":") > 1 and _TIME.search(line) is not None) or (
        b"HTTP/" in line and _STATUS.search(line) is not None
    )
