"""DICOM data sets as JSON (PS3.18 annex F): `{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Ruiz^Ana"}]}}`."""

import re
from typing import Final

from phiscan.evidence import Evidence, Spot
from phiscan.finding import Subject
from phiscan.labels import is_masked
from phiscan.media import dicom_tables as tables
from phiscan.media.dicom import identify
from phiscan.media.json_tokens import Leaf, decode

WANTED: Final = frozenset(("Value", "Alphabetic", "Ideographic", "Phonetic"))
"""Keys under which values stand."""
_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")


def take(data: bytes, evidence: Evidence, leaves: list[Leaf]) -> list[Leaf]:
    """Add what DICOM attributes among `leaves` say; the leaves that are none."""
    rest: list[Leaf] = []
    patient: Spot | None = None
    for leaf in leaves:
        path = [int(key, 16) for key in leaf.path if _TAG.fullmatch(key)]
        if not path or leaf.key not in WANTED:
            rest.append(leaf)
            continue
        tag, value = path[-1], decode(data[leaf.start : leaf.end])
        spot = Spot(".".join(_shown(t) for t in path), leaf.start, leaf.end)
        identify(evidence, tag, value, spot)
        if tag in tables.HEALTH and value and not is_masked(value):
            evidence.add("dicom_attribute", tables.HEALTH[tag][0], spot, Subject.PATIENT)
        if tag in (tables.PATIENT_NAME, tables.PATIENT_ID) and value:
            patient = patient or spot
    if patient is not None:
        evidence.add("dicom_attribute", "PATIENT_RECORD", patient, Subject.PATIENT)
    return rest


def _shown(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
