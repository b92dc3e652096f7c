"""One document for a scanner process, which no policy judges: it is scanned, and masked if asked.

The masks are the plain ones of `phiguard redact`. A masked document is handed out only when another
scan finds no identifier in it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from extauthz.policies.store import PolicySnapshot
from extauthz.scanning.frames import Examined
from extauthz.scanning.timed_exchange import Budget
from phiscan.engine import Engine
from phiscan.finding import Coverage, ScanReport
from phiscan.redaction.edits import RedactionError
from phiscan.redaction.proof import redact_proven
from phiscan.scanner import Limits


@dataclass(frozen=True, slots=True)
class Document:
    """A document as its sender describes it.

    Args:
        content_type, content_encoding: as HTTP headers say them; empty when they are not known.
        masks: whether it is to be masked.
    """

    data: bytes = field(repr=False)
    content_type: str = field(default="", repr=False)
    content_encoding: str = field(default="", repr=False)
    masks: bool = False


@dataclass(frozen=True, slots=True)
class DocumentJob:
    """One document and what its scans may cost."""

    document: Document
    budget: Budget

    @property
    def size(self) -> int:
        """Bytes of the document as it came."""
        return len(self.document.data)

    def done_by(self, snapshot: PolicySnapshot) -> Examined:
        """Do the work with the engine of a snapshot."""
        return examine(self.document, self.budget, snapshot.engine)


@dataclass(frozen=True, slots=True)
class DocumentWork:
    """One document that waits for a process.

    Args:
        budget_after: takes the seconds that it has waited, and returns what its scans may cost.
    """

    document: Document
    budget_after: Callable[[float], Budget]

    def job(self, budget: Budget) -> DocumentJob:
        """Return the job of a process."""
        return DocumentJob(self.document, budget)


def examine(document: Document, budget: Budget, engine: Engine) -> Examined:
    """Scan a document, and mask it if that is asked for.

    All scans that prove the masks share the time of one.
    """
    report = _scan(document, document.data, budget, engine, budget.seconds)
    if not document.masks or report.coverage is not Coverage.COMPLETE:
        return Examined(report)
    until = time.monotonic() + budget.seconds

    def again(data: bytes) -> ScanReport:
        return _scan(document, data, budget, engine, until - time.monotonic())

    try:
        return Examined(report, redact_proven(document.data, report, again))
    except RedactionError:
        return Examined(report)


def _scan(
    document: Document, data: bytes, budget: Budget, engine: Engine, seconds: float
) -> ScanReport:
    scanner = engine.scanner(
        content_type=document.content_type,
        content_encoding=document.content_encoding,
        limits=Limits(
            body=budget.body_bytes, seconds=seconds, seconds_per_mib=budget.seconds_per_mib
        ),
        clock=time.monotonic,
    )
    scanner.feed(data)
    return scanner.finish()
