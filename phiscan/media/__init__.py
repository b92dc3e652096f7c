"""Readers: one module a format. Each adds what the structure of its documents says to the evidence."""

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Gap
from phiscan.media import form, hl7v2, json_reader, text_reader

Reader = Callable[[bytes, Evidence], Gap]


def _unsupported(_: bytes, __: Evidence) -> Gap:
    return Gap.UNSUPPORTED_MEDIA


READERS: Final = MappingProxyType(
    {
        "fhir+json": json_reader.read,
        "json": json_reader.read,
        "hl7v2": hl7v2.read,
        "form": form.read,
        "text": text_reader.read,
        "binary": _unsupported,
    }
)
"""What reads each kind of media that `sniff` names."""
PATTERNLESS: Final = frozenset(("binary",))
"""Media whose bytes are no text: the detectors do not run over them, only over what the reader takes out."""

_JSON_START: Final = re.compile(rb"[\s\xef\xbb\xbf]*(?:\{\s*[\"}]|\[\s*[\[{\"\]\d-])")
_FHIR: Final = re.compile(rb'"resourceType"\s*:')
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1e\x1f]")
_ENOUGH: Final = 4096


def sniff(data: bytes, content_type: str) -> str:
    """What to read `data` as: by its own bytes first, because labels are often wrong, then by its Content-Type."""
    declared = content_type.partition(";")[0].strip().lower()
    head = data[:_ENOUGH]
    if hl7v2.sniff(head):
        return "hl7v2"
    if _JSON_START.match(head) or declared.endswith(("json", "ndjson")):
        if not declared.endswith("json") and b'"' not in head and not json_reader.valid(data):
            return "text"
        return "fhir+json" if _FHIR.search(data) else "json"
    if _BINARY.search(data):
        return "binary"
    if declared == "application/x-www-form-urlencoded":
        return "form"
    return "text"
