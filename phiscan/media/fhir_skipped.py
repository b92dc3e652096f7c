"""Members of FHIR objects that identify nobody, as one expression: coded values and quantities are half of a FHIR document.

The JSON walker passes over them within one match, so a bundle costs what its people cost and not what its codes do. Nothing
that `fhir_tables.WANTED` asks for stands in them: the elements whose parts are wanted are left out. The detectors, which
read the text itself, see them all the same.
"""

from typing import Final

from phiscan.media.fhir_tables import WANTED
from phiscan.media.json_tokens import SCALAR

PARTS: Final = tuple(
    "system code display version userSelected value unit currency comparator text url method use status profile lastUpdated"
    " versionId source".split()
)
"""Elements of Coding, CodeableConcept, Quantity, Money, Meta and Bundle.entry.request: https://hl7.org/fhir/datatypes.html."""
ANYWHERE: Final = tuple("status fullUrl sequence method use intent".split())
"""Elements that are wanted nowhere."""
_HOLDERS: Final = sorted(
    {name for ends in WANTED.values() if ends is not True and ends for end in ends for name in end}
)
"""Elements of whose parts some are wanted: `identifier.value`, `subject.display`."""

_SCALARS: Final = rf"(?:{SCALAR}|\[(?:\s*+{SCALAR}\s*+,?)*+\s*+\])"
_PART: Final = rf'"(?:{"|".join(PARTS)})"\s*+:\s*+{_SCALARS}'
_CODING: Final = rf'"(?:coding|tag|security)"\s*+:\s*+\[(?:\s*+\{{(?:[\s,]*+{_PART})*+\s*+\}}\s*+,?)*+\s*+\]'
_CODED: Final = rf"\{{(?:[\s,]*+(?:{_PART}|{_CODING}))*+\s*+\}}"
MEMBER: Final = (
    rf'"(?:(?:{"|".join(ANYWHERE)})"\s*+:\s*+{SCALAR}'
    rf'|(?!(?:{"|".join(_HOLDERS)})")[A-Za-z]\w*+"\s*+:\s*+(?:{_CODED}|\[(?:\s*+{_CODED}\s*+,?)++\s*+\]))'
)
"""A member that says nothing of a person: `"code": {"coding": [...], "text": "..."}`, `"valueQuantity": {...}`, `"status": "final"`."""
