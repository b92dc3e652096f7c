"""The scanner: bytes in, one `ScanReport` out, whatever the chunks.

    feed* ─> finish:  content codings ─> media ─> structure ─> echoes ─> detectors ─> verdict

A body is held up to `Limits.body` bytes; what is beyond is dropped and the report says TRUNCATED. So memory is bounded by the
limits, and any chunking of the same bytes gives the same report. Nothing of a document stays when its report is made.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import attrgetter

from phiscan import memory, readers, recognizer
from phiscan.detectors import DETECTORS
from phiscan.embedded import finders
from phiscan.evidence import (
    Evidence,
    Nested,
    OutOfTimeError,
    Spot,
    TooManyFindingsError,
    shown_path,
)
from phiscan.finding import Coverage, Gap, ScanReport
from phiscan.identifiers import INFO_TYPES, InfoType
from phiscan.labelled.records import PLACES, Labelled, read_records
from phiscan.patterns import judge
from phiscan.patterns.detector import CONTEXT_WINDOW, Detector
from phiscan.patterns.matcher import Marks, Matcher
from phiscan.people import names as people
from phiscan.people import provider_repeats
from phiscan.people.patient_repeats import add_echoes
from phiscan.protobuf.schemas import NO_SCHEMAS, Rpc, Schemas
from phiscan.readers import json_dialects
from phiscan.recognizer import Recognizer, RecognizerError
from phiscan.text import content_coding
from phiscan.text.normalise import fold
from phiscan.verdict import is_providers_contact, verdict

_PLACE = attrgetter("location.start", "location.end", "info_type", "location.field")
_APART = b" " * CONTEXT_WINDOW
"""Between fields: a word of one is no context for the next."""
MAX_NESTING = 4
"""Documents within documents; deeper ones are a gap."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one scan may cost.

    Args:
        body: bytes of body as received.
        decoded: bytes after content codings are removed.
        seconds: of the clock that the scanner is given, from its start to its report.
    """

    body: int = 8 << 20
    decoded: int = 32 << 20
    seconds: float = 5.0


DEFAULT_LIMITS = Limits()


class Engine:
    """The compiled detectors. Compiling takes about a second, from `serialized` bytes milliseconds.
    Not thread-safe.

    `schemas` may be set to the types of protobuf messages, for those that say which they have and
    those of gRPC methods.

    Args:
        detectors: what runs over texts; see `phiscan.detectors.select` for groups of them.
        info_types: every infoType that a finding may have: the detectors' own, and all that
            structure and labels name.
        serialized: what `serialized` of an engine with the same detectors gave.

    Raises:
        CompiledError: `serialized` cannot be used (`phiscan.patterns.compiled`).
        PlatformError: Hyperscan cannot run on this machine (`phiscan.patterns.compiled`).
    """

    def __init__(
        self,
        detectors: Sequence[Detector] = DETECTORS,
        *,
        info_types: Mapping[str, InfoType] = INFO_TYPES,
        serialized: bytes | None = None,
    ) -> None:
        self.info_types = info_types
        self.schemas: Schemas = NO_SCHEMAS
        self.matcher = Matcher(detectors, serialized)

    @classmethod
    def load(cls, serialized: bytes | None = None) -> "Engine":
        """An engine with every detector of protected health information. Raises as the
        constructor."""
        return cls(serialized=serialized)

    def serialized(self) -> bytes:
        """The compiled detectors as bytes, some 4 MB, for an engine on a like machine."""
        return self.matcher.serialized()

    def scanner(  # noqa: PLR0913 - what is known of one document, each by its name
        self,
        *,
        content_type: str = "",
        content_encoding: str = "",
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float],
        recognizers: Sequence[Recognizer] = (),
        rpc: Rpc | None = None,
    ) -> "Scanner":
        """A scanner for one document.

        Args:
            clock: counts seconds and never goes back (`time.monotonic`).
            recognizers: models that read prose (`phiscan.recognizer`); slow, so never on the way of
                a request.
            rpc: the gRPC call that the document may be a message of: where `schemas` know its
                method, they say its type.
        """
        scanner = Scanner(
            self, Headers(content_type, content_encoding, self.schemas.of(rpc)), limits, clock
        )
        scanner.recognizers = recognizers
        return scanner


@dataclass(frozen=True, slots=True)
class Headers:
    """What the sender says of the body; `message` is the type of a gRPC message."""

    content_type: str
    content_encoding: str
    message: str = ""


class Scanner:
    """Scans one document."""

    def __init__(
        self, engine: Engine, headers: Headers, limits: Limits, clock: Callable[[], float]
    ) -> None:
        self._engine = engine
        self._headers = headers
        self._limits = limits
        self._clock = clock
        self._until = clock() + limits.seconds
        self._chunks: list[bytes] = []
        self._size = 0
        self._fields: list[tuple[str, str]] = []
        self._nested_bytes = 0
        self.recognizers: Sequence[Recognizer] = ()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        room = self._limits.body - self._size
        self._size += len(chunk)
        if room > 0:
            self._chunks.append(chunk if len(chunk) <= room else chunk[:room])

    def feed_field(self, name: str, value: str) -> None:
        """Take a labelled value from outside of the body: `query.ssn`, `header.x-patient-name`,
        `path`."""
        self._fields.append((name, value))

    def finish(self, *, truncated: bool = False) -> ScanReport:
        """The report on everything fed. Never raises: what goes wrong is a gap, so that the policy
        decides.

        Args:
            truncated: the caller knows that the body goes on.

        Raises:
            RecognizerError: a recognizer failed, where there is one.
        """
        try:
            return self._report(truncated=truncated)
        except RecognizerError:
            raise
        except Exception:  # noqa: BLE001 - fail closed: a bug in a reader must not let its document pass
            return ScanReport(
                coverage=Coverage.UNSCANNABLE, gap=Gap.INTERNAL_ERROR, size=self._size
            )
        finally:
            self._chunks.clear()
            self._fields.clear()
            memory.forget()

    def _report(self, *, truncated: bool) -> ScanReport:
        evidence = self._evidence(self._headers.message)
        outside = self._scan_fields(evidence)
        body, headers = b"".join(self._chunks), self._headers
        decoded = content_coding.decode_text(
            body, headers.content_encoding, self._limits.decoded, headers.content_type
        )
        kind, gap = (
            ("unknown", decoded.gap)
            if decoded.gap
            else self._examined(decoded.data, self._headers.content_type, evidence, 0)
        )
        gap = gap or outside
        if self._size > self._limits.body:
            truncated, gap = True, Gap.OVER_LIMIT
        elif truncated and gap is not Gap.OUT_OF_TIME:  # that one is ours, and no policy waives it
            gap = Gap.CUT_OFF
        coverage = (
            Coverage.TRUNCATED if truncated else Coverage.UNSCANNABLE if gap else Coverage.COMPLETE
        )
        found = sorted(evidence.findings, key=_PLACE)
        apart = list(map(is_providers_contact, found))
        return ScanReport(
            findings=tuple(f for f, is_contact in zip(found, apart, strict=True) if not is_contact),
            providers=tuple(compress(found, apart)),
            coverage=coverage,
            gap=gap,
            verdict=verdict(found),
            media=kind,
            encodings=decoded.encodings,
            size=self._size,
        )

    def _examined(
        self, data: bytes, content_type: str, evidence: Evidence, depth: int
    ) -> tuple[str, Gap]:
        """As `_examine`, for a document that may hold more findings than are kept."""
        try:
            return self._examine(data, content_type, evidence, depth)
        except TooManyFindingsError:
            return "unknown", Gap.OVER_LIMIT
        except OutOfTimeError:
            return "unknown", Gap.OUT_OF_TIME

    def _examine(
        self, data: bytes, content_type: str, evidence: Evidence, depth: int
    ) -> tuple[str, Gap]:
        """Read one document and those within it; what it was read as, and the first gap met."""
        if not data.strip():
            return "empty", Gap.NONE
        kind, marks = self._recognised(data, readers.sniff(data, content_type))
        evidence.content_type = content_type
        gap = self._structure(kind, data, evidence)
        if self._late():
            raise OutOfTimeError
        if kind not in readers.PATTERNLESS:
            too_many = finders.find(data, evidence, marks.embedded)
            gap = gap or too_many
        for inner in evidence.nested:
            within = self._nested(inner, evidence, depth + 1)
            gap = gap or within
        if kind in readers.PATTERNLESS:
            return kind, gap
        if self._late():
            raise OutOfTimeError
        if kind != "text":
            add_echoes(data, evidence)
        folded = fold(readers.text_of(kind, data), plus_is_blank=kind == "form")
        too_long = judge.run(
            folded, self._engine.matcher, evidence, prose=kind not in provider_repeats.KINDS
        )
        people.find(kind, folded, evidence)
        recognizer.run(kind, folded, self.recognizers, evidence)
        provider_repeats.give_back(kind, data, evidence)
        return kind, gap or too_long

    def _recognised(self, data: bytes, kind: str) -> tuple[str, Marks]:
        """The kind of a document, JSON by its dialect too, and the marks that stand in it."""
        if kind in readers.PATTERNLESS:
            return kind, Marks()
        marks = self._engine.matcher.marks(data)
        return json_dialects.dialect(marks.signs) if kind == "json" else kind, marks

    def _structure(self, kind: str, data: bytes, evidence: Evidence) -> Gap:
        """Read the structure, unless all of it is labels and none of them is ours: clean traffic
        pays for that look alone."""
        if (
            kind in readers.BY_LABEL
            and readers.labels_are_plain(data)
            and not self._engine.matcher.has_label(data)
        ):
            return readers.BY_LABEL[kind](data)
        return readers.READERS[kind](data, evidence)

    def _nested(self, inner: Nested, evidence: Evidence, depth: int) -> Gap:
        self._nested_bytes += len(inner.data)
        if depth > MAX_NESTING or self._nested_bytes > self._limits.decoded:
            return Gap.OVER_LIMIT
        if self._late():
            return Gap.OUT_OF_TIME
        decoded = content_coding.decode_text(
            inner.data, inner.coding, self._limits.decoded, inner.content_type
        )
        self._nested_bytes += len(decoded.data) if decoded.encodings else 0
        within = self._evidence()
        kind, gap = (
            ("unknown", decoded.gap)
            if decoded.gap
            else self._examined(decoded.data, inner.content_type, within, depth)
        )
        evidence.absorb(within, inner.spot, None if decoded.encodings else inner.origin)
        # a guess that turns out to be no document is no gap; what a document that is one holds and
        # hides is
        wrong_guess = (
            not inner.declared
            and (kind in ("unknown", "binary") or gap is Gap.MALFORMED)
            and gap not in (Gap.OVER_LIMIT, Gap.OUT_OF_TIME)
        )
        return Gap.NONE if wrong_guess else gap

    def _scan_fields(self, evidence: Evidence) -> Gap:
        """Read what stands outside of the body: by its labels, then all of it as one text, so that
        it costs one scan.

        A token that only looks like a document is no gap here: headers are full of them.
        """
        if not self._fields:
            return Gap.NONE
        try:
            read_records(
                (Labelled(tuple(n.split(".")), v, -1, -1, 0) for n, v in self._fields),
                evidence,
                "request_field",
            )
        except OutOfTimeError:
            return Gap.OUT_OF_TIME
        lines, starts = [], [0]
        for name, value in self._fields:
            lines.append(f"{name}: {value}".encode("utf-8", "replace") + _APART)
            starts.append(starts[-1] + len(lines[-1]))

        def place(start: int, _: int) -> Spot:
            name, _value = self._fields[bisect_right(starts, start) - 1]
            return Spot(shown_path(name.split("."), PLACES), -1, -1)

        text = b"".join(lines)
        hidden = Evidence()
        gap = finders.find(text, hidden, self._engine.matcher.marks(text).embedded)
        for inner in hidden.nested:
            guess = replace(
                inner, spot=place(inner.spot.start, inner.spot.end), declared=False, origin=None
            )
            within = self._nested(guess, evidence, 1)
            gap = gap or within
        too_long = judge.run(fold(text), self._engine.matcher, evidence, place)
        return gap or too_long

    def _evidence(self, message: str = "") -> Evidence:
        engine = self._engine
        return Evidence(
            info_types=engine.info_types, late=self._late, schemas=engine.schemas, message=message
        )

    def _late(self) -> bool:
        return self._clock() > self._until
