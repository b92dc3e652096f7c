"""DICOM data sets as JSON (PS3.18 annex F).

{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Ruiz^Ana"}]}}
"""

import re
from typing import Final

from phiscan.evidence import Evidence
from phiscan.finding import Location
from phiscan.formats.dicom.attributes import DataSet, shown
from phiscan.syntax.json_places import decode
from phiscan.syntax.json_walk import Leaf

WANTED: Final = frozenset(("Value", "Alphabetic", "Ideographic", "Phonetic"))
"""Keys that hold values."""
_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")  # matches "00100010"; not "0010,0010"


def take(data: bytes, evidence: Evidence, leaves: list[Leaf]) -> list[Leaf]:
    """Add what the DICOM attributes among `leaves` say, and return the other leaves."""
    rest: list[Leaf] = []
    attributes = DataSet(evidence)
    for leaf in leaves:
        path = [int(key, 16) for key in leaf.path if _TAG.fullmatch(key)]
        if not path or leaf.key not in WANTED:
            rest.append(leaf)
            continue
        tag, value = path[-1], decode(data[leaf.start : leaf.end])
        attributes.add(tag, value, Location(".".join(map(shown, path)), leaf.start, leaf.end))
    attributes.finish()
    return rest
