"""X12: place and qualifier tell who a party of a claim is."""

import pytest
from x12_interchanges import (
    INSTITUTIONAL,
    PROFESSIONAL,
    REMITTANCE,
    found,
    health,
    interchange,
    patients,
    scan,
)

from phiscan.finding import Subject, Verdict


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


def test_components_are_read_with_a_separator_that_isa_does_not_name():
    assert (
        health(INSTITUTIONAL.replace(b"HI*BK:8901*BJ:8901", b"HI*BK>8901"))["8901"] == "DIAGNOSIS"
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


@pytest.mark.parametrize("kind", ["204", "850", "214"])
@pytest.mark.parametrize("entity", ["PW", "45", "BE", "31", "74"])
def test_a_company_that_trade_names_by_a_patients_code_is_no_patient(kind, entity):
    stop = ("N3*2400 HARBOR BLVD", "N4*LONG BEACH*CA*90810")
    assert patients(interchange(kind, "BEG*00*SA*7", f"N1*{entity}*HARBOR TERMINAL", *stop)) == {}
    assert "HARBOR TERMINAL" in patients(interchange("837", f"N1*{entity}*HARBOR TERMINAL", *stop))
