"""The scanner: bytes in, one `ScanReport` out, whatever the chunks.

    feed* ─> finish:  content codings ─> fields and body examined ─> findings in order ─> verdict

A body is held up to `Limits.body` bytes; what is beyond is dropped and the report says TRUNCATED. So memory is bounded by the
limits, and any chunking of the same bytes gives the same report. Nothing of a document stays when its report is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress
from operator import attrgetter
from typing import Final

from phiscan import memory
from phiscan.examination import Budget, Detection, Examiner
from phiscan.finding import Coverage, Gap, ScanReport
from phiscan.media_kind import UNKNOWN
from phiscan.recognizer import RecognizerError
from phiscan.request_fields import RequestFields
from phiscan.text import content_coding
from phiscan.verdict import is_providers_contact, verdict

_PLACE: Final = attrgetter("location.start", "location.end", "info_type", "location.field")


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


@dataclass(frozen=True, slots=True)
class Headers:
    """What the sender says of the body; `message` is the type of a gRPC message."""

    content_type: str
    content_encoding: str
    message: str = ""


class Scanner:
    """Scans one document."""

    def __init__(
        self, detection: Detection, headers: Headers, limits: Limits, clock: Callable[[], float]
    ) -> None:
        until = clock() + limits.seconds
        self._examiner = Examiner(detection, Budget(limits.decoded, lambda: clock() > until))
        self._headers = headers
        self._limits = limits
        self._chunks: list[bytes] = []
        self._size = 0
        self._fields = RequestFields()

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        room = self._limits.body - self._size
        self._size += len(chunk)
        if room > 0:
            self._chunks.append(chunk if len(chunk) <= room else chunk[:room])

    def feed_field(self, name: str, value: str) -> None:
        """Take a labelled value from outside of the body: `query.ssn`, `header.x-patient-name`,
        `path`."""
        self._fields.add(name, value)

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
            self._fields = RequestFields()
            memory.forget()

    def _report(self, *, truncated: bool) -> ScanReport:
        body, headers = b"".join(self._chunks), self._headers
        evidence = self._examiner.evidence(headers.content_type, headers.message)
        outside = self._fields.scan(self._examiner, evidence)
        decoded = content_coding.decode_text(
            body, headers.content_encoding, self._limits.decoded, headers.content_type
        )
        kind, gap = (
            (UNKNOWN, decoded.gap)
            if decoded.gap
            else self._examiner.examine(decoded.data, evidence, 0)
        )
        gap = gap or outside
        if self._size > self._limits.body:
            truncated, gap = True, Gap.OVER_LIMIT
        elif truncated and gap is not Gap.OUT_OF_TIME:  # no policy waives that one
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
            media=kind.name,
            encodings=decoded.encodings,
            size=self._size,
        )
