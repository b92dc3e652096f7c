"""X12: elements of claims are found, masks are no findings, broken interchanges are gaps."""

import pytest
from x12_interchanges import (
    INSTITUTIONAL,
    ISA,
    PROFESSIONAL,
    REMITTANCE,
    found,
    health,
    interchange,
    patients,
    scan,
)

from phiscan.evidence import Evidence
from phiscan.finding import Coverage, Gap, Subject, Verdict
from phiscan.formats.x12 import tables as x12_tables
from phiscan.formats.x12.interchange import _HANDLERS, read
from phiscan.formats.x12.segments import _TAGS
from phiscan.identifiers import INFO_TYPES
from phiscan.readers.registry import MEDIA
from phiscan.redaction.redact import redact


@pytest.mark.parametrize(
    ("value", "info_type"),
    [
        ("OKAFOR", "PERSON_NAME"),
        ("ADA", "PERSON_NAME"),
        ("B", "PERSON_NAME"),
        ("TOBI", "PERSON_NAME"),
        ("ADA OKAFOR", "PERSON_NAME"),
        ("NP5501238", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("GRP4471", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("12 ELM CT", "STREET_ADDRESS"),
        ("BELOIT", "CITY"),
        ("535110021", "US_ZIP_CODE"),
        ("19610917", "DATE_OF_BIRTH"),
        ("20250228", "DATE_OF_DEATH"),
        ("521447788", "US_SOCIAL_SECURITY_NUMBER"),
        ("6085550177", "PHONE_NUMBER"),
        ("PCN-88301", "ACCOUNT_NUMBER"),
        ("20250220", "SERVICE_DATE"),
        ("20250221-20250222", "SERVICE_DATE"),
        ("MR-004417", "MEDICAL_RECORD_NUMBER"),
        ("AUTH5512", "UNIQUE_CODE"),
        ("ICN2025001", "ACCOUNT_NUMBER"),
        ("LINE-7781", "ACCOUNT_NUMBER"),
        ("QZ55120", "UNIQUE_CODE"),  # a qualifier that no table knows, in the patient's part
    ],
)
def test_a_claim_names_its_patient(value, info_type):
    assert patients(PROFESSIONAL)[value] == info_type


def test_a_claim_tells_what_the_care_was():
    assert health(PROFESSIONAL) == {
        "HL": "HEALTH_CLAIM",
        "S52501A": "DIAGNOSIS",
        "W1830XA": "DIAGNOSIS",
        "25600": "PROCEDURE",
        "00093721410": "MEDICATION",
        "seen twice for the same fall": "CLINICAL_NOTE",
    }


def test_institutional_codes_and_their_dates_are_found():
    assert health(INSTITUTIONAL) == {
        "HL": "HEALTH_CLAIM",
        "8901": "DIAGNOSIS",
        "3121": "PROCEDURE",
        "0DTJ4ZZ": "PROCEDURE",
        "85025": "PROCEDURE",
    }
    dates = {
        value: name
        for value, name in patients(INSTITUTIONAL).items()
        if name.startswith(("SERVICE", "DATE"))
    }
    assert dates == {
        "20250220-20250225": "SERVICE_DATE",
        "202502200915": "SERVICE_DATE",
        "20250221": "SERVICE_DATE",
        "20250222": "SERVICE_DATE",
        "19610917": "DATE_OF_BIRTH",
        "20250219": "SERVICE_DATE",
        "20250210-20250212": "SERVICE_DATE",
    }


def test_an_attachment_is_handed_on_as_a_document():
    note = b'{"a": "~*"}'
    data = interchange("275", "NM1*QC*1*OKAFOR*ADA", f"BIN*{len(note)}*{note.decode()}")
    evidence = Evidence()
    assert read(data, evidence) is Gap.NONE
    assert [(n.data, data[n.location.start : n.location.end]) for n in evidence.nested] == [
        (note, note)
    ]


@pytest.mark.parametrize(
    "data",
    [
        PROFESSIONAL,
        INSTITUTIONAL,
        REMITTANCE,
        PROFESSIONAL.replace(b"~", b"\r\n"),
        PROFESSIONAL[106:],
    ],
)
def test_redacting_leaves_segments_in_place_and_nobody_in_them(engine, data):
    before = scan(engine, data)
    assert (before.media, before.verdict, before.coverage) == (
        "x12",
        Verdict.PHI,
        Coverage.COMPLETE,
    )
    masked = redact(data, before)
    after = scan(engine, masked)
    assert (after.media, after.verdict, after.coverage) == (
        "x12",
        Verdict.HEALTH,
        Coverage.COMPLETE,
    )
    assert after.identifiers == ()
    assert [len(s.split(b"*")) for s in masked.split(b"~")] == [
        len(s.split(b"*")) for s in data.split(b"~")
    ]
    assert b"OKAFOR" not in masked


def test_a_stretch_that_is_no_segment_is_a_gap():
    data = PROFESSIONAL.replace(b"LX*1~", b"{not x12}~")
    assert read(data, Evidence()) is Gap.MALFORMED
    assert "LINE-7781" in patients(data)


def test_text_behind_an_interchange_is_no_gap():
    assert read(PROFESSIONAL + b"\n-- \nLakeside gateway, do not reply\n", Evidence()) is Gap.NONE


def test_a_document_without_a_header_is_a_gap():
    assert read(b"nothing of this kind", Evidence()) is Gap.MALFORMED


def test_every_cut_of_a_claim_is_read_without_an_error():
    for end in range(0, len(PROFESSIONAL), 7):
        read(PROFESSIONAL[:end], Evidence())
    cut = PROFESSIONAL[: PROFESSIONAL.index(b"NTE*")]
    assert patients(cut)["MR-004417"] == "MEDICAL_RECORD_NUMBER"


@pytest.mark.parametrize(
    "noise", [b"\x00", b"\xff", b"~", b"*", b"*~" * 50, b"NM1~HI*~CTX~IK4*x~PER~PLB*1*2*3~ENT~"]
)
def test_garbage_inside_of_an_interchange_raises_nothing(noise):
    read(ISA + noise * 20, Evidence())
    read(PROFESSIONAL.replace(b"OKAFOR", noise), Evidence())


def test_media_is_told_by_the_bytes():
    assert MEDIA.sniff(PROFESSIONAL, "application/json").name == "x12"
    assert MEDIA.sniff(PROFESSIONAL.replace(b"*", b"\x1d").replace(b"~", b"\x1c"), "").name == "x12"
    assert MEDIA.sniff(b"Subject: claims\n\n" + PROFESSIONAL, "text/plain").name == "text"


def test_tables_name_known_info_types():
    tables = (
        x12_tables.PERSON_IDS, x12_tables.REFERENCES, x12_tables.PROVIDER_REFERENCES,
        x12_tables.CODES, x12_tables.CONTACT_NUMBERS,
        x12_tables.REMITTANCES, x12_tables.ECHOED, x12_tables.CONTEXTS,
        *x12_tables.PLAIN_ELEMENTS.values(),
    )  # fmt: skip
    assert {name for table in tables for name in table.values()} <= set(INFO_TYPES)
    assert not x12_tables.PATIENT_ENTITIES & (x12_tables.PROVIDER_ENTITIES | x12_tables.EMPLOYERS)
    assert not set(x12_tables.REFERENCES) & x12_tables.IMPERSONAL_REFERENCES


@pytest.mark.parametrize("document", [PROFESSIONAL, PROFESSIONAL[len(ISA) :]])
def test_small_letters_mean_the_same(document: bytes) -> None:
    def meant(data: bytes) -> set[tuple[str, str, Subject, str]]:
        return {(field, kind, who, value.lower()) for field, kind, who, value in found(data)}

    assert meant(document.lower()) == meant(document)


def test_each_segment_that_is_read_is_known_within_others() -> None:
    tables = (x12_tables.PLAIN_ELEMENTS, x12_tables.CODE_ELEMENTS, x12_tables.DATE_ELEMENTS)
    read_here = {*_HANDLERS, *(tag for table in tables for tag in table)}
    assert {tag.encode() for tag in read_here} <= _TAGS
