"""X12: other transactions than claims, and what acknowledgements echo."""

import pytest
from x12_interchanges import (
    ISA,
    health,
    interchange,
    patients,
    scan,
)

from phiscan.finding import Verdict


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
