"""Which fields of HL7 v2 segments identify somebody, and which segments are health information.

Versions 2.1 to 2.8.2. Sources: chapters 3 (ADT), 4 and 4A (orders), 5 (queries), 6 (finance),
7 (observations, studies, product experience), 8 and 15 (master files), 9 (documents),
10 (scheduling), 11 (referral), 12 (patient care).

Fields that later versions withdrew are read too, because senders keep using them. Dates that are
not about the patient are left out (the expiry of a batch, the time of a message). Whoever gives or
books care is a provider. Relatives, guarantors and employers count as the patient's
(164.514(b)(2)(i)).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from phiscan.formats.hl7v2.types import (
    FieldReader,
    address,
    date,
    identifier,
    location,
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


def _fields(reader: FieldReader, *numbers: int) -> dict[int, FieldReader]:
    return dict.fromkeys(numbers, reader)


def _dates(*numbers: int) -> dict[int, FieldReader]:
    return _fields(service_date, *numbers)


Fields = Mapping[int, FieldReader]

SEGMENTS: Final[Mapping[str, tuple[str, Fields]]] = MappingProxyType({
    # the patient, relatives, who pays
    "PID": ("PATIENT_RECORD", {
        **_fields(_MEDICAL, 2, 3, 4, 21), **_fields(names, 5, 6, 9), 7: _BIRTH, 11: address,
        **_fields(simple("CITY"), 12, 23),
        **_fields(telecom, 13, 14, 40), 18: _ACCOUNT, 19: _SSN,
        20: simple("US_DRIVERS_LICENSE_NUMBER"), 29: _DEATH,
    }),
    "PD1": ("", {4: provider, 10: _MEDICAL, **_dates(13, 17, 18, 22)}),
    "MRG": ("PATIENT_RECORD", {
        **_fields(_MEDICAL, 1, 2, 4), **_fields(_ACCOUNT, 3, 5, 6), 7: names,
    }),
    "NK1": ("", {
        **_fields(names, 2, 26, 30), **_fields(address, 4, 32),
        **_fields(telecom, 5, 6, 31, 40, 41), **_dates(8, 9), 12: _CODE, 16: _BIRTH,
        33: _CODE, 37: _SSN,
    }),
    "GT1": ("HEALTH_CLAIM", {
        2: _ACCOUNT, **_fields(names, 3, 4, 42, 45), **_fields(address, 5, 17),
        **_fields(telecom, 6, 7, 18, 46), 8: _BIRTH, 12: _SSN,
        **_dates(13, 14, 31, 32), 19: _CODE, 24: _DEATH,
    }),
    "IN1": ("HEALTH_CLAIM", {
        5: _OFFICE, 6: _STAFF, 7: _OFFICE_PHONE, 10: _CODE, **_dates(12, 13, 24, 26, 29, 51),
        16: names, 18: _BIRTH,
        **_fields(address, 19, 44), 30: provider, 36: _MEMBER, 49: _MEMBER,
    }),
    "IN2": ("HEALTH_CLAIM", {
        1: _CODE, 2: _SSN, **_fields(_MEMBER, 6, 8, 26, 61), **_fields(names, 7, 9, 40, 49, 52),
        10: _CODE,
        **_dates(17, 44, 45, 55, 56), 22: _STAFF, **_fields(telecom, 50, 53, 63, 64),
        58: _OFFICE_PHONE,
    }),
    "IN3": ("HEALTH_CLAIM", {
        2: _CODE, **_fields(provider, 3, 8, 14, 25), **_dates(6, 7, 9, 10, 13, 22),
        **_fields(_OFFICE_PHONE, 16, 19),
    }),
    "PYE": ("", {5: _STAFF, 6: _OFFICE}),
    "DB1": ("HEALTH_CLAIM", {3: _CODE, **_dates(5, 6, 7, 8)}),
    "CON": ("", {24: names, **_dates(12, 13, 14, 15)}),
    "BLG": ("", {3: _ACCOUNT}),
    "FT1": ("HEALTH_CLAIM", {
        **_dates(4, 5), 16: location, **_fields(provider, 20, 21, 24), 30: _ACCOUNT,
        **_fields(_CODE, 38, 39), 42: simple("UNIQUE_CODE"),
    }),
    "AUT": ("HEALTH_CLAIM", {**_dates(4, 5, 10, 15, 26), 24: provider, 27: _OFFICE_PHONE}),
    "RF1": ("PROCEDURE", {
        6: simple("UNIQUE_CODE"), **_dates(7, 8, 9, 13, 22), 20: provider, 23: _OFFICE_PHONE,
    }),
    "ACC": ("", {1: service_date, 7: provider, 11: address}),
    "UB1": ("HEALTH_CLAIM", {**_dates(14, 15, 18, 19)}),
    # visits
    "PV1": ("PATIENT_RECORD", {
        **_fields(location, 3, 6, 11, 42, 43), **_fields(provider, 7, 8, 9, 17, 52),
        **_fields(_ACCOUNT, 5, 19, 50, 54),
        **_dates(25, 30, 35, 44, 45),
    }),
    "PV2": ("", {
        1: location, **_dates(8, 9, 14, 17, 26, 28, 29, 33, 46, 47, 48, 50), 13: provider,
    }),
    "EVN": ("", {**_dates(3, 6), 5: provider}),
    "PRD": ("", {2: _STAFF, **_fields(_OFFICE, 3, 11), **_fields(_OFFICE_PHONE, 5, 13)}),
    "CTD": ("", {2: _STAFF, 3: _OFFICE, 5: _OFFICE_PHONE}),
    "ROL": ("", {4: provider, **_dates(5, 6), 11: _OFFICE, 12: _OFFICE_PHONE}),
    "PRT": ("", {5: provider, **_dates(11, 12), 14: _OFFICE, 15: _OFFICE_PHONE}),
    "PDA": ("", {4: service_date, 5: provider, 7: service_date, 8: provider}),
    "ABS": ("", {1: provider, **_dates(4, 7), **_fields(provider, 5, 8)}),
    "SCH": ("", {
        11: timing, **_fields(provider, 12, 16, 20), **_fields(_OFFICE_PHONE, 13, 17, 21),
        **_fields(_OFFICE, 14, 18),
        **_fields(location, 15, 19, 22),
    }),
    "ARQ": ("", {
        11: service_date, **_fields(provider, 15, 19), **_fields(_OFFICE_PHONE, 16, 20),
        17: _OFFICE,
    }),
    "AIS": ("", {4: service_date}),
    "AIG": ("", {8: service_date}),
    "AIL": ("", {3: location, 6: service_date}),
    "AIP": ("", {3: provider, 6: service_date}),
    # what was found, ordered, given
    "DG1": ("DIAGNOSIS", {5: service_date, 16: provider, 19: service_date}),
    "DRG": ("DIAGNOSIS", {2: service_date, 12: _STAFF}),
    "PRB": ("DIAGNOSIS", {**_dates(2, 7, 8, 9, 15, 16)}),
    "GOL": ("CLINICAL_NOTE", {**_dates(2, 7, 8, 12, 13, 14, 19), 21: names}),
    "PTH": ("CLINICAL_NOTE", {**_dates(4, 6)}),
    "VAR": ("CLINICAL_NOTE", {**_dates(2, 3), 4: provider}),
    "REL": ("", {7: provider, 11: service_date}),
    "PR1": ("PROCEDURE", {5: service_date, **_fields(provider, 8, 11, 12)}),
    "AL1": ("CLINICAL_NOTE", {6: service_date}),
    "IAM": ("CLINICAL_NOTE", {
        **_dates(11, 13), 14: names, **_fields(provider, 18, 21, 23, 25), **_dates(20, 22, 24, 26),
    }),
    "OBR": ("LAB_RESULT", {
        **_dates(6, 7, 8, 14, 22, 36), 27: timing, **_fields(provider, 10, 16, 28),
        17: _OFFICE_PHONE,
    }),
    "OBX": ("LAB_RESULT", {
        5: observation, **_dates(14, 19), **_fields(provider, 16, 25), 24: _OFFICE,
    }),
    "NTE": ("", {5: provider, **_dates(6, 7)}),
    "SPM": ("LAB_RESULT", {**_dates(17, 18), **_fields(_ACCOUNT, 30, 31)}),
    "ORC": ("PROCEDURE", {
        7: timing, **_fields(provider, 10, 11, 12, 19), 13: location, **_dates(9, 15, 27, 32),
        **_fields(_OFFICE_PHONE, 14, 23),
        **_fields(_OFFICE, 22, 24),
    }),
    "TQ1": ("", {**_dates(7, 8)}),
    "TXA": ("CLINICAL_NOTE", {**_dates(4, 6, 7, 8), **_fields(provider, 5, 9, 10, 11, 22, 23)}),
    "RXA": ("MEDICATION", {
        **_dates(3, 4, 22), 10: provider, 11: location, 27: location, 28: _OFFICE,
    }),
    "RXD": ("MEDICATION", {
        3: service_date, 7: simple("UNIQUE_CODE"), 10: provider, 13: location, 31: _OFFICE,
        34: _OFFICE_PHONE,
    }),
    "RXE": ("MEDICATION", {
        1: timing, 8: location, **_fields(provider, 13, 14), 15: simple("UNIQUE_CODE"),
        **_dates(18, 32), 41: _OFFICE, 43: address,
        45: _OFFICE_PHONE,
    }),
    "RXG": ("MEDICATION", {3: timing, 11: location, 28: _OFFICE, 30: address}),
    "RXO": ("MEDICATION", {
        8: location, **_fields(provider, 14, 15), 33: _OFFICE, 35: address, 36: _OFFICE_PHONE,
    }),
    "RXR": ("MEDICATION", {}),
    "BPX": ("PROCEDURE", {4: service_date, **_fields(provider, 20, 21)}),
    "BTX": ("PROCEDURE", {**_dates(13, 16, 17), **_fields(provider, 14, 15)}),
    "DON": ("PROCEDURE", {
        **_dates(3, 4, 11, 19), 16: names, 17: _BIRTH, **_fields(_STAFF, 20, 23, 24, 28),
    }),
    "SCD": ("PROCEDURE", {33: _MEDICAL, 25: provider, 34: provider}),
    # studies, product experience
    "CSR": ("LAB_RESULT", {
        **_fields(_CODE, 4, 5), **_dates(6, 9, 11, 15), **_fields(provider, 7, 8),
    }),
    "CSP": ("LAB_RESULT", {**_dates(2, 3)}),
    "CSS": ("LAB_RESULT", {2: service_date}),
    "PEO": ("CLINICAL_NOTE", {
        **_dates(3, 4, 5, 6, 24), 7: address, 19: _STAFF, 20: _OFFICE, 21: _OFFICE_PHONE,
    }),
    "PES": ("", {2: provider, 3: _OFFICE, 4: _OFFICE_PHONE}),
    "PCR": ("CLINICAL_NOTE", {**_dates(7, 8), 12: simple("DEVICE_IDENTIFIER")}),
    # who gives care, and where: nobody's own, but their streets and numbers look like a patient's
    "STF": ("", {3: _STAFF, 10: _OFFICE_PHONE, 11: _OFFICE}),
    "FAC": ("", {
        **_fields(_OFFICE, 3, 7, 11), **_fields(_OFFICE_PHONE, 4, 8, 12), **_fields(provider, 5, 9),
    }),
    "LOC": ("", {5: _OFFICE, 6: _OFFICE_PHONE}),
    "LDP": ("", {11: _OFFICE_PHONE}),
    "CM0": ("", {**_fields(provider, 5, 9), 10: _OFFICE_PHONE, 11: _OFFICE}),
    "PM1": ("", {4: _OFFICE, 5: _STAFF, 6: _OFFICE_PHONE}),
    "ERR": ("", {12: _OFFICE_PHONE}),
    # queries name the person whom they ask about
    "QRD": ("", {8: patient}),
    "URD": ("", {3: patient}),
    "QPD": ("", {
        3: query(_MEDICAL), 4: query(names), 5: query(names), 6: _BIRTH, 8: query(address),
        9: query(telecom),
    }),
})  # fmt: skip
"""For each segment: the health information that it is, or "", and the readers of its fields."""
