"""Which fields of which segments of HL7 v2 identify someone, and which segments are health information (v2.1 to v2.8.2).

Sources: chapters 3 (ADT), 4 and 4A (orders), 6 (finance), 7 (observations, studies, product experience), 9 (documents), 10
(scheduling), 11 (referral), 12 (patient care), 5 (queries). Fields that later versions withdrew are read all the same: senders
keep using them. Who gives or books care is a provider; relatives, guarantors and employers are the patient's (164.514(b)(2)(i)).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from phiscan.media.hl7v2_types import (
    Reader,
    address,
    date,
    identifier,
    names,
    observation,
    of_provider,
    patient,
    provider,
    query,
    service_date,
    simple,
    telecom,
    timing,
)

_MEDICAL: Final = identifier("MEDICAL_RECORD_NUMBER")
_ACCOUNT: Final = identifier("ACCOUNT_NUMBER")
_MEMBER: Final = identifier("HEALTH_PLAN_BENEFICIARY_NUMBER")
_CODE: Final = identifier("UNIQUE_CODE")
_SSN: Final = simple("US_SOCIAL_SECURITY_NUMBER")
_BIRTH: Final = date("DATE_OF_BIRTH")
_DEATH: Final = date("DATE_OF_DEATH")
_OFFICE: Final = of_provider(address)
_OFFICE_PHONE: Final = of_provider(telecom)
_STAFF: Final = of_provider(names)


def _fields(reader: Reader, *numbers: int) -> dict[int, Reader]:
    return dict.fromkeys(numbers, reader)


def _dates(*numbers: int) -> dict[int, Reader]:
    return _fields(service_date, *numbers)


Fields = Mapping[int, Reader]

SEGMENTS: Final[Mapping[str, tuple[str, Fields]]] = MappingProxyType({
    # the patient, relatives, who pays
    "PID": ("PATIENT_RECORD", {
        **_fields(_MEDICAL, 2, 3, 4, 21), **_fields(names, 5, 6, 9), 7: _BIRTH, 11: address, **_fields(simple("CITY"), 12, 23),
        **_fields(telecom, 13, 14, 40), 18: _ACCOUNT, 19: _SSN, 20: simple("US_DRIVERS_LICENSE_NUMBER"), 29: _DEATH,
    }),
    "PD1": ("", {4: provider, 10: _MEDICAL}),
    "MRG": ("PATIENT_RECORD", {**_fields(_MEDICAL, 1, 2, 4), **_fields(_ACCOUNT, 3, 5, 6), 7: names}),
    "NK1": ("", {
        **_fields(names, 2, 26, 30), **_fields(address, 4, 32), **_fields(telecom, 5, 6, 31, 40, 41), 12: _CODE, 16: _BIRTH, 33: _CODE, 37: _SSN,
    }),
    "GT1": ("HEALTH_CLAIM", {
        2: _ACCOUNT, **_fields(names, 3, 4, 42, 45), **_fields(address, 5, 17), **_fields(telecom, 6, 7, 18, 46), 8: _BIRTH, 12: _SSN, 19: _CODE,
        24: _DEATH,
    }),
    "IN1": ("HEALTH_CLAIM", {
        5: _OFFICE, 6: _STAFF, 7: _OFFICE_PHONE, **_dates(12, 13), 16: names, 18: _BIRTH, **_fields(address, 19, 44), 36: _MEMBER, 49: _MEMBER,
    }),
    "IN2": ("HEALTH_CLAIM", {
        1: _CODE, 2: _SSN, **_fields(_MEMBER, 6, 8, 26, 61), **_fields(names, 7, 9, 40, 52), 10: _CODE, **_fields(telecom, 53, 63, 64),
    }),
    "IN3": ("HEALTH_CLAIM", {2: _CODE, **_dates(6, 9, 10)}),
    "DB1": ("HEALTH_CLAIM", {3: _CODE, **_dates(5, 6, 7, 8)}),
    "CON": ("", {24: names, **_dates(12, 13, 14, 15)}),
    "BLG": ("", {3: _ACCOUNT}),
    "FT1": ("HEALTH_CLAIM", {**_dates(4, 5), **_fields(provider, 20, 21), **_fields(_CODE, 38, 39), 42: simple("UNIQUE_CODE")}),
    "AUT": ("HEALTH_CLAIM", {**_dates(4, 5, 10, 15)}),
    "RF1": ("PROCEDURE", {6: simple("UNIQUE_CODE"), **_dates(7, 8, 9)}),
    "ACC": ("", {1: service_date, 11: address}),
    "UB1": ("HEALTH_CLAIM", {**_dates(18, 19)}),
    # visits
    "PV1": ("PATIENT_RECORD", {**_fields(provider, 7, 8, 9, 17, 52), **_fields(_ACCOUNT, 5, 19, 50, 54), **_dates(44, 45)}),
    "PV2": ("", {**_dates(8, 9, 14, 26, 29, 33, 47, 48)}),
    "EVN": ("", {**_dates(3, 6)}),
    "PRD": ("", {2: _STAFF, **_fields(_OFFICE, 3, 11), **_fields(_OFFICE_PHONE, 5, 13)}),
    "CTD": ("", {2: _STAFF, 3: _OFFICE, 5: _OFFICE_PHONE}),
    "ROL": ("", {4: provider, 11: _OFFICE, 12: _OFFICE_PHONE}),
    "PRT": ("", {5: provider, 14: _OFFICE, 15: _OFFICE_PHONE}),
    "PDA": ("", {4: service_date, 7: service_date}),
    "ABS": ("", {1: provider, **_dates(4, 7)}),
    "SCH": ("", {
        11: timing, **_fields(provider, 12, 16, 20), **_fields(_OFFICE_PHONE, 13, 17, 21), **_fields(_OFFICE, 14, 18),
    }),
    "ARQ": ("", {11: service_date, **_fields(provider, 15, 19), **_fields(_OFFICE_PHONE, 16, 20), 17: _OFFICE}),
    "AIS": ("", {4: service_date}),
    "AIG": ("", {8: service_date}),
    "AIL": ("", {6: service_date}),
    "AIP": ("", {3: provider, 6: service_date}),
    # what was found, ordered, given
    "DG1": ("DIAGNOSIS", {5: service_date, 16: provider}),
    "DRG": ("DIAGNOSIS", {2: service_date}),
    "PRB": ("DIAGNOSIS", {**_dates(2, 7, 8, 9, 16)}),
    "GOL": ("CLINICAL_NOTE", {**_dates(2, 7, 8, 12, 13, 14), 21: names}),
    "PTH": ("CLINICAL_NOTE", {**_dates(4, 6)}),
    "VAR": ("CLINICAL_NOTE", {**_dates(2, 3), 4: provider}),
    "PR1": ("PROCEDURE", {5: service_date, **_fields(provider, 8, 11, 12)}),
    "AL1": ("CLINICAL_NOTE", {6: service_date}),
    "IAM": ("CLINICAL_NOTE", {**_dates(11, 13)}),
    "OBR": ("LAB_RESULT", {**_dates(6, 7, 8, 14, 22, 36), 27: timing, **_fields(provider, 10, 16, 28), 17: _OFFICE_PHONE}),
    "OBX": ("LAB_RESULT", {5: observation, **_dates(14, 19), **_fields(provider, 16, 25), 24: _OFFICE}),
    "SPM": ("LAB_RESULT", {**_dates(17, 18)}),
    "ORC": ("PROCEDURE", {
        7: timing, **_fields(provider, 10, 11, 12, 19), 15: service_date, **_fields(_OFFICE_PHONE, 14, 23), **_fields(_OFFICE, 22, 24),
    }),
    "TQ1": ("", {**_dates(7, 8)}),
    "TXA": ("CLINICAL_NOTE", {**_dates(4, 6, 7, 8), **_fields(provider, 5, 9, 10, 11, 22)}),
    "RXA": ("MEDICATION", {**_dates(3, 4), 10: provider}),
    "RXD": ("MEDICATION", {3: service_date, 7: simple("UNIQUE_CODE"), 10: provider}),
    "RXE": ("MEDICATION", {1: timing, **_fields(provider, 13, 14), 15: simple("UNIQUE_CODE"), **_dates(18, 32), 43: address}),
    "RXG": ("MEDICATION", {3: timing, 30: address}),
    "RXO": ("MEDICATION", {**_fields(provider, 14, 15), 35: address}),
    "RXR": ("MEDICATION", {}),
    "BPX": ("PROCEDURE", {4: service_date}),
    "BTX": ("PROCEDURE", {**_dates(13, 16, 17)}),
    "DON": ("PROCEDURE", {**_dates(3, 4), 16: names}),
    # studies, product experience
    "CSR": ("LAB_RESULT", {**_fields(_CODE, 4, 5), **_dates(6, 9, 11, 15), **_fields(provider, 7, 8)}),
    "CSP": ("LAB_RESULT", {**_dates(2, 3)}),
    "PEO": ("CLINICAL_NOTE", {**_dates(3, 4, 5, 6)}),
    "PCR": ("CLINICAL_NOTE", {**_dates(7, 8), 12: simple("DEVICE_IDENTIFIER")}),
    # queries name the one whom they ask about
    "QRD": ("", {8: patient}),
    "URD": ("", {3: patient}),
    "QPD": ("", {3: query(_MEDICAL), 4: query(names), 5: query(names), 6: _BIRTH, 8: query(address), 9: query(telecom)}),
})  # fmt: skip
"""Segment -> the health information that it is (about the patient of the message), and its fields."""
