"""HL7 table 0203, identifier type: the kind of a person's number.

CX.5 of HL7 v2 and `Identifier.type` of FHIR hold its codes. Codes that tell less than the place of
the number are left out, such as a facility's number, or a provider's number at an employer.
"""

from types import MappingProxyType
from typing import Final

TABLE_0203: Final = MappingProxyType(
    {
        "SS": "US_SOCIAL_SECURITY_NUMBER", "SB": "US_SOCIAL_SECURITY_NUMBER",
        "DL": "US_DRIVERS_LICENSE_NUMBER", "PPN": "US_PASSPORT",
        "MC": "US_MEDICARE_BENEFICIARY_ID_NUMBER",
        "TAX": "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER",
        **dict.fromkeys(
            "MA MB MCD MCR SN HC SNBSN SNO NH RR RRI JHN".split(),
            "HEALTH_PLAN_BENEFICIARY_NUMBER",
        ),
        **dict.fromkeys("AN VN BA AC ANON ANC AND ANT ACSN GI GN".split(), "ACCOUNT_NUMBER"),
        **dict.fromkeys("AM BC DI DS MS VS".split(), "CREDIT_CARD_NUMBER"),
        **dict.fromkeys("MR MRT PI PT".split(), "MEDICAL_RECORD_NUMBER"),
        **dict.fromkeys(
            "EI EN MI NI NN LR BR BCT PE RI WC WCN U PRC CZ PHC PC SR VP PEN IND".split(),
            "UNIQUE_CODE",
        ),
    }
)  # fmt: skip
