"""JSON documents. FHIR resources are read by their elements, everything else by its keys."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Final

import simdjson

from phiscan.evidence import Evidence
from phiscan.finding import Gap, quick
from phiscan.formats import wearables
from phiscan.formats.dicom import json as dicom_json
from phiscan.formats.fhir import json_ld
from phiscan.formats.fhir import resources as fhir
from phiscan.formats.fhir import skipped as fhir_skipped
from phiscan.formats.fhir import tables as fhir_tables
from phiscan.formats.hl7v2 import json as hl7v2_json
from phiscan.formats.openehr import json as openehr_json
from phiscan.formats.smart import json as smart_json
from phiscan.labelled import json_shapes, json_wrappers, quoted
from phiscan.labelled.label_steps import rule_of
from phiscan.labelled.records import Labelled, is_of_care, read_records
from phiscan.readers.tables import csv_schemas, model_records
from phiscan.syntax import json_lenient
from phiscan.syntax.json_lexer import STRING
from phiscan.syntax.json_places import RESOURCE_TYPE, Places, Wanted, decode
from phiscan.syntax.json_walk import Frame, Leaf, TooDeepError, token, walk
from phiscan.text.normalise import plain
from phiscan.words import statement_labels
from phiscan.words.labels import is_distinct, means_something, read_label


def _wanted(key: str) -> Wanted:
    return key in dicom_json.WANTED or rule_of(key) is not None or _is_statement(key)


def _is_statement(key: str) -> bool:
    return statement_labels.fewest_terms(key) > 0


def _wanted_of_fhir(key: str) -> Wanted:
    if read_label(key).rule is not None:
        return True
    return fhir_tables.WANTED.get(key, False)


def _is_word(key: str) -> bool:
    return (
        key in dicom_json.WANTED
        or key in fhir_tables.ELEMENTS
        or means_something(key)
        or _is_statement(key)
    )


def _wanted_of_hl7v2(key: str) -> Wanted:
    return hl7v2_json.wanted(key) or _wanted(key)


def _wanted_of_openehr(key: str) -> Wanted:
    return openehr_json.wanted(key) and key != RESOURCE_TYPE


def _is_word_of_openehr(key: str) -> bool:
    return openehr_json.is_word(key) or _is_word(key)


def _wanted_of_smart(key: str) -> Wanted:
    return key in smart_json.WANTED or _wanted_of_fhir(key)


def _is_word_of_smart(key: str) -> bool:
    return key in smart_json.WANTED or _is_word(key)


def _wanted_of_json_ld(key: str) -> Wanted:
    return key != RESOURCE_TYPE


def _wanted_of_models(key: str) -> Wanted:
    return key in wearables.WANTED or _wanted_of_rows(key)


def _wanted_of_rows(key: str) -> Wanted:
    return csv_schemas.is_column(key) or _wanted(key)


def _is_word_of_models(key: str) -> bool:
    return csv_schemas.is_column(key) or _is_word(key)


_PLACES: Final = Places(_wanted, _is_word, json_wrappers.is_wrapper)
_MODEL_PLACES: Final = Places(_wanted_of_models, _is_word_of_models, json_wrappers.is_wrapper)
_JSON_LD_PLACES: Final = Places(_wanted_of_json_ld, _is_word)
_SMART_PLACES: Final = Places(_wanted_of_smart, _is_word_of_smart)
_OPENEHR_PLACES: Final = Places(_wanted_of_openehr, _is_word_of_openehr)
_HL7V2_PLACES: Final = Places(_wanted_of_hl7v2, _is_word, json_wrappers.is_wrapper)
_FHIR_PLACES: Final = Places(_wanted_of_fhir, _is_word)


def _take_readings(data: bytes, evidence: Evidence, leaves: list[Leaf]) -> list[Leaf]:
    """Take what wearables say. Keys that only they have are no columns of another model."""
    rest = wearables.take(data, evidence, leaves)
    return [leaf for leaf in rest if leaf.key not in wearables.WANTED or _wanted_of_rows(leaf.key)]


_TAKES: Final = (
    (_OPENEHR_PLACES, openehr_json.take),
    (_JSON_LD_PLACES, json_ld.take),
    (_SMART_PLACES, smart_json.take),
    (_HL7V2_PLACES, hl7v2_json.take),
    (_MODEL_PLACES, _take_readings),
)
"""For some vocabularies, what reads their values and returns the leaves that are none."""
_CLOSED: Final = fhir_tables.RESOURCES - fhir_tables.LABELLED - {"OperationOutcome"}
"""Resources that are read by their elements. The others name values by a string beside them."""
_LENIENT_MARKS: Final = (b"'", b"//", b"/*", b"#")
"""What begins a string or a comment that strict JSON has not."""
_START: Final = attrgetter("start")
_TOKEN: Final = token()
_FHIR_TOKEN: Final = token(fhir_skipped.MEMBER, fhir_skipped.TYPES, fhir_skipped.BEHIND_TYPE)
# An integer over 64 bits that a double can hold. It also matches each string whole, so that no
# integer is found within a string.
# matches 18446744073709551616 and "a string"; not 0.18446744073709551616, 1e18446744073709551616
_LONG_INTEGER: Final = re.compile(
    rb"%b|(?<![\d.eE+])(?<![eE]-)([1-9])\d{18,307}(?!\d)" % STRING.encode(), re.DOTALL
)


def valid(data: bytes) -> bool:
    """Whether `data` is JSON for any parser.

    It is one document (RFC 8259), or several on lines of their own (NDJSON), behind each other, or
    behind record separators (RFC 7464). `phiscan.syntax.json_lenient` names what is accepted
    besides.
    """
    return _is_strict(data) or _is_lenient(data)


def _is_lenient(data: bytes) -> bool:
    text = json_lenient.rewritten(data, words=True)
    if text is None or not text.strip():
        return False
    parser = simdjson.Parser()
    return _is_document(text, parser) or all(
        _is_document(document, parser) for document in json_lenient.documents(text)
    )


def _is_strict(data: bytes) -> bool:
    """Whether `data` is one document of RFC 8259, or one on each line."""
    # a parser keeps the strings of its last document, so each document gets a new one (1 us)
    parser = simdjson.Parser()
    # simdjson accepts a byte order mark; RFC 8259 section 8.1 allows receivers to ignore it
    return _is_document(data, parser) or (
        b"\n" in data.strip()
        and all(_is_document(line, parser) for line in data.splitlines() if line.strip())
    )


def _is_document(data: bytes, parser: simdjson.Parser) -> bool:
    try:
        parser.parse(data)
    except ValueError:  # also raised for invalid UTF-8
        return False
    except RuntimeError:  # an integer over 64 bits, which is valid JSON, or over 1,024 levels
        # orjson accepts the integer, but it keeps keys of documents for the life of the process
        shortened = _LONG_INTEGER.sub(_shortened, data)
        return shortened != data and _is_document(shortened, parser)
    return True


def _shortened(match: re.Match[bytes]) -> bytes:
    """Return the first digit of an integer, or a string unchanged."""
    return match[1] or match[0]


def check(data: bytes) -> Gap:
    """MALFORMED when `data` is not JSON."""
    return Gap.NONE if valid(data) else Gap.MALFORMED


def read(data: bytes, evidence: Evidence) -> Gap:
    """Add what the keys and elements of `data` say. A gap when not all of it could be read."""
    return _read(data, evidence, _places_for(data))


def read_openehr(data: bytes, evidence: Evidence) -> Gap:
    """Like `read`, for a document with a sign of openEHR. It may hold FHIR resources too."""
    return _read(data, evidence, _OPENEHR_PLACES)


def read_smart(data: bytes, evidence: Evidence) -> Gap:
    """Like `read`, for a document with a sign of SMART or CDS Hooks. It may hold FHIR too."""
    return _read(data, evidence, _SMART_PLACES)


def read_json_ld(data: bytes, evidence: Evidence) -> Gap:
    """Like `read`, for a document with a sign of FHIR as JSON-LD."""
    return _read(data, evidence, _JSON_LD_PLACES)


def read_models(data: bytes, evidence: Evidence) -> Gap:
    """Like `read`, for a document with a key that published data models have."""
    return _read(data, evidence, _MODEL_PLACES)


def _read(data: bytes, evidence: Evidence, places: Places) -> Gap:
    gap = _walk(data, evidence, places)
    if gap or _is_strict(data):
        return gap
    if not _is_lenient(data):
        return Gap.MALFORMED
    if any(mark in data for mark in _LENIENT_MARKS):
        # Comments and single quotes are read both ways: as text that is not there, and as JSON.
        text = json_lenient.rewritten(data, words=False) or data
        known = {nested.location for nested in evidence.nested}
        again = len(evidence.nested)
        gap = _walk(text, evidence, _places_for(text) if places is _PLACES else places)
        evidence.nested[again:] = [n for n in evidence.nested[again:] if n.location not in known]
    return gap


def _walk(data: bytes, evidence: Evidence, places: Places) -> Gap:
    """Add what keys and elements say, whether or not `data` is valid."""
    walked = _walked(data, evidence, places, _FHIR_TOKEN if places is _FHIR_PLACES else _TOKEN)
    if walked.ambiguous:
        # A receiver takes the last of equal keys. So what was skipped because of the first
        # resourceType may belong to a resource about a person.
        walked = _walked(data, evidence, places, _TOKEN)
    # All resources are read after the walk. Reading each during the walk makes both 25% slower.
    for resource in evidence.context.timed(walked.resources):
        fhir.ResourceReader(data, evidence, resource).read()
    if walked.gap:
        return walked.gap
    leaves = (
        sorted(walked.leaves + walked.labelled, key=_START) if walked.labelled else walked.leaves
    )
    for own, take in _TAKES:
        if places is own:
            leaves = take(data, evidence, leaves)
    if places is not _FHIR_PLACES and b'"vr"' in data:
        leaves = dicom_json.take(data, evidence, leaves)
    # an iterator, because the paths of all leaves at once would fill the memory
    records: Iterable[Labelled] = chain(
        chain.from_iterable(_labelled(data, leaf) for leaf in leaves),
        _shapes(data, evidence, places, has_others=bool(leaves)),
    )
    if places is _MODEL_PLACES:
        records = model_records.read_models(records, evidence)
    read_records(records, evidence, "json_key")
    return Gap.NONE


def _shapes(
    data: bytes, evidence: Evidence, places: Places, *, has_others: bool
) -> Iterator[Labelled]:
    """The values that strings name, where no published format says what they are.

    `has_others`: whether values stand outside of resources.
    """
    if places in (_OPENEHR_PLACES, _JSON_LD_PLACES):
        return iter(())
    if places not in (_FHIR_PLACES, _SMART_PLACES):
        return json_shapes.read(data, evidence)
    if has_others or b'"OperationOutcome"' in data:
        return json_shapes.read(data, evidence, _CLOSED)
    return iter(())


def _places_for(data: bytes) -> Places:
    if b'"resourceType"' in data:
        return _FHIR_PLACES
    return _HL7V2_PLACES if hl7v2_json.sniff(data) else _PLACES


@dataclass(slots=True)
class _Walked:
    """What one walk over a document gathered.

    Args:
        leaves: the leaves outside the FHIR resources that have closed.
        labelled: the leaves of FHIR resources whose values are labelled by other values.
        resources: the FHIR resources, in the order in which they closed.
        ambiguous: whether an object has two keys `resourceType`.
        gap: why not all of the document was walked.
    """

    leaves: list[Leaf] = field(default_factory=list)
    labelled: list[Leaf] = field(default_factory=list)
    resources: list[fhir.Resource] = field(default_factory=list)
    ambiguous: bool = False
    gap: Gap = Gap.NONE

    def close(self, frame: Frame) -> None:
        """Take a resource that has just closed. Its leaves are the last ones in `leaves`."""
        if frame.resource not in fhir_tables.RESOURCES:
            return
        first = len(self.leaves)
        while first and self.leaves[first - 1].start > frame.start:
            first -= 1
        inner = self.leaves[first:]
        del self.leaves[first:]
        self.resources.append(fhir.Resource(frame.resource, frame, inner))
        if frame.resource in fhir_tables.LABELLED:
            self.labelled += inner


def _walked(
    data: bytes, evidence: Evidence, places: Places, expression: re.Pattern[bytes]
) -> _Walked:
    walked = _Walked()
    try:
        walked.ambiguous = walk(
            evidence.context.timed(expression.finditer(data)),
            places.top,
            walked.leaves,
            walked.close,
        )
    except TooDeepError:
        # the resources that have closed are still read: they show whom the document is about
        walked.gap = Gap.OVER_LIMIT
    return walked


def _labelled(data: bytes, leaf: Leaf) -> Iterator[Labelled]:
    """The value of a leaf, and what it quotes where it is a sentence and not the value itself.

    `{"errors": {"ssn": ["'...' is not a valid number"]}}`
    """
    path, frame = json_wrappers.unwrapped(leaf.path or ("",), leaf.frame)
    frame = _holder(frame)
    value = decode(data[leaf.start : leaf.end])
    whole = quick(Labelled, (path, value, leaf.start, leaf.end, id(frame), _family(frame)))
    yield whole
    may_quote = " " in value and quoted.may_quote(data, leaf.start, leaf.end)
    rule = rule_of(path[-1]) if may_quote else None
    if rule is not None and not rule.shape(plain(value)):
        for start, end, is_quoted in quoted.parts_of(data, leaf.start, leaf.end):
            part = decode(data[start:end])
            if is_quoted or is_distinct(rule, plain(part)):
                yield whole._replace(value=part, start=start, end=end)


def _holder(frame: Frame) -> Frame:
    """The object that holds a list of scalars, or the frame itself."""
    above = frame.parent
    return frame if frame.is_object or above is None or not above.is_object else above


def _family(frame: Frame) -> int:
    """The offset of the outermost object around a frame, through objects and lists of care.

    The visits in `{"client": {...}, "visits": [{...}]}` are the client's, and the hits of a search
    are not.
    """
    while (above := frame.parent) is not None and above.parent is not None:
        if not above.is_object and not is_of_care(above.place.key):
            break
        frame = above
    return frame.start
