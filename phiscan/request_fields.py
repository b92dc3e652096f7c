"""Labelled values from outside the body: `query.ssn`, `header.x-patient-name`, `path`."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from phiscan.embedded import finders, graphql, opaque
from phiscan.embedded import targets as in_text
from phiscan.evidence import Evidence, shown_path
from phiscan.examination import Examiner
from phiscan.finding import Gap, Location
from phiscan.formats import targets
from phiscan.labelled.records import PUBLIC, Labelled, read_records
from phiscan.patterns import judge
from phiscan.patterns.detector import CONTEXT_WINDOW
from phiscan.readers import text as text_reader
from phiscan.scan_context import OutOfTimeError
from phiscan.syntax.targets import Part, Place, Target, parsed, segments
from phiscan.text.normalise import normalise

_PATH: Final = "path"
_QUERY: Final = "query."
_CONDITION: Final = "header.if-none-exist"
_APART: Final = b" " * CONTEXT_WINDOW
"""Separates fields, so that a word of one field is no context for a value of the next."""
_FIELDS: Final = finders.Searched(text_reader.MEDIA, is_whole=True)


class RequestFields:
    """The fields of one message, in the order in which they came."""

    def __init__(self) -> None:
        self._fields: list[tuple[str, str]] = []
        self._starts: list[int] = []

    def add(self, name: str, value: str) -> None:
        """Take one field."""
        self._fields.append((name, value))

    def scan(self, examiner: Examiner, evidence: Evidence) -> Gap:
        """Read the fields by their labels, then run the detectors over them, and return the gap.

        All fields are joined to one text, so that the detectors run once.

        Headers are full of tokens that look like a document. A token that turns out not to be a
        document is no gap here.
        """
        if not self._fields:
            return Gap.NONE
        try:
            for target in self._targets():
                targets.read(target, evidence)
            read_records(self._labelled(), evidence, "request_field")
        except OutOfTimeError:
            return Gap.OUT_OF_TIME
        text, matcher = self._text(), examiner.matcher
        hits = matcher.hits(text)
        gap = self._embedded(text, hits.embedded, examiner, evidence)
        normalised = normalise(text)
        # escapes may hide a mark, and few fields have any
        asked = (hits if normalised.text == text else matcher.hits(normalised.text)).targets
        try:
            in_text.find_in_fields(normalised, asked, evidence, self._place)
            graphql.find_in_fields(text, evidence, self._place)
        except OutOfTimeError:
            return Gap.OUT_OF_TIME
        too_long = judge.run(normalised, matcher, evidence, self._place)
        return gap or too_long

    def _embedded(
        self, text: bytes, marks: Sequence[int], examiner: Examiner, evidence: Evidence
    ) -> Gap:
        """Examine the documents in the fields, and note the parts that nobody can read.

        Args:
            marks: of documents, that occur in the text.
        """
        hidden = Evidence()
        gap = finders.find(text, hidden, marks, _FIELDS)
        for place in hidden.opaque:
            if not self._is_random(place.start):
                evidence.add_opaque(self._place(place.start, place.end))
        for inner in hidden.nested:
            location = self._place(inner.location.start, inner.location.end)
            guess = replace(inner, location=location, declared=False, origin=None)
            known = len(evidence.opaque)
            within = examiner.nested(guess, evidence, 1)
            if self._is_random(inner.location.start):
                del evidence.opaque[known:]
            gap = gap or within
        return gap

    def _is_random(self, start: int) -> bool:
        """Whether the field at an offset of the text is named as one that is random by right."""
        name, _ = self._fields[bisect_right(self._starts, start) - 1]
        return opaque.is_named(f"{name}: ".encode("utf-8", "replace"))

    @property
    def path(self) -> str:
        """The path of the request; empty when it has none or is not known."""
        return next((value for name, value in self._fields if name == _PATH), "")

    def _targets(self) -> Iterator[Target]:
        """The targets of the request: its own, and the one that a proxy wrote over."""
        path: tuple[Part, ...] = ()
        query: list[Part] = []
        for name, value in self._fields:
            if name == _PATH:
                if path or query:
                    yield Target(path, tuple(query))
                path, query = segments(value, _outside(name)), []
            elif name.startswith(_QUERY):
                query.append(Part(name.removeprefix(_QUERY), value, _outside(name)))
            elif name == _CONDITION:  # the query of a conditional create (FHIR http.html#ccreate)
                location = _outside(name)
                condition = parsed(f"?{value}", _everywhere(location)).query
                yield Target(segments(self.path, location), condition)
        if path or query:
            yield Target(path, tuple(query))

    def _labelled(self) -> Iterator[Labelled]:
        for name, value in self._fields:
            yield Labelled(tuple(name.split(".")), value, -1, -1, 0)

    def _text(self) -> bytes:
        """Join all fields to one text and note the offset of each in `_starts`."""
        text = bytearray()
        for name, value in self._fields:
            self._starts.append(len(text))
            text += f"{name}: {value}".encode("utf-8", "replace") + _APART
        return bytes(text)

    def _place(self, start: int, _end: int) -> Location:
        name, _ = self._fields[bisect_right(self._starts, start) - 1]
        return _outside(name)


def _everywhere(location: Location) -> Place:
    """Maps every range to one location: a field has no ranges."""
    return lambda *_: location


def _outside(name: str) -> Location:
    """The location of the field with this name."""
    return Location(shown_path(name.split("."), PUBLIC))
