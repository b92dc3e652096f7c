"""What a worker and its scanner processes say to each other: frames of pickled values.

A scanner process reads hostile documents with parsers written in C. So the worker does not trust
what comes back: it makes no objects but those of an answer's plain data (`_PLAIN`), and takes no
frame that is larger than an answer can be. Findings go in columns, because a report can have
thousands: one object each would take longer than the scan of a small document.
"""

import io
import pickle
import struct
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import partial
from typing import Any, Final

from extauthz import garbage
from extauthz.records.allow_list import SpanName
from extauthz.scanning.timed_exchange import Step
from mesh.exchange.events import Outcome
from mesh.message import body_digests, facts, headers
from mesh.policy import decision
from phiscan import finding, identifiers
from phiscan.redaction import digests, masks

HEADER: Final = struct.Struct(">Q")
"""The length of a frame's content, in bytes."""
LARGEST: Final = 512 << 20
"""Bytes of the largest frame: a masked body, the same without its codings, and 50,000 findings."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scanner process says of one message.

    Args:
        outcome: as `Exchange` gave it; its findings without their places, unless they were asked
            for (`phiscan.finding_kinds`).
        steps: of the work.
        seconds: of work.
    """

    outcome: Outcome
    steps: tuple[Step, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Examined:
    """What a scanner process says of one document, which no policy judges.

    Args:
        report: of the scan.
        masked: the document with its identifiers masked; None where that was not asked for, or
            cannot be proven.
    """

    report: finding.ScanReport
    masked: bytes | None = field(default=None, repr=False)


_CLASSES: Final = (
    Answer,
    Examined,
    Outcome,
    SpanName,
    Step,
    body_digests.FieldChanges,
    body_digests.Replaced,
    decision.Action,
    decision.Decision,
    decision.Reason,
    digests.Digests,
    facts.Direction,
    facts.Facts,
    facts.Operation,
    facts.Protocol,
    facts.Vantage,
    finding.Coverage,
    finding.Finding,
    finding.Gap,
    finding.Likelihood,
    finding.Location,
    finding.ScanReport,
    finding.Subject,
    finding.Verdict,
    headers.Headers,
    identifiers.Identifier,
    identifiers.InfoTypeKind,
    masks.MaskForm,
)
# the constructors of named tuples take twice the time
_NEW_LOCATION: Final = partial(tuple.__new__, finding.Location)
_NEW_FINDING: Final = partial(tuple.__new__, finding.Finding)
_Columns = tuple[tuple[Any, ...], ...]
_OTHERS: Final = tuple(
    each.name for each in fields(finding.ScanReport) if each.name not in ("findings", "providers")
)


def _columns(findings: tuple[finding.Finding, ...]) -> _Columns:
    """The attributes of findings, one tuple each: first those of their locations."""
    if not findings:
        return ()
    kinds, identifiers, likelihoods, detectors, places, *rest = zip(*findings, strict=True)
    return (*zip(*places, strict=True), kinds, identifiers, likelihoods, detectors, *rest)


def _findings(columns: _Columns) -> tuple[finding.Finding, ...]:
    if not columns:
        return ()
    names, starts, ends, kinds, identifiers, likelihoods, detectors, *rest = columns
    places = map(_NEW_LOCATION, zip(names, starts, ends, strict=True))
    found = zip(kinds, identifiers, likelihoods, detectors, places, *rest, strict=True)
    with garbage.paused():  # the event loop waits; a walk through the new ones takes twice as long
        return tuple(map(_NEW_FINDING, found))


def _report(findings: _Columns, providers: _Columns, others: tuple[Any, ...]) -> finding.ScanReport:
    named = dict(zip(_OTHERS, others, strict=True))
    return finding.ScanReport(findings=_findings(findings), providers=_findings(providers), **named)


_PLAIN: Final = {(each.__module__, each.__qualname__): each for each in (*_CLASSES, _report)}


class FrameError(Exception):
    """A frame is no answer. The text names what is wrong and nothing of the frame."""


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as in the base class
        """Return a class of plain data. Raises FrameError for anything else."""
        known = _PLAIN.get((module, name))
        if known is None:
            raise FrameError("a frame names what is no plain data")
        return known


class _Packer(pickle.Pickler):
    def reducer_override(self, obj: object) -> Any:  # noqa: ANN401 - as in the base class
        """Reports go in columns, enumerations by value, all else as pickle has it."""
        if isinstance(obj, Enum):  # Python 3.11.2 would name `getattr`, which no reader may call
            return type(obj), (obj.value,)
        if type(obj) is not finding.ScanReport:
            return NotImplemented
        others = tuple([getattr(obj, name) for name in _OTHERS])
        return _report, (_columns(obj.findings), _columns(obj.providers), others)


def pack(value: object) -> bytes:
    """Return the content of a frame."""
    content = io.BytesIO()
    _Packer(content, pickle.HIGHEST_PROTOCOL).dump(value)
    return content.getvalue()


def size_of(header: bytes) -> int:
    """Return the length of a frame's content. Raises FrameError if it is too large."""
    (size,) = HEADER.unpack(header)
    if size > LARGEST:
        raise FrameError("a frame is larger than an answer can be")
    return int(size)


def answer(content: bytes | bytearray) -> Answer | Examined:
    """Return the answer that a scanner process sent. Raises FrameError if it is none."""
    try:
        value = _Plain(io.BytesIO(content)).load()
    except FrameError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged pickle raises nearly anything
        raise FrameError(f"a frame cannot be read: {type(error).__name__}") from None
    if not isinstance(value, Answer | Examined):
        raise FrameError("a frame is no answer")
    return value
