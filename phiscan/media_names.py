"""The names of all media kinds that can be read.

Policies list them. The kinds themselves stand beside their readers, which take long to import. A
test holds that both are the same.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MEDIA_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "apple-health": "exports of Apple Health",
        "atna": "audit messages of ATNA",
        "bson": "BSON",
        "cbor": "CBOR",
        "cda": "C-CDA and other CDA, HL7 v3",
        "csv": "tables with separators",
        "dicom": "DICOM",
        "dicom+json": "DICOM as JSON",
        "dicom+xml": "DICOM as XML",
        "docx": "Word documents",
        "ebrim": "registry metadata of IHE",
        "fhir+json": "FHIR as JSON or NDJSON",
        "fhir+ld": "FHIR as JSON-LD",
        "fhir+turtle": "FHIR as Turtle",
        "fhir+xml": "FHIR as XML",
        "form": "HTML forms, percent-encoded",
        "gif": "GIF pictures",
        "grpc": "messages of gRPC",
        "grpc-web-text": "messages of gRPC-Web in base64",
        "heif": "HEIF pictures",
        "hl7v2": "HL7 v2",
        "hl7v2+json": "HL7 v2 as JSON",
        "hl7v2+xml": "HL7 v2 as XML",
        "html": "HTML",
        "icon": "icons",
        "journal": "the export format of systemd's journal",
        "jpeg": "JPEG pictures",
        "json": "other JSON, NDJSON",
        "log": "logs, and other lines of which some are JSON",
        "mbox": "mailboxes",
        "msgpack": "MessagePack",
        "multipart": "multipart bodies, forms with files, e-mail",
        "ncpdp": "NCPDP Telecom",
        "odg": "OpenDocument drawings",
        "odp": "OpenDocument presentations",
        "ods": "OpenDocument spreadsheets",
        "odt": "OpenDocument texts",
        "openehr+json": "openEHR as JSON",
        "openehr+xml": "openEHR as XML",
        "pdf": "PDF documents",
        "png": "PNG pictures",
        "pptx": "PowerPoint presentations",
        "protobuf": "protobuf messages",
        "records+json": "records of data models (OMOP, wearables, ...) as JSON",
        "rtf": "Rich Text Format",
        "saml": "SAML assertions",
        "script": "NCPDP SCRIPT",
        "smart+json": "SMART on FHIR: token responses, launch contexts",
        "sql": "SQL statements",
        "tar": "tar archives",
        "text": "any other text",
        "tiff": "TIFF pictures",
        "webp": "WebP pictures",
        "x12": "X12",
        "xlsx": "Excel workbooks",
        "xml": "other XML",
        "zip": "ZIP archives",
    }
)
"""Each name of `ScanReport.media` that a policy may list, and what it stands for.

What cannot be read has no place here: encrypted and binary files, and what was not read at all. An
empty body needs none.
"""
