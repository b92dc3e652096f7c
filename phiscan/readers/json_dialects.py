"""JSON that is a health format: known by what its objects hold, wherever they stand in a document."""

from collections.abc import Sequence
from typing import Final

from phiscan.formats.hl7v2 import json as hl7v2_json

SIGNS: Final = (
    # FHIR: every resource names its type, https://hl7.org/fhir/json.html
    (r'"resourceType"\s*:', "fhir+json"),
    # DICOM JSON: an attribute's tag, then its value representation, PS3.18 annex F.2
    (r'"[0-9A-Fa-f]{8}"\s*:\s*\{\s*"(?:vr|Value)"\s*:', "dicom+json"),
    (hl7v2_json.SIGN, "hl7v2+json"),
)
"""Hyperscan expressions and the media that each is a sign of, the stronger first."""


def dialect(signs: Sequence[int]) -> str:
    """The media of a JSON document in which these `SIGNS` occur."""
    return SIGNS[signs[0]][1] if signs else "json"
