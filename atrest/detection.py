"""The detectors, and the clock by which a scan ends."""

from collections.abc import Callable
from dataclasses import dataclass

from atrest.source import Document
from phiscan.engine import Engine
from phiscan.finding import ScanReport
from phiscan.scanner import Limits


@dataclass(frozen=True, slots=True)
class Detection:
    """The detectors, and the clock by which a scan ends.

    Args:
        engine: the compiled detectors.
        clock: returns seconds and never goes back.
    """

    engine: Engine
    clock: Callable[[], float]

    def scan(self, document: Document, limits: Limits) -> ScanReport:
        """Return the report on one document."""
        scanner = self.engine.scanner(
            content_type=document.content_type,
            content_encoding=document.content_encoding,
            limits=limits,
            clock=self.clock,
        )
        scanner.feed(document.data)
        return scanner.finish(truncated=document.truncated)
