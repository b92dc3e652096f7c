"""JSON documents: FHIR resources by their elements, everything else by its keys."""

import re
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Final

import simdjson

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.formats.dicom import json as dicom_json
from phiscan.formats.fhir import resources as fhir
from phiscan.formats.fhir import skipped as fhir_skipped
from phiscan.formats.fhir import tables as fhir_tables
from phiscan.formats.hl7v2 import json as hl7v2_json
from phiscan.labelled import json_tables
from phiscan.labelled.records import Labelled, read_records
from phiscan.readers import json_wrappers
from phiscan.syntax.json_lexer import STRING
from phiscan.syntax.json_places import Places, Wanted, decode
from phiscan.syntax.json_walk import Frame, Leaf, TooDeepError, token, walk
from phiscan.words.labels import means_something, read_label


def _wanted(key: str) -> Wanted:
    if key in dicom_json.WANTED or read_label(key).rule is not None:
        return True
    return key in json_tables.WANTED or key in json_wrappers.WRAPPERS


def _wanted_of_fhir(key: str) -> Wanted:
    if read_label(key).rule is not None:
        return True
    return fhir_tables.WANTED.get(key, False)


def _is_word(key: str) -> bool:
    return (
        key in json_wrappers.WRAPPERS
        or key in json_tables.WANTED
        or key in dicom_json.WANTED
        or key in fhir_tables.ELEMENTS
        or means_something(key)
    )


def _wanted_of_hl7v2(key: str) -> Wanted:
    return hl7v2_json.wanted(key) or _wanted(key)


_PLACES: Final = Places(_wanted, _is_word)
_HL7V2_PLACES: Final = Places(_wanted_of_hl7v2, _is_word)
_FHIR_PLACES: Final = Places(_wanted_of_fhir, _is_word)
_START: Final = attrgetter("start")
_TOKEN: Final = token()
_FHIR_TOKEN: Final = token(fhir_skipped.MEMBER, fhir_skipped.TYPES, fhir_skipped.BEHIND_TYPE)
# matches 18446744073709551616 and "a string"; not 0.18446744073709551616, 1e18446744073709551616
_LONG_INTEGER: Final = re.compile(
    rb"%b|(?<![\d.eE+])(?<![eE]-)([1-9])\d{18,307}(?!\d)" % STRING.encode(), re.DOTALL
)
"""An integer over 64 bits that a double can hold; a string, so that none is found in one."""


def valid(data: bytes) -> bool:
    """Whether `data` is one JSON document (RFC 8259), or one on each line (NDJSON)."""
    # a new parser each time: it keeps the strings of the last document, and a new one costs 1 us
    parser = simdjson.Parser()
    # a byte order mark may be ignored by receivers: RFC 8259 section 8.1
    return _is_document(data, parser) or (
        b"\n" in data.strip()
        and all(_is_document(line, parser) for line in data.splitlines() if line.strip())
    )


def _is_document(data: bytes, parser: simdjson.Parser) -> bool:
    try:
        parser.parse(data)
    except ValueError:  # also what is no UTF-8
        return False
    except RuntimeError:  # integers over 64 bits are valid for others; 1,024 levels are too many
        # not orjson: it keeps the keys of documents for the life of the process
        shortened = _LONG_INTEGER.sub(_shortened, data)
        return shortened != data and _is_document(shortened, parser)
    return True


def _shortened(match: re.Match[bytes]) -> bytes:
    """The first digit of an integer, all of a string."""
    return match[1] or match[0]


def check(data: bytes) -> Gap:
    """MALFORMED when `data` is no JSON."""
    return Gap.NONE if valid(data) else Gap.MALFORMED


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the keys of `data` say to `evidence`; a gap when not all of it could be read."""
    places = _places_for(data)
    walked = _walked(data, evidence, places, _FHIR_TOKEN if places is _FHIR_PLACES else _TOKEN)
    if walked.ambiguous:
        # receivers take the last of equal keys: what was skipped behind the first one may be a
        # person's
        walked = _walked(data, evidence, places, _TOKEN)
    # one after the other: to and fro between walking and reading, each takes a quarter longer
    for resource in evidence.context.timed(walked.resources):
        fhir.ResourceReader(data, evidence, resource).read()
    if walked.gap:
        return walked.gap
    held = sorted(walked.held + walked.labelled, key=_START) if walked.labelled else walked.held
    if places is _HL7V2_PLACES:
        held = hl7v2_json.take(data, evidence, held)
    if places is not _FHIR_PLACES and b'"vr"' in data:
        held = dicom_json.take(data, evidence, held)
    # one at a time: the paths of all of them at once would fill the memory
    records = chain((_labelled(data, leaf) for leaf in held), json_tables.read(data, held))
    read_records(records, evidence, "json_key")
    return check(data)


def _places_for(data: bytes) -> Places:
    if b'"resourceType"' in data:
        return _FHIR_PLACES
    return _HL7V2_PLACES if hl7v2_json.sniff(data) else _PLACES


@dataclass(slots=True)
class _Walked:
    """What one walk over a document gathered.

    Args:
        held: the leaves that are of no resource that has closed.
        labelled: the leaves of resources that label their values themselves.
        resources: those of FHIR, as they closed.
        ambiguous: whether one says its type twice.
        gap: why not all of the document was walked.
    """

    held: list[Leaf] = field(default_factory=list)
    labelled: list[Leaf] = field(default_factory=list)
    resources: list[fhir.Resource] = field(default_factory=list)
    ambiguous: bool = False
    gap: Gap = Gap.NONE

    def close(self, frame: Frame) -> None:
        """Take a resource that has just closed: its leaves are the last ones held."""
        if frame.resource not in fhir_tables.RESOURCES:
            return
        first = len(self.held)
        while first and self.held[first - 1].start > frame.start:
            first -= 1
        own = self.held[first:]
        del self.held[first:]
        self.resources.append(fhir.Resource(frame.resource, frame, own))
        if frame.resource in fhir_tables.LABELLED:
            self.labelled += own


def _walked(
    data: bytes, evidence: Evidence, places: Places, expression: re.Pattern[bytes]
) -> _Walked:
    walked = _Walked()
    try:
        walked.ambiguous = walk(
            evidence.context.timed(expression.finditer(data)), places.top, walked.held, walked.close
        )
    except TooDeepError:
        # the resources that have closed still show whose the document is
        walked.gap = Gap.OVER_LIMIT
    return walked


def _labelled(data: bytes, leaf: Leaf) -> Labelled:
    path, frame = json_wrappers.unwrapped(leaf.path or ("",), leaf.frame)
    return Labelled(path, decode(data[leaf.start : leaf.end]), leaf.start, leaf.end, id(frame))
