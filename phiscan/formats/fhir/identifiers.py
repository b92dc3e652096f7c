"""The infoType of a value of FHIR's type Identifier, in an element or in a search parameter.

https://hl7.org/fhir/datatypes.html#Identifier
"""

from typing import Final

from phiscan import checks
from phiscan.finding import Subject
from phiscan.formats.fhir import tables
from phiscan.identifiers import Trait, having

_PROVIDERS: Final = having(Trait.PROVIDERS_NUMBER)


def info_type(code: str, system: str, value: str, role: Subject | None) -> str:
    """The infoType by Identifier.type, else by Identifier.system, else by whose it is; or "".

    Args:
        code: the code of its type (HL7 table 0203), or empty.
        system: its system, or empty.
        value: its value.
        role: whom the resource is about that has it.
    """
    system = system.lower()
    known = named(system) if code not in tables.V2_0203 else tables.V2_0203[code]
    if known == "US_MEDICARE_BENEFICIARY_ID_NUMBER" and not checks.mbi(value):
        known = "HEALTH_PLAN_BENEFICIARY_NUMBER"
    if role is Subject.PROVIDER:
        return known if known in _PROVIDERS else ""
    return known or ("MEDICAL_RECORD_NUMBER" if role is Subject.PATIENT else "UNIQUE_CODE")


def named(system: str) -> str:
    """The infoType that a system in lower case names, or ""."""
    return next((known for part, known in tables.SYSTEMS if part in system), "")
