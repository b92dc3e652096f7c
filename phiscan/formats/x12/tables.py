"""The meaning of codes in X12 health care transactions: entities, references, composite codes.

Sources: the 005010 implementation guides (TR3: X279 270/271, X212 276/277, X214 277CA, X217 278,
X218 820, X220 834, X221 835, X222 837P, X223 837I, X224 837D, X231 999) and their 004010
predecessors. The codes are those of X12 data elements 98 (entity), 128 (reference),
66 (identification), 1270 (code list) and 374 (date).
"""

from types import MappingProxyType
from typing import Final

HEALTH_TRANSACTIONS: Final = frozenset(
    "148 269 270 271 275 276 277 278 820 824 834 835 837".split()
)
"""ST-01 of transactions whose patient's or member's loop is that person's health information."""
ACKNOWLEDGEMENTS: Final = frozenset(("997", "999"))
"""Transactions that name nobody, except in a copied element or in a claim's number as context."""

PATIENT_ENTITIES: Final = frozenset(
    # insured, patient, dependent, corrected / prior / other insured, policyholder, employee (820),
    # beneficiary
    "IL QC 03 74 70 GB QE EY DO BE E9"
    # relatives and people who act for the patient, whom 164.514(b)(2)(i) covers too
    " QD S1 S3 GD LR EI E1 X4 EXS"
    # addresses that are the patient's: mailing address, ambulance pick-up and drop-off
    " 31 PW 45".split()
)
EMPLOYERS: Final = frozenset(("36", "ES"))
"""An employer's address is an identifier of the employee (164.514(b)(2)(i)).

An employer's name is no person's.
"""
PROVIDER_ENTITIES: Final = frozenset(
    "13 1P 1T 1X 2B 3D 40 41 44 71 72 73 77 80 82 85 87 98 9K AAJ ABG AY BO CA D2 DD DK DN DQ FA "
    "G3 GP I3 IN L5 LI M8 MSC OC OD OOP P2 P3 P4 P5 PE PR PRP QA QB QH QL QN QV RE SEP SJ SU TL TT "
    "TTP TU TV VN VY X3 Y2 ZZ 75".split()
)

PATIENT_LEVELS: Final = frozenset("22 23 PT EV SS".split())
"""HL-03: subscriber, dependent, patient (277CA), patient event and service (278)."""
CONTACTS_OF_PAYERS: Final = frozenset(("CX", "BL"))
"""PER-01 in a claim of an 835: the payer's claim office and technical department.

It stands behind the patient's NM1.
"""

MEMBER: Final = "HEALTH_PLAN_BENEFICIARY_NUMBER"
_SSN: Final = "US_SOCIAL_SECURITY_NUMBER"

PERSON_IDS: Final = MappingProxyType(
    {
        "34": _SSN,
        "SY": _SSN,
        "FI": "US_INDIVIDUAL_TAXPAYER_IDENTIFICATION_NUMBER",
        "EI": "UNIQUE_CODE",
        "24": "UNIQUE_CODE",
    }
)
"""Identification qualifiers of a person (NM1-08, N1-03, ENT-03).

Any other one (MI, MR, II, HN, N, C1, ZZ) is the member's number at the plan.
"""

REFERENCES: Final = MappingProxyType(
    {
        "SY": _SSN,
        "EA": "MEDICAL_RECORD_NUMBER",
        **dict.fromkeys("0F 18 1L 1W 23 38 49 6P CT E8 F6 GH HJ IG NQ Q4 1D".split(), MEMBER),
        **dict.fromkeys("EJ F8 1K D9 9A 9B 9C 9D 6R FJ Y4 X9 11".split(), "ACCOUNT_NUMBER"),
        **dict.fromkeys("3H 4A 6O ABB 28 G1 9F BB NT XZ G3 60".split(), "UNIQUE_CODE"),
    }
)
"""Reference qualifiers (REF-01) in a patient's part of a transaction."""
IMPERSONAL_REFERENCES: Final = frozenset(
    "17 2U 4N 9V 0K BLT BT CE D3 DX E9 EI EO EV EW F2 F4 F5 FY HPI IF LU LX M7 ML MRC N6 P4 P5 PID "
    "QQ RB T4 TJ X4 XM XX1 XX2 ZX 1J APC NF VP 26 9X 3L 6M YY 00 19 1S 87 DD GE OZ TP VY".split()
)
"""Reference qualifiers (REF-01) of a plan, place, product or rule."""
PROVIDER_REFERENCES: Final = MappingProxyType(
    {"SY": _SSN, "HPI": "US_HEALTHCARE_NPI", "0B": "LICENSE_NUMBER", "1G": "LICENSE_NUMBER"}
)
"""Reference qualifiers (REF-01) behind a provider's name.

Any other one is a number of an organisation or a claim.
"""

CODES: Final = MappingProxyType(
    {
        **dict.fromkeys("BK ABK BF ABF BJ ABJ PR APR BN ABN DR LOI SD".split(), "DIAGNOSIS"),
        **dict.fromkeys("BP BO BQ BR BBQ BBR CAH TC".split(), "PROCEDURE"),
        **dict.fromkeys("HC HP AD ER IV WK ID CJ".split(), "PROCEDURE"),
        "N4": "MEDICATION",
    }
)
"""Qualifiers of composite codes in HI, III and the service segments.

BG, BE, BH and BI (conditions, values, occurrences) are not among them.
"""
BIRTH_OCCURRENCES: Final = frozenset(("A1", "B1", "C1"))
"""HI*BH occurrence codes that are the birth dates of insured A, B and C (NUBC)."""
DEATH_DATES: Final = frozenset(("442",))
"""DTP-01 of a date of death.

Any other date in a patient's part is that patient's service, coverage or event.
"""

CODE_ELEMENTS: Final = MappingProxyType(
    {
        "SV1": (1,), "SV2": (2,), "SV3": (1,), "SV5": (1,), "SV6": (1,), "SVC": (1, 6),
        "SVD": (3,), "EQ": (2,), "EB": (13,), "HI": tuple(range(1, 13)),
    }
)  # fmt: skip
"""Elements that hold composite codes."""

PLAIN_ELEMENTS: Final = MappingProxyType(
    {
        "CLM": {1: "ACCOUNT_NUMBER"},  # patient control number
        "CLP": {1: "ACCOUNT_NUMBER", 7: "ACCOUNT_NUMBER"},  # and the payer's claim control number
        "SBR": {3: MEMBER},  # group or policy
        "COB": {2: MEMBER},
        "TRN": {2: "UNIQUE_CODE"},  # in an 835 it stands before any claim and names a payment
        "PWK": {6: "UNIQUE_CODE"},
        "HCR": {2: "UNIQUE_CODE"},
        "SV4": {1: "UNIQUE_CODE"},  # prescription
        "NTE": {2: "CLINICAL_NOTE"},
        "CR1": {9: "CLINICAL_NOTE", 10: "CLINICAL_NOTE"},
        "CR2": {10: "CLINICAL_NOTE", 11: "CLINICAL_NOTE"},
        "MEA": {3: "LAB_RESULT"},
        "DSB": {8: "DIAGNOSIS"},
    }
)
"""Elements that mean the same everywhere in a patient's part."""

DATE_ELEMENTS: Final = MappingProxyType(
    {"CR6": (2, 4, 5, 9, 12, 13, 14, 16, 18, 19, 20, 21), "FRM": (4,)}
)
"""Dates outside DTP: of home health care, and of a form's answer.

Those of STC say when a payer worked on the claim.
"""

CONTACT_NUMBERS: Final = MappingProxyType(
    {
        **dict.fromkeys("TE HP WP CP AP BN VM NP".split(), "PHONE_NUMBER"),
        "FX": "FAX_NUMBER", "EM": "EMAIL_ADDRESS", "UR": "URL",
    }
)  # fmt: skip
"""PER-03, -05, -07: the kind of the number that follows. EX, an extension, is none."""
REMITTANCES: Final = MappingProxyType(
    {
        **dict.fromkeys("AZ ID IG CT KW 1L".split(), MEMBER),
        "11": "ACCOUNT_NUMBER",
        "IK": "ACCOUNT_NUMBER",
    }
)
"""RMR-01 in a person's part of an 820."""
CLAIM_ADJUSTMENTS: Final = frozenset(("WO", "CS"))
"""PLB-03.1 with a claim's number as reference: overpayment recovery, adjustment."""

ECHOED: Final = MappingProxyType(
    {
        **{("NM1", n): "PERSON_NAME" for n in (3, 4, 5)},
        ("NM1", 9): MEMBER,
        ("N3", 1): "STREET_ADDRESS", ("N3", 2): "STREET_ADDRESS", ("N4", 1): "CITY",
        ("N4", 3): "US_ZIP_CODE",
        ("DMG", 2): "DATE_OF_BIRTH", ("PAT", 6): "DATE_OF_DEATH", ("INS", 12): "DATE_OF_DEATH",
        ("DTP", 3): "SERVICE_DATE",
        ("CLM", 1): "ACCOUNT_NUMBER", ("CLP", 1): "ACCOUNT_NUMBER", ("CLP", 7): "ACCOUNT_NUMBER",
        ("SBR", 3): MEMBER,
        ("REF", 2): "UNIQUE_CODE", ("TRN", 2): "UNIQUE_CODE",
    }
)  # fmt: skip
"""The infoType of an element that an acknowledgement copies, by segment and element number.

IK3-01 with IK4-01, or AK3-01 with AK4-01.
"""
PATIENTS_SEGMENTS: Final = frozenset("DMG PAT INS CLM CLP SBR".split())
"""Segments that never describe a provider."""
PROVIDERS_LOOPS: Final = ("1000", "2310", "2420")
"""Beginnings of the loops of a claim that name submitters, receivers and providers (IK3-03)."""
CONTROL_NUMBERS: Final = ("ACCOUNT_NUMBER", "UNIQUE_CODE")
"""Numbers that a sender gave to a claim, a file or a trace."""
CONTEXTS: Final = MappingProxyType(
    {
        "CLM01": "ACCOUNT_NUMBER",
        "CLP01": "ACCOUNT_NUMBER",
        "NM109": MEMBER,
        "REF02": MEMBER,
        "TRN02": "UNIQUE_CODE",
    }
)
"""The infoType of the business unit in error of a 999.

CTX-01.1 names its element as the last word (`SUBSCRIBER NAME NM109`).
"""
