"""X12: elements are found, place tells provider and patient apart, masks are no findings."""

import pytest

from phiscan.engine import Engine
from phiscan.evidence import Evidence
from phiscan.finding import Coverage, Gap, Subject, Verdict
from phiscan.formats.x12 import tables as x12_tables
from phiscan.formats.x12.interchange import _HANDLERS, read
from phiscan.formats.x12.segments import _TAGS
from phiscan.identifiers import INFO_TYPES
from phiscan.readers.registry import MEDIA
from phiscan.redaction.redact import redact

ISA = (
    b"ISA*00*          *00*          *ZZ*LAKESIDE       *ZZ*NORTHPLAN      *250301*0900*^*"
    b"00501*000000077*0*P*:~"
)


def interchange(kind: str, *body: str) -> bytes:
    group = f"GS*HC*LAKESIDE*NORTHPLAN*20250301*0900*7*X*005010~ST*{kind}*0001~"
    return (
        ISA
        + (
            group + "".join(f"{line}~" for line in body) + "SE*9*0001~GE*1*7~IEA*1*000000077~"
        ).encode()
    )


def found(data: bytes) -> set[tuple[str, str, Subject, str]]:
    evidence = Evidence()
    read(data, evidence)
    return {
        (f.location.field, f.info_type, f.subject, data[f.location.start : f.location.end].decode())
        for f in evidence.findings
    }


def patients(data: bytes) -> dict[str, str]:
    """The infoType of each identifier of a patient, by value."""
    return {
        value: name
        for _, name, subject, value in found(data)
        if subject is Subject.PATIENT and INFO_TYPES[name].identifier
    }


def health(data: bytes) -> dict[str, str]:
    return {value: name for _, name, _, value in found(data) if not INFO_TYPES[name].identifier}


PROFESSIONAL = interchange(
    "837",
    "BHT*0019*00*BATCH77*20250301*0900*CH",
    "NM1*41*2*LAKESIDE BILLING*****46*LB100",
    "PER*IC*NORA PETIT*TE*4145550100*EM*nora@lakeside.test",
    "HL*1**20*1",
    "NM1*85*1*BRANDT*ELIAS*Q***XX*1234567893",
    "N3*900 CLINIC PKWY*SUITE 4",
    "N4*MADISON*WI*53703",
    "REF*SY*412556677",
    "REF*0B*WI99881",
    "HL*2*1*22*1",
    "SBR*P**GRP4471******CI",
    "NM1*IL*1*OKAFOR*ADA*B***MI*NP5501238",
    "N3*12 ELM CT",
    "N4*BELOIT*WI*535110021",
    "DMG*D8*19610917*F",
    "REF*SY*521447788",
    "NM1*PR*2*NORTH PLAN*****PI*77001",
    "N3*1 PLAZA DR",
    "REF*2U*77X1",
    "HL*3*2*23*0",
    "PAT*19****D8*20250228*01*150",
    "NM1*QC*1*OKAFOR*TOBI",
    "PER*IC*ADA OKAFOR*HP*6085550177*EX*12",
    "CLM*PCN-88301*125.5***11:B:1*Y*A*Y*Y",
    "DTP*435*D8*20250220",
    "REF*EA*MR-004417",
    "REF*G1*AUTH5512",
    "REF*F8*ICN2025001",
    "REF*P4*DEMO77",
    "REF*7Q*QZ55120",
    "NTE*ADD*seen twice for the same fall",
    "HI*ABK:S52501A*ABF:W1830XA",
    "NM1*82*1*IBSEN*KARL****XX*1992999999",
    "REF*G2*COMM5512",
    "LX*1",
    "SV1*HC:25600:RT*125.5*UN*1***1",
    "DTP*472*RD8*20250221-20250222",
    "REF*6R*LINE-7781",
    "LIN**N4*00093721410",
)


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


@pytest.mark.parametrize(
    "value",
    [
        "NORA PETIT", "4145550100", "nora@lakeside.test",  # submitter's contact
        # billing provider
        "BRANDT", "ELIAS", "1234567893", "900 CLINIC PKWY", "SUITE 4", "MADISON", "53703",
        "412556677", "WI99881",
        "1 PLAZA DR",  # payer
        "IBSEN", "KARL", "1992999999",  # rendering provider
    ],
)  # fmt: skip
def test_providers_and_payers_are_not_the_patient(value):
    assert {subject for _, _, subject, text in found(PROFESSIONAL) if text == value} == {
        Subject.PROVIDER
    }


@pytest.mark.parametrize(
    "value",
    [
        "BATCH77",  # BHT-03 names the batch
        "LAKESIDE BILLING",  # an organisation
        "LB100",
        "77X1",  # the payer's number behind the payer's name
        "DEMO77",  # a project
        "COMM5512",  # the provider's number behind the provider's name
        "12",  # an extension
        "125.5",
        "WI",  # a state is no identifier
    ],
)
def test_what_identifies_nobody_is_no_finding(value):
    assert value not in {text for _, _, _, text in found(PROFESSIONAL)}


def test_fields_are_positions():
    fields = {field for field, _, _, _ in found(PROFESSIONAL)}
    assert {"NM1-03", "NM1-09", "DMG-02", "HI-01.2", "CLM-01", "PAT-06", "SV1-01.2"} <= fields


@pytest.mark.parametrize(
    ("qualifier", "value", "info_type"),
    [
        ("MI", "1EG4TE5MK73", "US_MEDICARE_BENEFICIARY_ID_NUMBER"),
        ("MI", "521447788A", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("HN", "521447788A", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("MR", "MCD90113", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("II", "9000112233", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("34", "521447788", "US_SOCIAL_SECURITY_NUMBER"),
        ("SY", "521447788", "US_SOCIAL_SECURITY_NUMBER"),
        ("EI", "EMP4410", "UNIQUE_CODE"),
    ],
)
def test_a_members_number_is_what_its_qualifier_says(qualifier, value, info_type):
    assert (
        patients(interchange("270", f"NM1*IL*1*OKAFOR*ADA****{qualifier}*{value}"))[value]
        == info_type
    )


@pytest.mark.parametrize(
    "code", ["IL", "QC", "74", "03", "70", "GB", "QD", "S1", "S3", "GD", "LR", "QE", "EY"]
)
def test_patients_relatives_and_their_agents_are_individuals(code):
    assert patients(interchange("837", f"NM1*{code}*1*OKAFOR*ADA"))["OKAFOR"] == "PERSON_NAME"


@pytest.mark.parametrize(
    "code",
    [
        "1P",
        "85",
        "82",
        "77",
        "71",
        "72",
        "73",
        "DN",
        "DK",
        "DQ",
        "FA",
        "PR",
        "40",
        "41",
        "87",
        "P3",
    ],
)
def test_a_person_who_provides_is_no_patient(code):
    data = interchange("837", f"NM1*{code}*1*BRANDT*ELIAS", "N3*900 CLINIC PKWY")
    assert {subject for _, _, subject, _ in found(data)} == {Subject.PROVIDER}


def test_a_person_whom_no_table_knows_is_not_taken_for_a_provider():
    assert ("NM1-03", "PERSON_NAME", Subject.PERSON, "OKAFOR") in found(
        interchange("837", "NM1*7X*1*OKAFOR*ADA")
    )


def test_an_npi_makes_an_unknown_person_a_provider():
    data = interchange("837", "NM1*7X*1*BRANDT*ELIAS****XX*1234567893")
    assert {subject for _, _, subject, _ in found(data)} == {Subject.PROVIDER}


def test_an_employers_address_is_an_identifier_and_its_name_is_none():
    values = found(
        interchange(
            "834", "INS*Y*18*030*XN", "NM1*36*2*ACME TOOLS*****24*391234567", "N3*5 MILL RD"
        )
    )
    assert ("N3-01", "STREET_ADDRESS", Subject.PERSON, "5 MILL RD") in values
    assert not {"ACME TOOLS", "391234567"} & {text for *_, text in values}


INSTITUTIONAL = interchange(
    "837",
    "HL*2*1*22*0",
    "NM1*IL*1*OKAFOR*ADA****MI*NP5501238",
    "CLM*PCN-88302*900***13:A:1",
    "DTP*434*RD8*20250220-20250225",
    "DTP*096*TM*1130",
    "DTP*435*DT*202502200915",
    "HI*BK:8901*BJ:8901",
    "HI*BR:3121:D8:20250221*BBR:0DTJ4ZZ:D8:20250222",
    "HI*BH:A1:D8:19610917*BH:11:D8:20250219",
    "HI*BI:74:RD8:20250210-20250212",
    "HI*BE:A2:::15.31*BG:09",
    "SV2*0305*HC:85025*13*UN*1",
)


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


def test_components_are_read_with_a_separator_that_isa_does_not_name():
    assert (
        health(INSTITUTIONAL.replace(b"HI*BK:8901*BJ:8901", b"HI*BK>8901"))["8901"] == "DIAGNOSIS"
    )


REMITTANCE = interchange(
    "835",
    "BPR*I*500*C*ACH*CCP*01*071000013*DA*12345678*1512345678**01*071000039*DA*87654321*20250305",
    "TRN*1*CHECK5501*1512345678",
    "DTM*405*20250305",
    "N1*PR*NORTH PLAN",
    "N3*1 PLAZA DR",
    "PER*BL*JO WEBER*TE*8005550142",
    "N1*PE*LAKESIDE*XX*1234567893",
    "REF*TJ*391112222",
    "LX*1",
    "CLP*PCN-88303*1*500*400**12*ICN77201*11*1",
    "NM1*QC*1*OKAFOR*ADA****HN*521447788A",
    "NM1*82*1*IBSEN*KARL****XX*1992999999",
    "REF*EA*MR-004418",
    "REF*SY*521447788",
    "DTM*232*20250220",
    "PER*CX**TE*8005550143",
    "SVC*HC:99213*100*80",
    "DTM*472*20250221",
    "PLB*1234567893*20251231*WO:ICN66001*-100*FB:BAL2025*10",
)


def test_a_remittance_names_the_patient_of_each_claim():
    assert patients(REMITTANCE) == {
        "PCN-88303": "ACCOUNT_NUMBER",
        "ICN77201": "ACCOUNT_NUMBER",
        "OKAFOR": "PERSON_NAME",
        "ADA": "PERSON_NAME",
        "521447788A": "HEALTH_PLAN_BENEFICIARY_NUMBER",
        # behind the rendering provider's name, and still the patient's
        "MR-004418": "MEDICAL_RECORD_NUMBER",
        "521447788": "US_SOCIAL_SECURITY_NUMBER",
        "20250220": "SERVICE_DATE",
        "20250221": "SERVICE_DATE",
        "ICN66001": "ACCOUNT_NUMBER",
    }


def test_the_payers_contact_in_a_claim_is_not_the_patients():
    data = interchange(
        "835",
        "CLP*PCN-1*1*5",
        "NM1*QC*1*OKAFOR*ADA",
        "PER*CX*JO WEBER*TE*8005550143",
        "PER*IC**TE*8005550144",
    )
    assert not {"JO WEBER", "8005550143", "8005550144"} & set(patients(data))


def test_the_next_provider_of_a_remittance_is_no_claim():
    data = interchange(
        "835", "LX*1", "CLP*PCN-1*1*5", "NM1*QC*1*OKAFOR*ADA", "LX*2", "DTM*405*20250305"
    )
    assert "20250305" not in patients(data)


@pytest.mark.parametrize(
    "start", ["SBR*S*18", "SVC*HC:99213*100*80", "LX*2", "HD*030**HLT", "HI*BK:8901", "MOA***MA01"]
)
def test_a_new_part_of_a_claim_ends_the_providers_name(start):
    reference = "REF*7Q*QZ55120"
    assert "QZ55120" not in patients(
        interchange("837", "CLM*PCN-1*5", "NM1*82*1*IBSEN*KARL", reference)
    )
    assert "QZ55120" in patients(
        interchange("837", "CLM*PCN-1*5", "NM1*82*1*IBSEN*KARL", start, reference)
    )


def test_a_remittance_without_claims_is_about_nobody(engine):
    data = interchange(
        "835",
        "TRN*1*CHECK5501*1512345678",
        "DTM*405*20250305",
        "N1*PR*NORTH PLAN",
        "PER*BL*JO WEBER*TE*8005550142",
    )
    assert scan(engine, data).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("kind", "lines", "value", "info_type"),
    [
        ("270", ("HL*3*2*22*0", "TRN*1*TRACE881*9LAKESIDE"), "TRACE881", "UNIQUE_CODE"),
        ("271", ("HL*3*2*22*0", "REF*6P*GRP551"), "GRP551", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        ("271", ("HL*3*2*22*0", "DTP*346*D8*20250101"), "20250101", "SERVICE_DATE"),
        ("271", ("HL*3*2*22*0", "REF*NQ*MCD5510"), "MCD5510", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        (
            "276",
            ("HL*4*3*22*0", "DMG*D8*19610917*F", "NM1*IL*1*OKAFOR*ADA"),
            "19610917",
            "DATE_OF_BIRTH",
        ),
        ("277", ("HL*4*3*PT", "REF*1K*ICN5512"), "ICN5512", "ACCOUNT_NUMBER"),
        ("278", ("HL*4*3*EV*0", "HCR*A1*CERT5512"), "CERT5512", "UNIQUE_CODE"),
        ("278", ("HL*4*3*EV*0", "PWK*OZ*BM***AC*ATT5512"), "ATT5512", "UNIQUE_CODE"),
        ("834", ("INS*Y*18*030*XN*A***FT**N*D8*20250110",), "20250110", "DATE_OF_DEATH"),
        ("834", ("INS*Y*18*030*XN", "REF*0F*SUB5512"), "SUB5512", "HEALTH_PLAN_BENEFICIARY_NUMBER"),
        (
            "834",
            ("INS*Y*18*030*XN", "HD*030**HLT", "DTP*348*D8*20250101"),
            "20250101",
            "SERVICE_DATE",
        ),
        (
            "834",
            ("INS*Y*18*030*XN", "COB*P*POL5512*1"),
            "POL5512",
            "HEALTH_PLAN_BENEFICIARY_NUMBER",
        ),
        ("834", ("INS*Y*18*030*XN", "N1*IL*ADA OKAFOR"), "ADA OKAFOR", "PERSON_NAME"),
        ("834", ("INS*Y*18*030*XN", "NM1*31*1", "N3*PO BOX 9"), "PO BOX 9", "STREET_ADDRESS"),
        ("834", ("NM1*IL*1*OKAFOR*ADA", "N4*BELOIT*WI*53511**CY*ROCK"), "ROCK", "CITY"),
        (
            "834",
            ("NM1*IL*1*OKAFOR", "PER*IP**EM*ada@home.test*FX*6085550178"),
            "ada@home.test",
            "EMAIL_ADDRESS",
        ),
        (
            "834",
            ("NM1*IL*1*OKAFOR", "PER*IP**EM*ada@home.test*FX*6085550178"),
            "6085550178",
            "FAX_NUMBER",
        ),
        ("820", ("ENT*1*2J*34*521447788",), "521447788", "US_SOCIAL_SECURITY_NUMBER"),
        (
            "820",
            ("ENT*1*2J*ZZ*P5512", "RMR*AZ*POL5512**100"),
            "POL5512",
            "HEALTH_PLAN_BENEFICIARY_NUMBER",
        ),
        ("837", ("CLM*PCN-1*5", "SV4*RX5512"), "RX5512", "UNIQUE_CODE"),
    ],
)
def test_other_transactions_name_their_member(kind, lines, value, info_type):
    data = interchange(kind, *lines)
    assert patients(data)[value] == info_type
    assert "HEALTH_CLAIM" in health(data).values()


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        # the file's header
        ("834", ("REF*38*MASTER5512", "DTP*007*D8*20250101", "N1*P5*ACME TOOLS*FI*391234567")),
        # the receiver's level
        ("270", ("HL*2*1*21*1", "TRN*1*TRACE881*9LAKESIDE", "REF*EO*SUBMIT5")),
        ("820", ("ENT*1*2L*FI*391234567", "RMR*IK*INV5512**100")),  # a company pays
        # a purchase order
        ("850", ("N1*ST*DELLA ROSA CAFE", "N3*8 QUAY ST", "PER*BD*MIA LOW*TE*4145550122")),
    ],
)
def test_what_stands_outside_of_a_patients_part_is_no_patients(kind, lines):
    data = interchange(kind, *lines)
    assert patients(data) == {}
    assert health(data) == {}


def test_a_transaction_begins_with_no_patient():
    claim = interchange("837", "HL*2*1*22*0", "NM1*IL*1*OKAFOR*ADA")
    header = interchange("834", "DTP*007*D8*20250101")
    assert "20250101" not in patients(claim + header)


def test_an_order_with_a_patient_code_is_no_health_transaction():
    data = interchange("850", "NM1*QC*1*OKAFOR*ADA")
    assert patients(data)["OKAFOR"] == "PERSON_NAME"
    assert health(data) == {}


@pytest.mark.parametrize(
    ("kind", "lines", "value", "info_type"),
    [
        (
            "999",
            ("IK3*NM1*8**8", "CTX*SUBSCRIBER NAME NM109:NP5501238"),
            "NP5501238",
            "HEALTH_PLAN_BENEFICIARY_NUMBER",
        ),
        ("999", ("IK3*DMG*9**8", "IK4*2*1251*8*19611332"), "19611332", "DATE_OF_BIRTH"),
    ],
)
def test_an_acknowledgement_that_echoes_a_patient_is_about_that_patient(
    kind, lines, value, info_type
):
    data = interchange(kind, *lines)
    assert patients(data)[value] == info_type
    assert "HEALTH_CLAIM" in health(data).values()


@pytest.mark.parametrize(
    ("kind", "lines", "value", "info_type"),
    [
        ("999", ("IK3*CLM*22**8", "CTX*CLM01:PCN-88304"), "PCN-88304", "ACCOUNT_NUMBER"),
        ("999", ("IK3*CLM*22**8", "CTX*CLM01:26407789"), "26407789", "ACCOUNT_NUMBER"),
        ("997", ("AK3*CLM*9**8", "AK4*1*1028*8*PCN-88305"), "PCN-88305", "ACCOUNT_NUMBER"),
        ("999", ("IK3*TRN*9**8", "CTX*TRN02:77120"), "77120", "UNIQUE_CODE"),
    ],
)
def test_a_claims_control_number_in_an_acknowledgement_says_nothing_of_anybodys_health(
    engine, kind, lines, value, info_type
):
    data = interchange(
        kind, "AK2*837*0001", *lines, "CTX*SITUATIONAL TRIGGER*CLM*43**5:3*C023:1325"
    )
    assert patients(data)[value] == info_type
    assert health(data) == {}
    assert scan(engine, data).verdict is Verdict.IDENTIFIERS


def test_a_name_that_an_acknowledgement_echoes_is_a_persons(engine):
    data = interchange("999", "IK3*NM1*8*2010*8", "IK4*3*1035*6*OKAFOR")
    assert scan(engine, data).verdict is Verdict.PHI


@pytest.mark.parametrize(
    "lines",
    [
        ("IK3*NM1*8*2310*8", "IK4*3*1035*6*OKAFOR"),  # the loop of a provider
        ("IK3*N3*8*1000*8", "IK4*1*166*6*8 QUAY ST"),  # the loop of the submitter
        ("IK3*NM1*8*2010*8", "IK4*9*67*7*1234567893"),  # an NPI
    ],
)
def test_a_provider_that_an_acknowledgement_echoes_is_no_patient(engine, lines):
    assert scan(engine, interchange("999", *lines)).verdict is not Verdict.PHI


def test_an_acknowledgement_that_echoes_nothing_is_about_nobody(engine):
    data = interchange(
        "999",
        "AK1*HC*7*005010X222A1",
        "AK2*837*0001",
        "IK3*CLM*22**8",
        "IK4*1*1028*1",
        "CTX*SITUATIONAL TRIGGER*CLM*22",
        "IK5*R*5",
        "AK9*R*1*1*0",
    )
    assert scan(engine, data).verdict is Verdict.NONE
    assert (
        scan(engine, ISA + b"TA1*000000077*250301*0900*A*000~IEA*0*000000077~").verdict
        is Verdict.NONE
    )


def test_an_attachment_is_handed_on_as_a_document():
    note = b'{"a": "~*"}'
    data = interchange("275", "NM1*QC*1*OKAFOR*ADA", f"BIN*{len(note)}*{note.decode()}")
    evidence = Evidence()
    assert read(data, evidence) is Gap.NONE
    assert [(n.data, data[n.location.start : n.location.end]) for n in evidence.nested] == [
        (note, note)
    ]


def scan(engine: Engine, data: bytes):
    scanner = engine.scanner(clock=lambda: 0.0)
    scanner.feed(data)
    return scanner.finish()


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


@pytest.mark.parametrize("kind", ["204", "850", "214"])
@pytest.mark.parametrize("entity", ["PW", "45", "BE", "31", "74"])
def test_a_company_that_trade_names_by_a_patients_code_is_no_patient(kind, entity):
    stop = ("N3*2400 HARBOR BLVD", "N4*LONG BEACH*CA*90810")
    assert patients(interchange(kind, "BEG*00*SA*7", f"N1*{entity}*HARBOR TERMINAL", *stop)) == {}
    assert "HARBOR TERMINAL" in patients(interchange("837", f"N1*{entity}*HARBOR TERMINAL", *stop))


@pytest.mark.parametrize("document", [PROFESSIONAL, PROFESSIONAL[len(ISA) :]])
def test_small_letters_mean_the_same(document: bytes) -> None:
    def meant(data: bytes) -> set[tuple[str, str, Subject, str]]:
        return {(field, kind, who, value.lower()) for field, kind, who, value in found(data)}

    assert meant(document.lower()) == meant(document)


def test_each_segment_that_is_read_is_known_within_others() -> None:
    tables = (x12_tables.PLAIN_ELEMENTS, x12_tables.CODE_ELEMENTS, x12_tables.DATE_ELEMENTS)
    read_here = {*_HANDLERS, *(tag for table in tables for tag in table)}
    assert {tag.encode() for tag in read_here} <= _TAGS
