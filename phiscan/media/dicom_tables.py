"""What DICOM attributes mean (PS3.6 dictionary, PS3.15 table E.1-1): data only, one meaning a line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from phiscan.finding import Subject

_PATIENT: Final = {
    "PERSON_NAME": "00100010 00101001 00101005 00101060 00102297 00380013",
    "MEDICAL_RECORD_NUMBER": "00100020 00101000 00101090 00101002",
    "DATE_OF_BIRTH": "00100030 00100033",
    "DATE_OF_DEATH": "00100034",
    "AGE_OVER_89": "00101010",
    "HEALTH_PLAN_BENEFICIARY_NUMBER": "00101050",
    "STREET_ADDRESS": "00101040",
    "CITY": "00102152",
    "PHONE_NUMBER": "00102154 00102155",
    "ACCOUNT_NUMBER": "00080050 00380010 00380060 00402016 00402017",
    "SERVICE_DATE": "00080012 00080020 00080021 00080022 00080023 00080024 00080025 0008002A 001021D0 00181012 00181078 00181079"
    " 00321040 00321000 00321050 0032000A 00320032 00320034 00380020 00380030 00380001 00400002 00400004 00400244 00400250 00402004"
    " 00404005 00404010 00404050 00404051 00404052 0040A030 0040A032 0040A082 0040A120 0040A121 0040DB06 0040DB07 00700082"
    " 30060008 300A0006 30080024 30080250 300E0004",
}
_UNIQUE: Final = {
    "UNIQUE_CODE": "00020003 00080018 0020000D 0020000E 00081155 00200010 00200052 00401001 00400009 00400253 00120040 00120030"
    " 00120042 0040A124 00880140 30060024 300600C2",
}
_DEVICE: Final = {
    "DEVICE_IDENTIFIER": "00181000 00181002 00181008 0018100B 0018700A 00189912 00500020 30080105",
}
_PROVIDER: Final = {
    "PERSON_NAME": "00080090 0008009C 00081048 00081050 00081060 00081070 00321032 00400006 0040A075 0040A078 00401010 00402008"
    " 00403001 00700084 40080102 4008010A 4008010B 4008010C 40080114 300E0008 30060200 00104001",
    "STREET_ADDRESS": "00080081 00080092 00402009",
    "PHONE_NUMBER": "00080094 00402010",
}
_HEALTH: Final = {
    "PROCEDURE": "00080060 00321060 00400254 00400007",
    "DIAGNOSIS": "00081080 00102110",
    "CLINICAL_NOTE": "001021B0 001021C0 0040A160",
}


def _by_tag(table: Mapping[str, str], subject: Subject) -> dict[int, tuple[str, Subject]]:
    return {int(tag, 16): (info_type, subject) for info_type, tags in table.items() for tag in tags.split()}


TAGS: Final = MappingProxyType(
    {
        **_by_tag(_PATIENT, Subject.PATIENT),
        **_by_tag(_UNIQUE, Subject.PERSON),
        **_by_tag(_DEVICE, Subject.PERSON),
        **_by_tag(_PROVIDER, Subject.PROVIDER),
    }
)
"""Attributes that hold identifiers, by (group << 16 | element)."""
HEALTH: Final = MappingProxyType(_by_tag(_HEALTH, Subject.PATIENT))
"""Attributes that say something of a patient's health; the descriptions among them are texts too."""
DATES: Final = frozenset(("DATE_OF_BIRTH", "DATE_OF_DEATH", "SERVICE_DATE"))
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
SPECIFIC_PERSON: Final = 0x0040A123
"""Person Name of an SR content item: its concept says whose."""
CODE_MEANING: Final = 0x00080104
CONCEPT_NAME: Final = 0x0040A043
TRANSFER_SYNTAX: Final = 0x00020010
BURNED_IN: Final = frozenset((0x00280301, 0x00280302))
"""Burned In Annotation, Recognizable Visual Features: YES means that the pixels identify somebody."""
ENCAPSULATED: Final = 0x00420011
ENCAPSULATED_TYPE: Final = 0x00420012
ENCRYPTED: Final = 0x04000520
PIXELS: Final = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
LONG_VRS: Final = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"))
"""VRs whose length has four bytes behind two reserved ones (PS3.5 table 7.1-1)."""
SHORT_VRS: Final = frozenset(
    v.encode() for v in "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split()
)
TEXT_VRS: Final = frozenset((b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UT", b"UN", b"UR"))
PLACEHOLDERS: Final = frozenset(
    "anonymous anonymized anonymised anon unknown none removed deidentified de-identified redacted n/a".split()
)
