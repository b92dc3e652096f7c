"""Examines one document and the documents nested in it, in this order:

    media kind ─> structure ─> nested documents, each in the same way ─> repeats of patients' values
    ─> detectors ─> people ─> recognizers ─> repeats of providers' values ─> names of fields

Findings go to the document's evidence. What could not be examined becomes a gap.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from phiscan import fields, recognizer
from phiscan.embedded import finders, graphql, opaque, targets
from phiscan.evidence import Evidence, Nested
from phiscan.finding import Gap, Location, worse
from phiscan.identifiers import InfoType
from phiscan.labelled import program_messages
from phiscan.media_kind import EMPTY, UNKNOWN, MediaKind
from phiscan.patterns import judge
from phiscan.patterns.matcher import NO_HITS, Matcher, PrefilterHits
from phiscan.people import names as people
from phiscan.people import numbered, provider_repeats
from phiscan.people.patient_repeats import find_repeats
from phiscan.protobuf.schemas import Schemas
from phiscan.readers import json_dialects, registry
from phiscan.recognizer import Recognizer
from phiscan.scan_context import OutOfTimeError, Room, ScanContext
from phiscan.text import comments, content_coding, decompress, emphasis
from phiscan.text.content_coding import Decoded
from phiscan.text.decompress import Bound
from phiscan.text.normalise import normalise

_BESIDE: Final = Location("content_coding")
MAX_NESTING: Final = 8
"""Levels of nested documents. A deeper one is a gap."""


class Detection(NamedTuple):
    """What looks for PHI. It is the same for every document that an engine scans.

    Args:
        matcher: the compiled detectors.
        info_types: every infoType that a finding may have, by name.
        schemas: the known protobuf message types.
        recognizers: models that read prose.
    """

    matcher: Matcher
    info_types: Mapping[str, InfoType]
    schemas: Schemas
    recognizers: Sequence[Recognizer] = ()


class Budget(NamedTuple):
    """What the examination of one document may cost.

    Args:
        decoded: the most bytes of each nested document after its content codings are removed, and
            of all nested documents together.
        late: returns whether time is up.
    """

    decoded: int
    late: Callable[[], bool]


class Examiner:
    """Examines one document and its nested documents within one budget."""

    def __init__(self, detection: Detection, budget: Budget) -> None:
        self.matcher = detection.matcher
        self.late = budget.late
        self._detection = detection
        self._room = Room(budget.decoded)

    def evidence(self, content_type: str = "", message: str = "", path: str = "") -> Evidence:
        """Return empty evidence for a document of this media type and protobuf message type.

        `path` is that of the request whose body it is, or empty.
        """
        known = self._detection
        return Evidence(
            ScanContext(
                content_type,
                known.info_types,
                known.schemas,
                message,
                path,
                self.late,
                self._room,
                self._label_values,
            )
        )

    def _label_values(self, data: bytes) -> Collection[int] | None:
        return self.matcher.label_values(data) if _labels_are_plain(data) else None

    def examine(self, data: bytes, evidence: Evidence, depth: int) -> tuple[MediaKind, Gap]:
        """Read one document and its nested documents.

        Args:
            depth: the number of documents that enclose this one.

        Returns:
            The kind that it was read as, and its first gap.
        """
        try:
            return self._read(data, evidence, depth)
        except OutOfTimeError:
            return UNKNOWN, Gap.OUT_OF_TIME

    def _read(self, data: bytes, evidence: Evidence, depth: int) -> tuple[MediaKind, Gap]:
        if not data.strip():
            return EMPTY, Gap.NONE
        kind, hits = self._recognised(data, evidence.context.content_type)
        gap = self._structure(kind, data, evidence)
        if self.late():
            raise OutOfTimeError
        placed = len(evidence.nested)
        if kind.is_searchable:
            self._messages(data, hits, evidence)
            text = finders.Searched(kind, gap is not Gap.MALFORMED)
            too_many = finders.find(data, evidence, hits.embedded, text)
            gap = worse(gap, too_many)
        embedded, too_many = self._within(kind, evidence, depth, placed)
        gap = worse(gap, too_many)
        if evidence.opaque:
            evidence.opaque = [p for p in evidence.opaque if not _is_random(data, p)]
        if not kind.is_searchable:
            return kind, gap
        if self.late():
            raise OutOfTimeError
        if not kind.is_unstructured:
            find_repeats(data, evidence)
        normalised = normalise(
            _text_of(kind, data), plus_is_blank=kind.plus_is_blank, unescaped=kind.unescaped(data)
        )
        # escapes may hide a mark, and few documents have any
        asked = self.matcher.hits(normalised.text) if normalised.layers else hits
        targets.find(kind, normalised, asked.targets, evidence)
        graphql.find(kind, data, evidence, is_marked=hits.has_query)
        too_long = judge.run(normalised, self.matcher, evidence, prose=not kind.names_providers)
        evidence.settle_statements()
        numbered.settle(data, evidence)
        people.find(kind, normalised, evidence)
        recognizer.run(kind, normalised, self._detection.recognizers, evidence)
        provider_repeats.mark_repeats(kind, data, evidence)
        fields.name(kind, data, evidence, embedded)
        return kind, worse(gap, too_long)

    def _within(
        self, kind: MediaKind, evidence: Evidence, depth: int, placed: int
    ) -> tuple[range, Gap]:
        """Examine what is nested in a document of this kind.

        Args:
            placed: how many of the nested documents its reader found, and so has named their field.

        Returns:
            The numbers of the findings in the other nested documents, and the worst gap.
        """
        gap, first = Gap.NONE, len(evidence.findings)
        for number, inner in enumerate(evidence.nested):
            gap = worse(gap, self.nested(inner, evidence, depth + 1))
            if number < placed:
                first = len(evidence.findings)
        if not kind.is_container:
            evidence.parts.clear()
        evidence.settle_correspondents()
        return range(first, len(evidence.findings)), gap

    def _recognised(self, data: bytes, content_type: str) -> tuple[MediaKind, PrefilterHits]:
        """Return the document's kind (JSON by its dialect) and what the prefilter found in it."""
        kind = registry.MEDIA.sniff(data, content_type)
        if not kind.is_searchable:
            return kind, NO_HITS
        hits = self.matcher.hits(data)
        return json_dialects.dialect(kind, hits.signs), hits

    def _messages(self, data: bytes, hits: PrefilterHits, evidence: Evidence) -> None:
        """Read the messages of programs, if the document has one and a label."""
        if hits.messages and (not _labels_are_plain(data) or self.matcher.has_label(data)):
            program_messages.read(data, evidence, hits.messages)

    def _structure(self, kind: MediaKind, data: bytes, evidence: Evidence) -> Gap:
        """Read the structure of a document.

        A reader with a `check` reads nothing but labels. When no known label occurs, its `check`
        is enough, so a document without PHI costs little.
        """
        if kind.check is not None and _labels_are_plain(data) and not self.matcher.has_label(data):
            return kind.check(data)
        return kind.read(data, evidence)

    def nested(self, inner: Nested, evidence: Evidence, depth: int) -> Gap:
        """Examine a document nested in that of `evidence` and return its first gap.

        Args:
            depth: the number of documents that enclose the nested one.
        """
        if depth > MAX_NESTING or not self._room.take(len(inner.data)):
            return Gap.OVER_LIMIT
        if self.late():
            return Gap.OUT_OF_TIME
        plain, gap = self._unpacked(inner)
        decoded = (
            Decoded(b"", (), gap)
            if gap
            else content_coding.decode_text(plain, inner.coding, self._bound(), inner.content_type)
        )
        self._room.take(len(decoded.data) if decoded.encodings else 0)
        within = self.evidence(inner.content_type)
        kind, gap = (
            (UNKNOWN, decoded.gap) if decoded.gap else self.examine(decoded.data, within, depth)
        )
        if decoded.skipped:
            gap = worse(gap, self.beside(decoded.skipped, within, depth))
        evidence.absorb(within, inner.location, None if decoded.encodings else inner.origin)
        if inner.is_part:
            evidence.parts |= {kind.name, *within.parts}
        # A guess that turns out not to be a document is no gap. When it is a document, what it
        # hides is a gap.
        wrong_guess = (
            not inner.declared
            and (not kind.is_readable or gap is Gap.MALFORMED)
            and gap not in (Gap.OVER_LIMIT, Gap.OUT_OF_TIME)
        )
        return Gap.NONE if wrong_guess else gap

    def beside(self, texts: bytes, evidence: Evidence, depth: int) -> Gap:
        """Examine texts that stand beside a document in its coded bytes, and return the gap.

        Args:
            depth: the number of documents that enclose the document.
        """
        return self.nested(Nested(texts, _BESIDE, declared=False), evidence, depth + 1)

    def _unpacked(self, inner: Nested) -> tuple[bytes, Gap]:
        """Return a nested document without the compression of its archive, or why not."""
        if not inner.packing:
            return inner.data, Gap.NONE
        plain, gap = decompress.remove(inner.packing, inner.data, self._bound())
        self._room.take(len(plain))
        return plain, gap

    def _bound(self) -> Bound:
        return Bound(max(self._room.left, 0), self.late)


def _is_random(data: bytes, place: Location) -> bool:
    """Whether the document names an opaque part, also one of a nested document, as random."""
    return place.start > 0 and opaque.is_named(opaque.before_of(data, place.start))


def _text_of(kind: MediaKind, data: bytes) -> bytes:
    """Return the text that the detectors run over. It has the length of `data`.

    In markup, the marks and the dates of comments become blanks. In prose, marks of emphasis do.
    """
    if kind.is_markup:
        return comments.blanked(data) if b"<!--" in data else data
    return emphasis.blanked(data) if kind.may_hold_prose else data


def _labels_are_plain(data: bytes) -> bool:
    """Whether a search for plain labels finds every label: `data` is ASCII and has no escapes."""
    # a search for one byte is ten times faster than for two, so it comes first
    return data.isascii() and (b"\\" not in data or b"\\u" not in data)
