"""JSON that is a health format: known by what its objects hold, wherever they stand in a document."""

from collections.abc import Sequence
from typing import Final

from phiscan.formats.hl7v2 import json as hl7v2_json
from phiscan.media_kind import Masking, MediaKind
from phiscan.readers import json as json_reader
from phiscan.syntax import json_numbers

_MASKING: Final = Masking(numbers=json_numbers.find, is_bare_number=json_numbers.is_number_within)
JSON: Final = MediaKind(
    "json", json_reader.read, check=json_reader.check, may_hold_prose=True, masking=_MASKING
)
_FHIR: Final = MediaKind("fhir+json", json_reader.read, names_providers=True, masking=_MASKING)
_DICOM: Final = MediaKind("dicom+json", json_reader.read, masking=_MASKING)
_HL7V2: Final = MediaKind("hl7v2+json", json_reader.read, names_providers=True, masking=_MASKING)
KINDS: Final = (JSON, _FHIR, _DICOM, _HL7V2)
SIGNS: Final = (
    # FHIR: every resource names its type, https://hl7.org/fhir/json.html
    (r'"resourceType"\s*:', _FHIR),
    # DICOM JSON: an attribute's tag, then its value representation, PS3.18 annex F.2
    (r'"[0-9A-Fa-f]{8}"\s*:\s*\{\s*"(?:vr|Value)"\s*:', _DICOM),
    (hl7v2_json.SIGN, _HL7V2),
)
"""Hyperscan expressions and the dialect that each is a sign of, the stronger first."""


def dialect(kind: MediaKind, signs: Sequence[int]) -> MediaKind:
    """What a document of `kind` is in which these `SIGNS` occur: JSON may be one of its dialects,
    any other kind is itself."""
    return SIGNS[signs[0]][1] if signs and kind is JSON else kind
