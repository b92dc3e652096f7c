"""What a worker and its scanner processes say to each other: frames of pickled values.

A scanner process reads hostile documents with parsers written in C. So the worker does not trust
what comes back: it makes no objects but those of an answer's plain data (`_PLAIN`), and takes no
frame that is larger than an answer can be.
"""

import io
import pickle
import struct
from dataclasses import dataclass, field
from typing import Any, Final

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
        outcome: as `Exchange` gave it.
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
_PLAIN: Final = {(each.__module__, each.__qualname__): each for each in _CLASSES}


class FrameError(Exception):
    """A frame is no answer. The text names what is wrong and nothing of the frame."""


class _Plain(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as in the base class
        """Return a class of plain data. Raises FrameError for anything else."""
        known = _PLAIN.get((module, name))
        if known is None:
            raise FrameError("a frame names what is no plain data")
        return known


def pack(value: object) -> bytes:
    """Return the content of a frame."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


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
