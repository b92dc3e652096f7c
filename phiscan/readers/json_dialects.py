"""Health formats in JSON. They are recognised by what an object holds, anywhere in the document."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from phiscan.formats import wearables
from phiscan.formats.fhir import absent, json_ld
from phiscan.formats.hl7v2 import json as hl7v2_json
from phiscan.formats.openehr import json as openehr_json
from phiscan.formats.smart import json as smart_json
from phiscan.media_kind import Masking, MediaKind
from phiscan.readers import json as json_reader
from phiscan.readers import json_fields
from phiscan.readers.tables import model_records
from phiscan.syntax import json_numbers

_MASKING: Final = Masking(numbers=json_numbers.find, is_bare_number=json_numbers.is_number_within)
JSON: Final = MediaKind(
    "json",
    json_reader.read,
    check=json_reader.check,
    may_hold_prose=True,
    fields=json_fields.fields,
    masking=_MASKING,
)
_MODELS: Final = MediaKind(
    "records+json",
    json_reader.read_models,
    may_hold_prose=True,
    fields=json_fields.fields,
    masking=_MASKING,
)
"""JSON with a key of a data model: one that names patients, or one of wearables."""
_FHIR: Final = MediaKind(
    "fhir+json",
    json_reader.read,
    names_providers=True,
    reads_references=True,
    fields=json_fields.fields,
    masking=replace(_MASKING, absent=absent.in_json, partial_dates=True),
)
_DICOM: Final = MediaKind(
    "dicom+json", json_reader.read, fields=json_fields.fields, masking=_MASKING
)
_HL7V2: Final = MediaKind(
    "hl7v2+json",
    json_reader.read,
    names_providers=True,
    fields=json_fields.fields,
    masking=replace(_MASKING, partial_dates=True),
)
_OPENEHR: Final = MediaKind(
    "openehr+json",
    json_reader.read_openehr,
    may_hold_prose=True,
    names_providers=True,
    fields=json_fields.fields,
    masking=replace(_MASKING, partial_dates=True),
)
_SMART: Final = MediaKind(
    "smart+json",
    json_reader.read_smart,
    names_providers=True,
    fields=json_fields.fields,
    masking=_FHIR.masking,
)
_FHIR_LD: Final = MediaKind(
    "fhir+ld",
    json_reader.read_json_ld,
    names_providers=True,
    fields=json_fields.fields,
    masking=_MASKING,
)
KINDS: Final = (JSON, _MODELS, _OPENEHR, _SMART, _FHIR, _FHIR_LD, _DICOM, _HL7V2)
SIGNS: Final = (
    # openEHR, SMART and CDS Hooks before FHIR: their readers read FHIR resources too
    *((sign, _OPENEHR) for sign in openehr_json.SIGNS),
    *((sign, _SMART) for sign in smart_json.SIGNS),
    # FHIR: every resource names its type (https://hl7.org/fhir/json.html)
    # matches "resourceType": ; not "resourceTypes":
    (r'"resourceType"\s*:', _FHIR),
    *((sign, _FHIR_LD) for sign in json_ld.SIGNS),
    # DICOM JSON: the tag of an attribute, then its value representation (PS3.18 annex F.2)
    # matches "00100010": {"vr": ; not "00100010": {"name":
    (r'"[0-9A-Fa-f]{8}"\s*:\s*\{\s*"(?:vr|Value)"\s*:', _DICOM),
    (hl7v2_json.SIGN, _HL7V2),
    (model_records.SIGN, _MODELS),
    *((sign, _MODELS) for sign in wearables.SIGNS),
)
"""Hyperscan expressions, and the dialect that each is a sign of. The stronger signs come first."""


def dialect(kind: MediaKind, signs: Sequence[int]) -> MediaKind:
    """Return the dialect of a JSON document, or `kind` for a document of another kind.

    Args:
        kind: the kind that the document was recognised as.
        signs: the indexes of the `SIGNS` that occur in the document, in order.
    """
    return SIGNS[signs[0]][1] if signs and kind is JSON else kind
