"""The scanner takes the bytes of one document in chunks and gives one `ScanReport`.

    feed* ─> finish:  examine the request fields ─> remove content codings ─> examine the body
                      ─> sort the findings ─> verdict

The scanner keeps at most `Limits.body` bytes. It drops the rest, and the report says TRUNCATED.
So the limits bound memory, and the report does not depend on the chunks.
Once the report is made, the scanner keeps nothing of the document.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import filterfalse
from operator import attrgetter
from typing import Final, NamedTuple

from phiscan import memory
from phiscan.arguments import Bytes, as_bytes, need
from phiscan.examination import Budget, Detection, Examiner
from phiscan.fault import place_of
from phiscan.finding import Coverage, Gap, ScanReport, worse
from phiscan.media_kind import UNKNOWN
from phiscan.recognizer import RecognizerError
from phiscan.request_fields import RequestFields
from phiscan.text import content_coding
from phiscan.text.decompress import Bound
from phiscan.verdict import is_providers_contact, verdict

_PLACE: Final = attrgetter("location.start", "location.end", "info_type", "location.field")


_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one scan may cost.

    Args:
        body: bytes of the body as received.
        decoded: bytes after content codings are removed.
        seconds: time from the construction of the scanner to its report, by the scanner's clock.
        seconds_per_mib: further time for each MiB after the first of what is read: the body without
            its content codings. At most `body` bytes of it count. A short document that is slow to
            scan gets none.
    """

    body: int = 8 << 20
    decoded: int = 32 << 20
    seconds: float = 5.0
    seconds_per_mib: float = 1.0

    def further_seconds(self, size: int) -> float:
        """The time that a body gets beyond `seconds`, by its size without content codings."""
        return self.seconds_per_mib * max(0.0, min(size, self.body) / _MIB - 1)


DEFAULT_LIMITS = Limits()


class Headers(NamedTuple):
    """What the headers say about the body.

    Args:
        content_type: the Content-Type header, with parameters.
        content_encoding: the Content-Encoding header.
        message: the full name of a gRPC message's protobuf type, or empty.
    """

    content_type: str
    content_encoding: str
    message: str = ""


class _Deadline:
    """The time until which a scan may go on, in the clock's seconds.

    It is an object of its own so that a scanner is no cycle, which only Python's collector frees.
    """

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self._until = clock() + seconds

    def is_over(self) -> bool:
        return self._clock() > self._until

    def extend(self, seconds: float) -> None:
        self._until += seconds


class Scanner:
    """Scans one document."""

    def __init__(
        self, detection: Detection, headers: Headers, limits: Limits, clock: Callable[[], float]
    ) -> None:
        self._deadline = _Deadline(clock, limits.seconds)
        self._examiner = Examiner(detection, Budget(limits.decoded, self._deadline.is_over))
        self._headers = headers
        self._limits = limits
        self._chunks: list[bytes] = []
        self._size = 0
        self._fields = RequestFields()

    def feed(self, chunk: Bytes) -> None:
        """Take the next bytes of the body. Raises TypeError for anything but bytes."""
        chunk = as_bytes("chunk", chunk)
        room = self._limits.body - self._size
        self._size += len(chunk)
        if room > 0:
            self._chunks.append(chunk if len(chunk) <= room else chunk[:room])

    def feed_field(self, name: str, value: str) -> None:
        """Take a labelled value from outside the body.

        Args:
            name: `query.ssn`, `header.x-patient-name`, `path` and the like.
            value: the decoded value.

        Raises:
            TypeError: one of them is no str.
        """
        need("name", name, str)
        need("value", value, str)
        self._fields.add(name, value)

    def finish(self, *, truncated: bool = False) -> ScanReport:
        """Return the report on everything fed.

        A failure becomes a gap in the report, so that the policy decides. Without recognizers this
        never raises.

        Args:
            truncated: the caller knows that the body has more bytes than it fed.

        Raises:
            RecognizerError: a recognizer failed.
        """
        try:
            return self._report(truncated=truncated)
        except RecognizerError:
            raise
        except Exception as raised:  # noqa: BLE001 - fail closed: a reader's bug must not let a document pass
            return ScanReport(
                coverage=Coverage.UNSCANNABLE,
                gap=Gap.INTERNAL_ERROR,
                size=self._size,
                fault=place_of(raised),
            )
        finally:
            self._chunks.clear()
            self._fields = RequestFields()
            memory.forget()

    def _report(self, *, truncated: bool) -> ScanReport:
        body, headers = b"".join(self._chunks), self._headers
        path = self._fields.path
        evidence = self._examiner.evidence(headers.content_type, headers.message, path)
        outside = self._fields.scan(self._examiner, evidence)
        decoded = content_coding.decode_text(
            body,
            headers.content_encoding,
            Bound(self._limits.decoded, self._examiner.late),
            headers.content_type,
        )
        self._deadline.extend(self._limits.further_seconds(len(decoded.data)))
        kind, gap = (
            (UNKNOWN, decoded.gap)
            if decoded.gap
            else self._examiner.examine(decoded.data, evidence, 0)
        )
        if decoded.skipped:
            gap = worse(gap, self._examiner.beside(decoded.skipped, evidence, 0))
        gap = worse(gap, outside)
        if self._size > self._limits.body:
            truncated, gap = True, Gap.OVER_LIMIT
        elif truncated and gap is not Gap.OUT_OF_TIME:  # keep OUT_OF_TIME: no policy can waive it
            gap = Gap.CUT_OFF
        coverage = (
            Coverage.TRUNCATED if truncated else Coverage.UNSCANNABLE if gap else Coverage.COMPLETE
        )
        found = sorted(evidence.findings, key=_PLACE)
        providers = tuple(filter(is_providers_contact, found))
        return ScanReport(
            findings=tuple(filterfalse(is_providers_contact, found) if providers else found),
            providers=providers,
            coverage=coverage,
            gap=gap,
            verdict=verdict(found),
            media=kind.name,
            parts=tuple(sorted(evidence.parts)),
            opaque=tuple(sorted(evidence.opaque)),
            encodings=decoded.encodings,
            size=self._size,
            unlisted=evidence.unlisted,
        )
